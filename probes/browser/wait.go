package browser

import (
	"context"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

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
