package browser

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"valkyrie/probes/browser/console"
	"valkyrie/probes/browser/har"
	"valkyrie/probes/browser/script"
	"valkyrie/probes/journey"
)

// A wait measures the customer's wait: from their action (a click, by the event's own timestamp; opening an address) until
// the page first shows the expected result, by the page's clock. The probe's own time for evaluating, typing and noticing
// does not count.
type wait struct {
	since   float64 // start of the current wait, epoch milliseconds by the page's clock; 0: none
	settled bool    // an expected result has already appeared
	acted   float64 // the customer's last action, epoch milliseconds
}

// begin starts a wait.
func (w *wait) begin(t *journey.T, at float64) {
	w.since, w.settled, w.acted = at, false, at
	t.Waited(0)
}

// resultAt adds the time until r to the step's wait. In a wait that had already ended, a result that was there before the
// first evaluation counts only if it surely appeared after that end.
func (w *wait) resultAt(t *journey.T, r result) {
	if r.First && w.settled {
		r.At = r.SureAt
	}
	w.end(t, r.At)
}

// end adds the time until at.
func (w *wait) end(t *journey.T, at float64) {
	if w.since > 0 {
		t.Waited(time.Duration((at - w.since) * float64(time.Millisecond)))
	}
	w.since, w.settled = max(w.since, at), true
}

// epochMS converts at to milliseconds since the epoch, the unit of the page's clock.
func epochMS(at time.Time) float64 { return float64(at.UnixMicro()) / 1000 }

// recordChanges makes every document record its changes from its start (script/changes.js). A result is often there before
// the first evaluation, which is still on its way to a new document; the record has the time, so that the probe's
// delay is not attributed to the site.
func recordChanges(ctx context.Context) error {
	yes := true // a popup has its first document already
	_, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: script.Changes, WorldName: script.World, RunImmediately: &yes,
	})
	return err
}

// navigations are those under way that replace a frame's document, by frame. What a customer does to a document that is being left
// is lost, or ends the navigation: an action waits until the next document is there, or the navigation has come to nothing, as a
// download and an answer 204 do.
type navigations struct {
	mu     sync.Mutex
	frames map[cdp.FrameID]navigation
	shown  map[cdp.FrameID]navigation // those that have ended; with an address, in Chrome's own error page
}

type navigation struct {
	url      string
	until    time.Time // when it no longer counts; zero: not before Chrome reports its end
	ended    time.Time
	replaces bool // the site's document was in the frame before
}

// navigationStartTimeout is within which a navigation starts that the page has requested. The page's own handlers may prevent it.
const navigationStartTimeout = time.Second

// handle follows the navigations of a session's frames.
func (n *navigations) handle(ev any) {
	switch ev := ev.(type) {
	case *page.EventFrameRequestedNavigation:
		if ev.Disposition == page.ClientNavigationDispositionCurrentTab {
			n.set(ev.FrameID, navigation{url: ev.URL, until: time.Now().Add(navigationStartTimeout)})
		}
	case *page.EventFrameStartedNavigating:
		if ev.NavigationType != page.FrameStartedNavigatingNavigationTypeSameDocument && ev.NavigationType != page.FrameStartedNavigatingNavigationTypeHistorySameDocument {
			n.set(ev.FrameID, navigation{url: ev.URL})
		}
	case *page.EventFrameNavigated:
		n.remove(ev.Frame.ID)
		n.navigated(ev.Frame)
	case *page.EventNavigatedWithinDocument:
		n.remove(ev.FrameID)
	case *page.EventFrameStoppedLoading:
		n.remove(ev.FrameID)
	case *page.EventFrameDetached:
		n.remove(ev.FrameID)
		n.detached(ev.FrameID)
	}
}

// leaving is why nothing can be done in the frame, or "": its document is being left.
func (tab *Tab) leaving(id cdp.FrameID) string {
	if url, ok := tab.navigations.of(id); ok {
		return "the page is being left for " + strings.TrimPrefix(url, tab.site)
	}
	return ""
}

