package judge

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge/trend"
	"valkyrie/probes/journey"
)

// ErrFutureRun is returned by Record for a run whose slot is still to come: the clock of the machine that made it is wrong, or
// ours is. It is not kept, as it would make all runs of its region late, and so mean nothing, until that time has come.
var ErrFutureRun = errors.New("the slot of the run is in the future")

// tolerance is how far two clocks may be apart.
const tolerance = 5 * time.Minute

// isFuture reports whether a time is so far in the future that a clock that was wrong has noted it.
func isFuture(t, now time.Time) bool { return t.Sub(now) > tolerance }

// rejectFutureRun refuses a run from the future.
func (d Recorder) rejectFutureRun(run journey.Run) error {
	if d.TimeNow == nil {
		return nil
	}
	now := d.TimeNow()
	if isFuture(run.Slot, now) {
		return fmt.Errorf("the run of %s from %s is for %s, but it is %s: is the clock of one of the two machines wrong? it is not kept, and nobody is told of it: %w",
			run.Journey, run.Region, run.Slot.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339), ErrFutureRun)
	}
	return nil
}

// repairRegion forgets what is known of a run's region when that was judged into the future, by a clock that has been put
// right since. Otherwise its runs would be late ones until that time. What came before the run is not judged again.
func (d Recorder) repairRegion(s *JourneyState, run journey.Run) []Decision {
	if d.TimeNow == nil {
		return nil
	}
	now := d.TimeNow()
	if !isFuture(s.Regions[run.Region].Slot, now) {
		return nil
	}
	return []Decision{s.repairClockSkew(run.Journey, run.Region, run.Slot.Add(-1), now)}
}

// repairAllRegions does the same for all regions, so that one that is silent from now on is missed in time. It asks the clock itself: who
// has waited for the store since they looked at it would take what came meanwhile for the future.
func (d Recorder) repairAllRegions(s JourneyState, name string) (JourneyState, []Decision) {
	if d.TimeNow == nil {
		return s, nil
	}
	var forgot []Decision
	now := d.TimeNow()
	for _, region := range slices.Sorted(maps.Keys(s.Regions)) {
		if !isFuture(s.Regions[region].Slot, now) {
			continue
		}
		if forgot == nil {
			s = s.clone("")
		}
		forgot = append(forgot, s.repairClockSkew(name, region, now, now))
	}
	return s, forgot
}

// repairClockSkew has a region begin anew at a slot, and cuts the times of incidents that are still to come.
func (s *JourneyState) repairClockSkew(name, region string, slot, now time.Time) Decision {
	last := s.Regions[region].Slot
	s.Regions = maps.Clone(s.Regions)
	s.Regions[region] = s.Regions[region].until(slot)
	cut := func(incidents []incident.Incident) []incident.Incident {
		incidents = slices.Clone(incidents)
		for i := range incidents {
			inc := &incidents[i]
			inc.Last, inc.Since = incident.Earliest(inc.Last, now), incident.Earliest(inc.Since, now)
			if wait := inc.Returns.Sub(inc.ResolvedAt); !inc.Returns.IsZero() && inc.ResolvedAt.After(now) {
				inc.ResolvedAt, inc.Returns = now, now.Add(wait)
			}
		}
		return incidents
	}
	s.Open, s.Closed = cut(s.Open), cut(s.Closed)
	return Decision{Verb: Resets, Reason: fmt.Sprintf("the last run of %s from %s was judged as that of %s, which is still to come: the clock was wrong; what was known of %s is forgotten, but for its daily medians",
		name, region, last.UTC().Format(time.RFC3339), region)}
}

// until is what is still of use of a region that begins anew at a slot: what it usually is like, from the days before.
func (r RegionState) until(slot time.Time) RegionState {
	day := dayOf(slot)
	past := RegionState{Slot: slot, EveryMS: r.EveryMS, Doubt: incident.Latest(r.Slot, r.Doubt), Day: day, Entered: min(r.Entered, day-1)}
	for _, s := range r.Steps {
		s.Days = slices.DeleteFunc(slices.Clone(s.Days), func(d trend.Daily) bool { return d.Day >= day })
		if s.Today = (trend.Median{}); len(s.Days) > 0 {
			past.Steps = append(past.Steps, s)
		}
	}
	for _, u := range r.Baselines {
		past.Baselines = append(past.Baselines, BaselineRate{Name: u.Name, Hour: hourOf(slot), Weeks: u.Weeks})
	}
	return past
}

// repairBatch has a batch begin anew that was heard of in the future: what it says now would be older news until then.
func (d Recorder) repairBatch(s JourneyState, h HeartbeatPolicy) (JourneyState, []Decision) {
	if d.TimeNow == nil || s.Batch == nil {
		return s, nil
	}
	now := d.TimeNow()
	if !isFuture(s.Batch.Last, now) {
		return s, nil
	}
	last := s.Batch.Last
	s = s.clone("")
	s.Batch = &BatchState{Due: h.next(now)}
	return s, []Decision{{Verb: Resets, Reason: fmt.Sprintf("%s was heard of last at %s, which is still to come: the clock was wrong; what it had said is forgotten", h.Name, last.UTC().Format(time.RFC3339))}}
}
