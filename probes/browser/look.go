package browser

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A wish is what the tab asks of the page.
type wish struct {
	Op     string  `json:"op"` // a name of script/wish.js
	Target Locator `json:"target"`
	Option string  `json:"option,omitempty"`
}

// A sight is the page's answer to a wish. Times are milliseconds since the epoch, by the page's clock.
type sight struct {
	OK     bool    `json:"ok"`
	Why    string  `json:"why"`
	At     float64 `json:"at"`    // since when it has been so
	Sure   float64 `json:"sure"`  // the same, leaving out changes that may have had nothing to do with it; 0: unknown
	First  bool    `json:"first"` // it was so at the first look in its document
	X      float64 `json:"x"`
	Y      float64 `json:"y"`
	Text   string  `json:"text"`
	Done   bool    `json:"done"`    // the act that the wish is about was done at once
	There  bool    `json:"found"`   // it was found, though not as wished
	Hosts  bool    `json:"mayHide"` // there are elements that may hide a closed shadow root
	URL    string  `json:"url"`
	Status int     `json:"status"` // HTTP status of the document; 0 when unknown
	frame  frame   // where it was seen
}

// slice is how long one evaluation waits before it reports what is missing, so that the reason is at hand when the
// step's limit comes.
const slice = 400 * time.Millisecond

// firstSlice is short, so that a reason is at hand early even where there is little time.
const firstSlice = 50 * time.Millisecond

// retryPause lets a page that is being replaced settle, before it is asked again.
const retryPause = 5 * time.Millisecond

// unanswered is why a wish has not been met as long as nothing else is known.
const unanswered = "the page did not answer: its script is busy, or it has not loaded"

// look asks the page until the wish is met, and returns what it saw; otherwise it ends the step.
func (tab *Tab) look(w wish, failure string) sight {
	return tab.lookOn(w, failure, unanswered)
}

// lookOn is look when it is known already why the wish has not been met so far.
func (tab *Tab) lookOn(w wish, failure, why string) sight {
	renewed := 0 // how often in a row the document was replaced during the look
	for longest := firstSlice; ; longest = slice {
		s, err := tab.glance(w, longest)
		s.First = s.First && longest == firstSlice
		switch {
		case err == nil && s.OK && w.Op == "gone" && tab.openClosed(tab.ctx):
			continue // it may be in there
		case err == nil && s.OK:
			if s.Status >= 400 {
				tab.fail("%s: the page %s answered %d", failure, s.URL, s.Status)
			}
			tab.wait.met(tab.step, s)
			return s
		case err == nil:
			why = tab.unloaded(s) // that the page was an error is among the troubles
			if tab.due() && tab.openClosed(tab.ctx) {
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
func (tab *Tab) glance(w wish, longest time.Duration) (sight, error) {
	tab.seek(w)
	return tab.everywhere(w, min(tab.slice(), longest))
}

// slice is never more than half of what is left of the step's limit, so that on a busy machine, too, the reason why it
// failed has come before it does.
func (tab *Tab) slice() time.Duration {
	deadline, ok := tab.step.Context().Deadline()
	if !ok {
		return slice
	}
	return max(20*time.Millisecond, min(slice, time.Until(deadline)/2))
}

// deathNotice is how long the word of Chrome's death may come after the first call that failed of it.
const deathNotice = 150 * time.Millisecond

// reason puts a missed deadline into words. Any other error may be the first sign that Chrome has died, so it gives the
// word of that time to come: whose fault a failure is depends on it.
func (tab *Tab) reason(err error) error {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return fmt.Errorf("no answer %s", tab.step.LimitNote())
	}
	sleep(tab.root, deathNotice)
	return err
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
