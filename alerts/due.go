package alerts

import "time"

// Due is when the passing of time alone makes something due: when to tick next. Zero: nothing does. What a carrier or a
// person says may make something due before.
func (r Route) Due() time.Time {
	var first time.Time
	at := func(t time.Time) {
		if first.IsZero() || t.Before(first) {
			first = t
		}
	}
	for _, p := range r.Pages {
		switch p.State {
		case Planned:
			if p.NotBefore.IsZero() {
				p.NotBefore = p.PlannedAt
			}
			at(p.NotBefore)
		case Claimed, Accepted:
			at(p.LeaseUntil)
			if !p.HangUpAt.IsZero() {
				at(p.HangUpAt.Add(hangUpAgain))
			}
		case Unknown:
			at(p.ClaimedAt) // the carrier is asked at each tick
		}
	}
	if !r.Chain.Pause.IsZero() {
		at(r.Chain.Pause)
	}
	return first
}
