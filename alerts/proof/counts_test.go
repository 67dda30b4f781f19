package proof

import (
	"fmt"

	"valkyrie/alerts/incident"
)

// add takes in the counts of a history that is over.
func (c *counts) add(w *world) {
	h := w.counts
	for _, r := range w.carrier.requests {
		switch {
		case r.placed.IsZero():
		case r.page.Channel == incident.Call:
			h.calls++
		default:
			h.texts++
		}
	}
	c.histories++
	c.events += h.events
	c.runs += h.runs
	c.programs += h.programs
	c.troubles += h.troubles
	c.crashes += h.crashes
	c.conflicts += h.conflicts
	c.calls += h.calls
	c.texts += h.texts
	c.doubtful += h.doubtful
	c.callbacks += h.callbacks
	c.acks += h.acks
	c.lapses += h.lapses
	c.hangups += h.hangups
	c.switched += len(w.switched)
	c.held += h.held
	c.incidents += h.incidents
	c.retold += h.retold
	c.ahead += h.ahead
}

func (c counts) String() string {
	return fmt.Sprintf("%d histories, %d events: %d runs, %d incidents, %d programs (%d met trouble, %d crashed, %d lost a race); "+
		"%d calls, %d texts, %d outcomes in doubt, %d callbacks, %d acknowledgements (%d expired), %d calls hung up; "+
		"%d pages given to the second carrier, %d held by a cap; %d that told an end did not arrive; %d times what was judged ahead was forgotten",
		c.histories, c.events, c.runs, c.incidents, c.programs, c.troubles, c.crashes, c.conflicts,
		c.calls, c.texts, c.doubtful, c.callbacks, c.acks, c.lapses, c.hangups, c.switched, c.held, c.retold, c.ahead)
}
