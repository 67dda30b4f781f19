package browser

import (
	"context"
	"time"

	"github.com/chromedp/cdproto/cdp"
	chromelog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// Popup waits for the window or tab that this one has opened, and returns it. It belongs to the same run: use it in the
// same steps. A window that a customer's popup blocker would have blocked fails the step.
func (tab *Tab) Popup() *Tab {
	for {
		w, blocked, news := tab.windows.next(tab)
		if blocked {
			tab.fail("the new window does not open for customers: the page opens it without a click, and their popup blocker stops that")
		}
		if w != nil && w.onlyDownloads(tab.ctx) {
			continue
		}
		if w != nil {
			return tab.useWindow(w)
		}
		select {
		case <-news:
		case <-tab.ctx.Done():
			tab.fail("expected a new window or tab %s: none was opened", tab.step.LimitNote())
		}
	}
}

// onlyDownloads reports whether the window has become a download, and shows no page.
func (w *window) onlyDownloads(ctx context.Context) bool {
	if !w.tab.downloads.isFrom(cdp.FrameID(w.tab.id)) {
		return false
	}
	select {
	case <-w.ready:
	case <-ctx.Done():
		return false
	}
	at := ""
	return w.err != nil || w.tab.evaluate(ctx, "location.href", &at) != nil || at == "" || at == "about:blank"
}

// useWindow binds a window to the current step.
func (tab *Tab) useWindow(w *window) *Tab {
	select {
	case <-w.ready:
		if w.err != nil {
			sleep(tab.root, deathGrace) // see callError
			if gone := w.tab.goneNote(); gone != "" {
				tab.fail("the new window could not be used%s", gone)
			}
		}
		tab.mustCall("the new window could not be used", w.err)
	case <-tab.ctx.Done():
		tab.fail("the new window did not answer %s", tab.step.LimitNote())
	}
	w.tab.step = tab.step
	w.tab.ctx, w.tab.release = bind(w.tab.root, tab.step.Context())
	tab.windows.mu.Lock()
	defer tab.windows.mu.Unlock()
	tab.windows.tabs = append(tab.windows.tabs, w.tab)
	return w.tab
}

// newWindowTab creates the tab of a window that this one has opened.
func (tab *Tab) newWindowTab(id target.ID) *Tab {
	c := &Tab{
		chrome: tab.chrome, site: tab.site, clicked: make(chan clickReport, 8), windows: tab.windows, id: id, userAgent: tab.userAgent,
		wait: tab.wait, log: tab.log, requests: tab.requests, downloads: tab.downloads,
		stage: tab.stage, device: tab.device, recorder: tab.recorder, film: tab.film, vitals: tab.vitals,
	}
	c.root, c.close = chromedp.NewContext(tab.root, chromedp.WithTargetID(id))
	return c
}

// attachWindow attaches to the window and sets it up like the first tab.
func (tab *Tab) attachWindow() error {
	if err := chromedp.Do(tab.root); err != nil { // chromedp ties the window's life to the context of the first call
		return err
	}
	if err := tab.listen(tab.root); err != nil {
		return err
	}
	tab.attachedAt = epochMS(time.Now())
	if err := tab.observe(tab.root); err != nil {
		return err
	}
	return tab.emulateWindow(tab.root)
}

// Close closes a window that Popup has returned.
func (tab *Tab) Close() {
	if tab.isWindow() {
		tab.close()
	}
}

// isWindow reports whether another tab has opened this one.
func (tab *Tab) isWindow() bool { return tab.close != nil }

// replayConsole makes Chrome repeat a window's console output from before it was attached.
func (tab *Tab) replayConsole(ctx context.Context) error {
	if !tab.isWindow() {
		return nil
	}
	if _, err := chromedp.Call(ctx, runtime.Disable, cdp.Empty{}); err != nil {
		return err
	}
	_, err := chromedp.Call(ctx, runtime.Enable, cdp.Empty{})
	return err
}

// listenToFrameConsole listens to the console of a frame of another site, and makes Chrome repeat what it has reported before.
func (tab *Tab) listenToFrameConsole(ctx context.Context) error {
	tab.listenToConsole(ctx)
	if _, err := chromedp.Call(ctx, chromelog.Disable, cdp.Empty{}); err != nil {
		return err
	}
	_, err := chromedp.Call(ctx, chromelog.Enable, cdp.Empty{})
	return err
}
