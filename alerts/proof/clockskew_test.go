package proof

import (
	"maps"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
)

// tolerance is how far in the future a slot may be before the run is rejected.
const tolerance = 5 * time.Minute

// repairClockSkew returns the judging state with a region reset at a slot, if the region was judged by a clock that was
// ahead: its last slot is in the future.
func (w *simulation) repairClockSkew(s judge.JourneyState, region string, slot, now time.Time) judge.JourneyState {
	was := s.Regions[region]
	if was.Slot.Sub(now) <= tolerance {
		return s
	}
	if w.steady {
		w.Fatalf("by a clock that is right at %v, %s was judged as at %v", now, region, was.Slot)
	}
	w.counts.skews++
	const aDay = 24 * 60 * 60
	s.Regions = maps.Clone(s.Regions)
	s.Regions[region] = judge.RegionState{Slot: slot, EveryMS: was.EveryMS, Doubt: later(was.Slot, was.Doubt), Day: slot.Unix() / aDay}
	past := func(incidents []incident.Incident) []incident.Incident {
		incidents = slices.Clone(incidents)
		for i := range incidents {
			inc := &incidents[i]
			for _, t := range []*time.Time{&inc.Since, &inc.Last, &inc.Evident, &inc.Slow} {
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
	s.Open, s.Closed, s.Together, s.Coincided = past(s.Open), past(s.Closed), nil, nil
	if s.Failure != nil && s.Failure.Slot.After(now) {
		s.Failure = nil
	}
	return s
}
