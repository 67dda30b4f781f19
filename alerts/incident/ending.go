package incident

import "time"

// An Ending is the way in which an incident ended. Only Recovered says that the journey works again.
type Ending string

// The endings.
const (
	Recovered Ending = "recovered"   // runs show that the cause is gone
	GivenUp   Ending = "given up"    // nothing has tested it for so long that its state is unknown
	Unwatched Ending = "not watched" // its journey or region is no longer configured
	ByHand    Ending = "by hand"     // a person said that it is over
)

// EndedBy returns the ending of a resolved incident, also of one that was stored without it.
func (i Incident) EndedBy() Ending {
	switch {
	case i.ResolvedBy != "":
		return ByHand
	case i.Ending == "":
		return Recovered
	}
	return i.Ending
}

// End resolves the incident, with the cause in a sentence. One that called counts as such again.
func (i Incident) End(e Ending, at time.Time, closing string) Incident {
	i.Calmed = false
	i.State, i.Ending, i.ResolvedAt, i.Closing, i.Runs = Resolved, e, at, closing, i.Runs+1
	return i
}

// EvidentUntil returns the time until which the incident was evident.
func (i Incident) EvidentUntil() time.Time {
	if i.Evident.IsZero() {
		return i.Last // stored by an earlier version
	}
	return i.Evident
}
