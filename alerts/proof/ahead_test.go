package proof

import (
	"maps"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
)

// tolerance is how far ahead a slot may be that is believed.
const tolerance = 5 * time.Minute

// putRight is a state of judging in which a region begins anew at a slot, if what is known of it was judged by a clock that was
// ahead: its last slot is still to come.
func (w *world) putRight(s judge.JourneyState, region string, slot, now time.Time) judge.JourneyState {
	was := s.Regions[region]
	if was.Slot.Sub(now) <= tolerance {
		return s
	}
	if w.steady {
		w.Fatalf("by a clock that is right at %v, %s was judged as at %v", now, region, was.Slot)
	}
	w.counts.ahead++
	const aDay = 24 * 60 * 60
	s.Regions = maps.Clone(s.Regions)
	s.Regions[region] = judge.RegionState{Slot: slot, EveryMS: was.EveryMS, Doubt: later(was.Slot, was.Doubt), Day: slot.Unix() / aDay}
	past := func(incidents []incident.Incident) []incident.Incident {
		incidents = slices.Clone(incidents)
		for i := range incidents {
			inc := &incidents[i]
			for _, t := range []*time.Time{&inc.Since, &inc.Last} {
				if t.After(now) {
					*t = now
				}
			}
			if inc.ResolvedAt.After(now) {
				inc.ResolvedAt, inc.Returns = now, inc.Returns.Add(now.Sub(inc.ResolvedAt))
			}
		}
		return incidents
	}
	s.Open, s.Closed = past(s.Open), past(s.Closed)
	return s
}
