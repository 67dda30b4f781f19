package browser

import (
	"sync"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// family is what the tabs of one Chrome share.
type family struct {
	mu      sync.Mutex
	tabs    []*Tab // the first is the run's; the others were opened by it
	opened  []*target.Info
	blocked int // windows that a customer's Chrome would not have opened
	news    chan struct{}
	culprit *Tab // the tab whose step failed
}

// hear takes the events that tell of windows. opener is the tab that heard.
func (f *family) hear(opener *Tab, ev any) {
	switch ev := ev.(type) {
	case *page.EventWindowOpen:
		if !ev.UserGesture {
			f.tell(func() { f.blocked++ })
		}
	case *target.EventTargetDestroyed:
		f.left(ev.TargetID)
	case *target.EventTargetCreated:
		if ev.TargetInfo.Type == "page" && ev.TargetInfo.OpenerID == opener.target().TargetID {
			f.tell(func() { f.opened = append(f.opened, ev.TargetInfo) })
		}
	}
}

// left marks the tab whose window has closed.
func (f *family) left(id target.ID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, tab := range f.tabs {
		if tab.target().TargetID == id {
			tab.mu.Lock()
			tab.left = true
			tab.mu.Unlock()
		}
	}
}

func (f *family) tell(do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do()
	if f.news != nil {
		close(f.news)
	}
	f.news = make(chan struct{})
}

// next is the oldest window of opener that no step has taken. A Chrome without a screen opens those too that the popup
// blocker would have kept from the customer; the first such window counts as none.
func (f *family) next(opener *Tab) (info *target.Info, blocked bool, news <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.news == nil {
		f.news = make(chan struct{})
	}
	if f.blocked > 0 {
		return nil, true, f.news
	}
	for i, o := range f.opened {
		if o.OpenerID == opener.target().TargetID {
			f.opened = append(f.opened[:i:i], f.opened[i+1:]...)
			return o, false, f.news
		}
	}
	return nil, false, f.news
}

// Popup waits for the window or tab that this one has opened, and returns it. It belongs to the same run: use it in its
// steps as the first. A window that the customer's popup blocker would have blocked fails the step.
func (tab *Tab) Popup() *Tab {
	for {
		info, blocked, news := tab.family.next(tab)
		if blocked {
			tab.fail("the new window does not open for customers: the page opens it without a click, and their popup blocker stops that")
		}
		if info != nil {
			return tab.adopt(info)
		}
		select {
		case <-news:
		case <-tab.ctx.Done():
			tab.fail("expected a new window or tab %s: none was opened", tab.step.LimitNote())
		}
	}
}

// adopt attaches to a window that the page has opened.
func (tab *Tab) adopt(info *target.Info) *Tab {
	child := &Tab{
		chrome: tab.chrome, site: tab.site, step: tab.step, clicked: make(chan click, 8), family: tab.family,
		wait: tab.wait, log: tab.log, requests: tab.requests, downloads: tab.downloads,
		stage: tab.stage, record: tab.record, film: tab.film, vitals: tab.vitals,
	}
	root, cancel := chromedp.NewContext(tab.root, chromedp.WithTargetID(info.TargetID))
	child.close = cancel
	attached := make(chan error, 1)
	go func() { attached <- chromedp.Do(root) }() // its first call has the tab's whole life for a context
	select {
	case err := <-attached:
		tab.mustCall("the new window could not be used", err)
	case <-tab.ctx.Done():
		tab.fail("the new window did not answer %s", tab.step.LimitNote())
	}
	child.root = root
	child.ctx, child.release = bind(root, tab.step.Context())
	tab.mustCall("the new window could not be used", child.listen(child.ctx))
	tab.family.mu.Lock()
	tab.family.tabs = append(tab.family.tabs, child)
	tab.family.mu.Unlock()
	return child
}

// Close closes a window that Popup returned.
func (tab *Tab) Close() {
	if tab.close != nil {
		tab.close()
	}
}

// others are the tabs of the family besides this one.
func (tab *Tab) others() []*Tab {
	tab.family.mu.Lock()
	defer tab.family.mu.Unlock()
	var all []*Tab
	for _, t := range tab.family.tabs {
		if t != tab {
			all = append(all, t)
		}
	}
	return all
}

// suffer marks this tab as the one whose step fails.
func (tab *Tab) suffer() {
	tab.family.mu.Lock()
	defer tab.family.mu.Unlock()
	tab.family.culprit = tab
}

// stricken is the tab whose step failed: the one to take evidence of.
func (tab *Tab) stricken() *Tab {
	tab.family.mu.Lock()
	defer tab.family.mu.Unlock()
	if c := tab.family.culprit; c != nil && c.root.Err() == nil {
		return c
	}
	return tab
}
