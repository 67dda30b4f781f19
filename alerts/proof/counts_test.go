package proof

import (
	"fmt"

	"valkyrie/alerts/incident"
)

// add adds the counts of a finished history.
func (c *counts) add(w *simulation) {
	h := w.counts
	for _, r := range w.provider.requests {
		switch {
		case r.placed.IsZero():
		case r.page.Channel == incident.Call:
			h.calls++
		case r.page.Channel == incident.Email:
			h.emails++
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
	c.undelivered += h.undelivered
	c.skews += h.skews
	c.files += h.files
	c.drills += h.drills
	c.emails += h.emails
	c.announced += h.announced
	c.condensed += h.condensed
}

func (c counts) String() string {
	return fmt.Sprintf("%d histories, %d events: %d runs, %d incidents, %d programs (%d met trouble, %d crashed, %d lost a race); "+
		"%d calls, %d texts, %d outcomes in doubt, %d callbacks, %d acknowledgements (%d expired), %d calls hung up; "+
		"%d pages failed over, %d held by a cap; %d all-clears undelivered; %d clock skews repaired; "+
		"%d changes of the file, %d drills, %d e-mails, %d ends of maintenance announced, %d pages condensed",
		c.histories, c.events, c.runs, c.incidents, c.programs, c.troubles, c.crashes, c.conflicts,
		c.calls, c.texts, c.doubtful, c.callbacks, c.acks, c.lapses, c.hangups, c.switched, c.held, c.undelivered, c.skews,
		c.files, c.drills, c.emails, c.announced, c.condensed)
}
