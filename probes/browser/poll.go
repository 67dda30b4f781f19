package browser

import (
	"context"
	"time"
)

// A wish is what the tab asks of the page.
type query struct {
	Op     string  `json:"op"` // a name of script/wish.js
	Target Locator `json:"target"`
	Option string  `json:"option,omitempty"`
}

// A sight is the page's answer to a wish. Times are milliseconds since the epoch, by the page's clock.
type result struct {
	OK      bool    `json:"ok"`
	Why     string  `json:"why"`
	At      float64 `json:"at"`    // since when it has been so
	SureAt  float64 `json:"sure"`  // the same, leaving out changes that may have had nothing to do with it; 0: unknown
	First   bool    `json:"first"` // it was so at the first look in its document
	X       float64 `json:"x"`
	Y       float64 `json:"y"`
	Text    string  `json:"text"`
	Done    bool    `json:"done"`    // the act that the wish is about was done at once
	Found   bool    `json:"found"`   // it was found, though not as wished
	MayHide bool    `json:"mayHide"` // there are elements that may hide a closed shadow root
	URL     string  `json:"url"`
	Status  int     `json:"status"` // HTTP status of the document; 0 when unknown
	frame   frame   // where it was seen
}

// slice is how long one evaluation waits before it reports what is missing, so that the reason is at hand when the
// step's limit comes.
const maxSlice = 400 * time.Millisecond

// firstSlice is short, so that a reason is at hand early even where there is little time.
const firstSlice = 50 * time.Millisecond

// retryPause lets a page that is being replaced settle, before it is asked again.
const retryPause = 5 * time.Millisecond

// unanswered is why a wish has not been met as long as nothing else is known.
const noAnswer = "the page did not answer: its script is busy, or it has not loaded"

// look asks the page until the wish is met, and returns what it saw; otherwise it ends the step.
func (tab *Tab) poll(w query, failure string) result {
	return tab.pollFrom(w, failure, noAnswer)
}

// lookOn is look when it is known already why the wish has not been met so far.
func (tab *Tab) pollFrom(w query, failure, why string) result {
	renewed := 0 // how often in a row the document was replaced during the look
	for longest := firstSlice; ; longest = maxSlice {
		s, err := tab.pollOnce(w, longest)
		s.First = s.First && longest == firstSlice
		switch {
		case err == nil && s.OK && w.Op == "gone" && tab.findClosedRoots(tab.ctx):
			continue // it may be in there
		case err == nil && s.OK:
			if s.Status >= 400 {
				tab.fail("%s: the page %s answered %d", failure, s.URL, s.Status)
			}
			tab.wait.resultAt(tab.step, s)
			return s
		case err == nil:
			why = tab.unmetReason(s) // that the page was an error is among the troubles
			if tab.scanDue() && tab.findClosedRoots(tab.ctx) {
				continue
			}
		case tab.ctx.Err() == nil && !replaced(err):
			why = err.Error()
		}
		pause := retryPause
		if renewed++; err == nil || !replaced(err) {
			renewed = 0
		}
		if err == nil || renewed == 1 {
			pause = 0 // the page has waited already; or there is a new document, which can be asked at once
		}
		if !sleep(tab.ctx, pause) {
			tab.fail("%s %s: %s", failure, tab.step.LimitNote(), why)
		}
	}
}

// glance evaluates the scripts once, for at most a slice.
func (tab *Tab) pollOnce(w query, longest time.Duration) (result, error) {
	tab.recordQuery(w)
	return tab.acrossFrames(w, min(tab.timeSlice(), longest))
}

// slice is never more than half of what is left of the step's limit, so that on a busy machine, too, the reason why it
// failed has come before it does.
func (tab *Tab) timeSlice() time.Duration {
	deadline, ok := tab.step.Context().Deadline()
	if !ok {
		return maxSlice
	}
	return max(20*time.Millisecond, min(maxSlice, time.Until(deadline)/2))
}

// sleep waits for d, and reports false when ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
