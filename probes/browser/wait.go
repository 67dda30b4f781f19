package browser

import (
	"context"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"valkyrie/probes/browser/script"
	"valkyrie/probes/journey"
)

// A wait measures how long the customer waits: from their act (a click, by the event's own time stamp; opening an
// address) until the page first shows what they look for, by the page's clock. What we spend on asking, typing and
// noticing is not in it.
type wait struct {
	since   float64 // when the present wait began, epoch milliseconds by the page's clock; 0: nobody waits
	settled bool    // something they looked for has already come
}

// act begins a wait.
func (w *wait) begin(t *journey.T, at float64) {
	w.since, w.settled = at, false
	t.Waited(0)
}

// met adds the time until s to the step's. What had been there before we looked, in a wait that had already ended, counts
// only if it surely came after that end.
func (w *wait) resultAt(t *journey.T, s result) {
	if s.First && w.settled {
		s.At = s.SureAt
	}
	w.end(t, s.At)
}

// until adds the time to at.
func (w *wait) end(t *journey.T, at float64) {
	if w.since > 0 {
		t.Waited(time.Duration((at - w.since) * float64(time.Millisecond)))
	}
	w.since, w.settled = max(w.since, at), true
}

// epochMS is at by the page's reckoning.
func epochMS(at time.Time) float64 { return float64(at.UnixMicro()) / 1000 }

// keepMoments has every document keep a record of its changes from its first moment. A result is often there before we
// can look: a new document shows it while our question is still on its way. The record says since when, so that our
// delay is not taken for the site's. It lives in our isolated world, where the page cannot see it.
func recordChanges(ctx context.Context) error {
	yes := true // a new window has its first document already
	_, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: script.Changes, WorldName: script.World, RunImmediately: &yes,
	})
	return err
}
