package browser

import (
	"slices"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"

	"valkyrie/probes/browser/credentials"
)

// windows is the state that the tabs of one Chrome share.
type windows struct {
	mu      sync.Mutex
	tabs    []*Tab    // the run's tab, then the popups that steps use
	all     []*window // all popups
	blocked int       // windows that a customer's popup blocker would have blocked
	changed chan struct{}
	failed  *Tab // the tab whose step failed

	credentials credentials.Store
	onUnmet     func(Unmet) (over bool) // see OnUnmet; nil: none
}

// A window is a popup. It is attached and observed like the first tab, whether or not a step uses it, as soon as its first
// document exists: Chrome allows no session earlier. That document's request is identified all the same (identity.go), and
// earlier requests are read from the document itself (queryPreAttach); but a first document that is blocked from its start
// by an alert makes the window unusable.
type window struct {
	opener *Tab
	tab    *Tab
	taken  bool
	first  *network.Request // the request for its first document; nil: unknown
	ready  chan struct{}    // closed when it is attached, or attaching failed
	err    error
}

// opening records that a page opens a window.
func (ws *windows) opening(ev *page.EventWindowOpen) {
	if !ev.UserGesture {
		ws.notify(func() { ws.blocked++ })
	}
}

// opened attaches to a new window, in the background. It must not call Chrome itself.
func (ws *windows) opened(info *target.Info) {
	if info.Type != "page" || info.OpenerID == "" {
		return
	}
	ws.notify(func() {
		if ws.find(info.TargetID) != nil {
			return
		}
		opener := ws.find(info.OpenerID)
		if opener == nil {
			opener = ws.tabs[0] // a frame of another site has opened it
		}
		w := &window{opener: opener, tab: opener.newWindowTab(info.TargetID), ready: make(chan struct{})}
		ws.all = append(ws.all, w)
		opener.background.Go(func() {
			defer close(w.ready)
			w.err = w.tab.attachWindow()
			if w.tab.identified() {
				_ = w.tab.intercept(w.tab.root, false)
			}
		})
	})
}

// find returns the tab with that id, attached or not.
func (ws *windows) find(id target.ID) *Tab {
	if ws.tabs[0].id == id {
		return ws.tabs[0]
	}
	for _, w := range ws.all {
		if w.tab.id == id {
			return w.tab
		}
	}
	return nil
}

// unattached reports whether id is a window that is not attached yet, and records the request for its first document.
func (ws *windows) unattached(id target.ID, request *network.Request) bool {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for _, w := range ws.all {
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

// closed marks the tab whose window has closed.
func (ws *windows) closed(id target.ID) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if tab := ws.find(id); tab != nil {
		tab.mu.Lock()
		tab.closedByPage = true
		tab.mu.Unlock()
	}
}

// closedItself reports whether the page has just closed the window of this tab, as it may in the middle of the action that it was meant to
// answer: Chrome then fails the rest of that.
func (tab *Tab) closedItself() bool {
	if !tab.isWindow() || tab.step.Context().Err() != nil {
		return false
	}
	for until := time.Now().Add(deathGrace); time.Now().Before(until); {
		tab.mu.Lock()
		closed := tab.closedByPage
		tab.mu.Unlock()
		if closed {
			return true
		}
		if !sleep(tab.step.Context(), retryPause) {
			return false
		}
	}
	return false
}

func (ws *windows) notify(do func()) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	do()
	if ws.changed != nil {
		close(ws.changed)
	}
	ws.changed = make(chan struct{})
}

// next returns the oldest window of opener that no step uses. Headless Chrome also opens windows that a popup blocker would
// have blocked; then blocked is true.
func (ws *windows) next(opener *Tab) (w *window, blocked bool, news <-chan struct{}) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if ws.changed == nil {
		ws.changed = make(chan struct{})
	}
	if ws.blocked > 0 {
		return nil, true, ws.changed
	}
	for _, w := range ws.all {
		if w.opener == opener && !w.taken {
			w.taken = true
			return w, false, ws.changed
		}
	}
	return nil, false, ws.changed
}

// wait waits for the background work of all windows, after Chrome has ended.
func (ws *windows) wait() {
	ws.mu.Lock()
	windows := ws.all
	ws.mu.Unlock()
	for _, w := range windows {
		w.opener.background.Wait()
		if w.tab.release != nil {
			w.tab.release()
		}
		w.tab.background.Wait()
	}
}

// windowNote says that the page has opened a window that no step uses, to follow an error.
func (tab *Tab) windowNote() string {
	tab.windows.mu.Lock()
	defer tab.windows.mu.Unlock()
	for _, w := range tab.windows.all {
		if w.opener == tab && !w.taken && w.tab.goneNote() == "" && !w.tab.downloads.isFrom(cdp.FrameID(w.tab.id)) {
			return "; the page has opened another window, which Popup returns"
		}
	}
	return ""
}

// otherTabs are the tabs in use besides this one.
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

// markFailed records this tab as the one whose step fails.
func (tab *Tab) markFailed() {
	tab.windows.mu.Lock()
	defer tab.windows.mu.Unlock()
	tab.windows.failed = tab
}

// failedTab is the tab whose step failed, of which evidence is captured.
func (tab *Tab) failedTab() *Tab {
	tab.windows.mu.Lock()
	defer tab.windows.mu.Unlock()
	if c := tab.windows.failed; c != nil && c.root.Err() == nil {
		return c
	}
	return tab
}

// firstRequest is the request for a window's first document; nil: unknown.
func (ws *windows) firstRequest(id target.ID) *network.Request {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for _, w := range ws.all {
		if w.tab.id == id {
			return w.first
		}
	}
	return nil
}

// goneNote describes why the page no longer exists, when the page itself caused that; "" otherwise.
func (tab *Tab) goneNote() string {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	switch {
	case tab.outOfMemory:
		return ": the page used up its memory and crashed"
	case tab.closedByPage:
		return ": the page closed its own window"
	}
	return ""
}

// news returns a channel that is closed at the next change.
func (ws *windows) news() <-chan struct{} {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if ws.changed == nil {
		ws.changed = make(chan struct{})
	}
	return ws.changed
}

// untaken are the windows of opener that no step uses, in the order of their opening.
func (ws *windows) untaken(opener *Tab) []*Tab {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	var all []*Tab
	for _, w := range ws.all {
		if w.opener == opener && !w.taken {
			all = append(all, w.tab)
		}
	}
	return all
}

// latest is the window that opener has opened last; nil: it has opened none.
func (ws *windows) latest(opener *Tab) *Tab {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for _, w := range slices.Backward(ws.all) {
		if w.opener == opener {
			return w.tab
		}
	}
	return nil
}
