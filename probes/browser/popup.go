package browser

import (
	"context"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// Popup waits for the window or tab that this one has opened, and returns it. It belongs to the same run: use it in its
// steps as the first. A window that the customer's popup blocker would have blocked fails the step.
func (tab *Tab) Popup() *Tab {
	for {
		w, blocked, news := tab.family.next(tab)
		if blocked {
			tab.fail("the new window does not open for customers: the page opens it without a click, and their popup blocker stops that")
		}
		if w != nil {
			return tab.take(w)
		}
		select {
		case <-news:
		case <-tab.ctx.Done():
			tab.fail("expected a new window or tab %s: none was opened", tab.step.LimitNote())
		}
	}
}

// take makes a window the step's.
func (tab *Tab) take(w *window) *Tab {
	select {
	case <-w.ready:
		tab.mustCall("the new window could not be used", w.err)
	case <-tab.ctx.Done():
		tab.fail("the new window did not answer %s", tab.step.LimitNote())
	}
	w.tab.step = tab.step
	w.tab.ctx, w.tab.release = bind(w.tab.root, tab.step.Context())
	tab.family.mu.Lock()
	defer tab.family.mu.Unlock()
	tab.family.tabs = append(tab.family.tabs, w.tab)
	return w.tab
}

// child is the tab of a window that this one has opened.
func (tab *Tab) child(id target.ID) *Tab {
	c := &Tab{
		chrome: tab.chrome, site: tab.site, clicked: make(chan click, 8), family: tab.family, id: id, agent: tab.agent,
		wait: tab.wait, log: tab.log, requests: tab.requests, downloads: tab.downloads,
		stage: tab.stage, record: tab.record, film: tab.film, vitals: tab.vitals,
	}
	c.root, c.close = chromedp.NewContext(tab.root, chromedp.WithTargetID(id))
	return c
}

// watch attaches to the window, and sets it up as the first tab is.
func (tab *Tab) watch() error {
	if err := chromedp.Do(tab.root); err != nil { // its first call has the tab's whole life for a context
		return err
	}
	if err := tab.listen(tab.root); err != nil {
		return err
	}
	tab.watched = epochMS(time.Now())
	if err := tab.witness(tab.root); err != nil {
		return err
	}
	if tab.agent.UserAgent == "" {
		return nil
	}
	_, err := chromedp.Call(tab.root, emulation.SetUserAgentOverride, tab.agent)
	return err
}

// Close closes a window that Popup returned.
func (tab *Tab) Close() {
	if tab.opened() {
		tab.close()
	}
}

// opened reports whether the tab is a window that another has opened.
func (tab *Tab) opened() bool { return tab.close != nil }

// sayAgain has Chrome tell what a window wrote to its console before we listened.
func (tab *Tab) sayAgain(ctx context.Context) error {
	if !tab.opened() {
		return nil
	}
	if _, err := chromedp.Call(ctx, runtime.Disable, cdp.Empty{}); err != nil {
		return err
	}
	_, err := chromedp.Call(ctx, runtime.Enable, cdp.Empty{})
	return err
}
