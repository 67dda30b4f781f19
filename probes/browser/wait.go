package browser

import (
	"time"

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
func (w *wait) act(t *journey.T, at float64) {
	w.since, w.settled = at, false
	t.Waited(0)
}

// met adds the time until s to the step's. What had been there before we looked, in a wait that had already ended, counts
// only if it surely came after that end.
func (w *wait) met(t *journey.T, s sight) {
	if s.First && w.settled {
		s.At = s.Sure
	}
	w.until(t, s.At)
}

// until adds the time to at.
func (w *wait) until(t *journey.T, at float64) {
	if w.since > 0 {
		t.Waited(time.Duration((at - w.since) * float64(time.Millisecond)))
	}
	w.since, w.settled = max(w.since, at), true
}

// epochMS is at by the page's reckoning.
func epochMS(at time.Time) float64 { return float64(at.UnixMicro()) / 1000 }
