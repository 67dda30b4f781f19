package browser

import (
	"sync"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
)

// family is what the tabs of one Chrome share.
type windows struct {
	mu      sync.Mutex
	tabs    []*Tab    // the first is the run's; the others were opened by it, and taken by a step
	all     []*window // all that were opened
	blocked int       // those that a customer's Chrome would not have opened
	changed chan struct{}
	failed  *Tab // the tab whose step failed
}

// A window is one that a tab has opened. It is watched like the first tab, whether a step asks for it or not, from the moment
// its first document has come: Chrome lets nobody speak to a window before. That document's request says who it is all the
// same (see trail.go), and what it asked for until then is learned from itself (see early.go); but an alert in it that blocks
// it from its first moment makes it unusable.
type window struct {
	opener *Tab
	tab    *Tab
	taken  bool
	first  *network.Request // for its first document; nil: unknown
	ready  chan struct{}    // closed when it is watched, or cannot be
	err    error
}

// asked takes the word that the page opens a window.
func (f *windows) opening(ev *page.EventWindowOpen) {
	if !ev.UserGesture {
		f.notify(func() { f.blocked++ })
	}
}

// opens takes the word of a new target. It must not call Chrome itself.
func (f *windows) opened(info *target.Info) {
	if info.Type != "page" || info.OpenerID == "" {
		return
	}
	f.notify(func() {
		if f.find(info.TargetID) != nil {
			return
		}
		opener := f.find(info.OpenerID)
		if opener == nil {
			opener = f.tabs[0] // a frame of another site has opened it
		}
		w := &window{opener: opener, tab: opener.newWindowTab(info.TargetID), ready: make(chan struct{})}
		f.all = append(f.all, w)
		opener.background.Go(func() {
			defer close(w.ready)
			w.err = w.tab.attachWindow()
			if w.tab.userAgent.UserAgent != "" {
				_ = w.tab.intercept(w.tab.root, false)
			}
		})
	})
}

// find is the tab with that id, watched or not yet.
func (f *windows) find(id target.ID) *Tab {
	if f.tabs[0].id == id {
		return f.tabs[0]
	}
	for _, w := range f.all {
		if w.tab.id == id {
			return w.tab
		}
	}
	return nil
}

// unwatched reports whether it is a window's that is not watched yet, and notes how its first document is asked for.
func (f *windows) unattached(id target.ID, request *network.Request) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, w := range f.all {
		if w.tab.id == id {
			select {
			case <-w.ready:
			default:
				if w.first == nil {
					w.first = request
				}
				return true
			}
		}
	}
	return false
}

// left marks the tab whose window has closed.
func (f *windows) closed(id target.ID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if tab := f.find(id); tab != nil {
		tab.mu.Lock()
		tab.closedByPage = true
		tab.mu.Unlock()
	}
}

func (f *windows) notify(do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do()
	if f.changed != nil {
		close(f.changed)
	}
	f.changed = make(chan struct{})
}

// next is the oldest window of opener that no step has taken. A Chrome without a screen opens those too that the popup
// blocker would have kept from the customer; the first such window counts as none.
func (f *windows) next(opener *Tab) (w *window, blocked bool, news <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.changed == nil {
		f.changed = make(chan struct{})
	}
	if f.blocked > 0 {
		return nil, true, f.changed
	}
	for _, w := range f.all {
		if w.opener == opener && !w.taken {
			w.taken = true
			return w, false, f.changed
		}
	}
	return nil, false, f.changed
}

// wait waits until nothing is done any more for any window. Chrome has ended.
func (f *windows) wait() {
	f.mu.Lock()
	windows := f.all
	f.mu.Unlock()
	for _, w := range windows {
		w.opener.background.Wait()
		if w.tab.release != nil {
			w.tab.release()
		}
		w.tab.background.Wait()
	}
}

// others are the tabs of the family besides this one.
func (tab *Tab) otherTabs() []*Tab {
	tab.windows.mu.Lock()
	defer tab.windows.mu.Unlock()
	var all []*Tab
	for _, t := range tab.windows.tabs {
		if t != tab {
			all = append(all, t)
		}
	}
	return all
}

// suffer marks this tab as the one whose step fails.
func (tab *Tab) markFailed() {
	tab.windows.mu.Lock()
	defer tab.windows.mu.Unlock()
	tab.windows.failed = tab
}

// stricken is the tab whose step failed: the one to take evidence of.
func (tab *Tab) failedTab() *Tab {
	tab.windows.mu.Lock()
	defer tab.windows.mu.Unlock()
	if c := tab.windows.failed; c != nil && c.root.Err() == nil {
		return c
	}
	return tab
}

// firstRequest is that for a window's first document; nil: unknown.
func (f *windows) firstRequest(id target.ID) *network.Request {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, w := range f.all {
		if w.tab.id == id {
			return w.first
		}
	}
	return nil
}