// orLeaving returns why a query was not met; where the page gave no answer at all, that it is being left, if it is.
func (tab *Tab) orLeaving(q query, why string) string {
	if left := tab.leaving(tab.top().id); left != "" && why == noAnswer && q.Op != "loaded" {
		return left
	}
	return why
}

// errorPage is why Chrome shows its own error page in place of the site's; "" if it does not.
func (tab *Tab) errorPage() string {
	if to, ok := tab.navigations.errorIn(tab.top().id); ok && (tab.opened.accepted == 0 || tab.opened.accepted != tab.wait.acted) {
		code, _ := tab.requests.LastDocumentFailure()
		return "the page could not be loaded: " + tab.describeLoadError(code, to.url)
	}
	return ""
}

// unshown is why a query that is met does not count: Chrome's own error page has taken the place of what may have met it or not, in the
// tab or, where something must be gone, in a frame since the last action; or a script has failed and left a blank page. "": it counts.
func (tab *Tab) unshown(q query, r result) string {
	switch {
	case r.frame.parent == nil && strings.HasPrefix(r.URL, "chrome-error:"):
		return tab.unmetReason(r)
	case tab.errorPage() != "":
		return tab.errorPage()
	case q.Op != "gone":
		return ""
	case r.Blank && tab.hasCrashed():
		return "the page is blank"
	}
	if lost := tab.navigations.lostSince(tab.wait.acted); lost != "" {
		return "a frame of the page could not be loaded, from " + strings.TrimPrefix(lost, tab.site)
	}
	return ""
}

// hasCrashed reports whether a script of the page has failed in this step. Chrome may report that a little later than the page shows it.
func (tab *Tab) hasCrashed() bool {
	sleep(tab.ctx, aimPause)
	l := tab.log
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(l.troubles, func(t trouble) bool {
		return t.tab == tab.id && t.step == l.step && strings.HasPrefix(t.what, console.ScriptError)
	})
}

// navigated records whether the frame shows Chrome's error page.
func (n *navigations) navigated(f *cdp.Frame) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.shown == nil {
		n.shown = map[cdp.FrameID]navigation{}
	}
	before, had := n.shown[f.ID]
	n.shown[f.ID] = navigation{url: f.UnreachableURL, ended: time.Now(), replaces: had && before.url == ""}
}

func (n *navigations) detached(id cdp.FrameID) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.shown, id)
}

// errorIn returns the navigation of which the frame shows Chrome's error page.
func (n *navigations) errorIn(id cdp.FrameID) (navigation, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	to := n.shown[id]
	return to, to.url != ""
}

// lostSince returns the address of a document that should have replaced another in a frame since then, and could not be loaded; "": none.
func (n *navigations) lostSince(at float64) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, to := range n.shown {
		if to.url != "" && to.replaces && epochMS(to.ended) >= at {
			return to.url
		}
	}
	return ""
}

func (n *navigations) set(id cdp.FrameID, to navigation) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.frames == nil {
		n.frames = map[cdp.FrameID]navigation{}
	}
	n.frames[id] = to
}

func (n *navigations) remove(id cdp.FrameID) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.frames, id)
}

// of returns the address that the frame's document is being left for, if it is.
func (n *navigations) of(id cdp.FrameID) (url string, ok bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	to, ok := n.frames[id]
	return to.url, ok && (to.until.IsZero() || time.Now().Before(to.until))
}

// withPending adds to an error the request that has no answer once the step's time is over, in front of it: it is the likeliest cause,
// and a text message has no room for more. Where a page with a busy script is to be left, the next one's answer has come in part,
// and Chrome reads the rest only once it is left.
func (tab *Tab) withPending(said string) string {
	if tab.ctx.Err() == nil {
		return said
	}
	pending, after := tab.recorder.Unanswered(tab.id, tab.wait.acted, epochMS(time.Now()))
	if pending == "" || !after && tab.knowsCause() {
		return said
	}
	if strings.Contains(said, noAnswer) && strings.Contains(pending, har.Unfinished) && !strings.HasPrefix(said, "could not open") {
		return said + "; " + pending
	}
	return pending + "; " + said
}
