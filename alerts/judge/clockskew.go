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

// ErrFutureRun is returned by Record for a run whose slot is in the future, which means clock skew on the probe or here. The
// run is rejected, as it would make every run of its region late, and so ignored, until that time.
var ErrFutureRun = errors.New("the slot of the run is in the future")

// clockTolerance is the accepted skew between two clocks.
const clockTolerance = 5 * time.Minute

// isFuture reports whether a time is later than now by more than clockTolerance, so that a wrong clock wrote it.
func isFuture(t, now time.Time) bool { return t.Sub(now) > clockTolerance }

// now returns the time by the clock of the store.
func (rec Recorder) now() time.Time { return incident.TimeOf(rec.Store, rec.TimeNow()) }

// rejectFutureRun returns an error for a run from the future.
func (rec Recorder) rejectFutureRun(run journey.Run) error {
	if rec.TimeNow == nil {
		return nil
	}
	now := rec.now()
	if isFuture(run.Slot, now) {
		return fmt.Errorf("record the run of %s from %s for %s: it is %s here; correct the clock that is wrong, the run is not kept: %w",
			run.Journey, run.Region, run.Slot.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339), ErrFutureRun)
	}
	return nil
}

// repairRegion resets the state of a run's region if a clock that was ahead, and has been corrected since, moved it into
// the future. Without it, runs of the region would be ignored as late until that time. Earlier runs are not judged again.
func (rec Recorder) repairRegion(s *JourneyState, run journey.Run) []Decision {
	if rec.TimeNow == nil {
		return nil
	}
	now := rec.now()
	if !isFuture(s.Regions[run.Region].Slot, now) {
		return nil
	}
	return []Decision{s.repairClockSkew(run.Journey, run.Region, run.Slot.Add(-1), now)}
}

// repairAllRegions does the same for every region, so that a region that goes silent now is detected in time. It reads the
// clock itself: with a time read before waiting for the store, runs recorded meanwhile would look like future ones.
func (rec Recorder) repairAllRegions(s JourneyState, name string) (JourneyState, []Decision) {
	if rec.TimeNow == nil {
		return s, nil
	}
	var resets []Decision
	now := rec.now()
	for _, region := range slices.Sorted(maps.Keys(s.Regions)) {
		if !isFuture(s.Regions[region].Slot, now) {
			continue
		}
		if resets == nil {
			s = s.clone("")
		}
		resets = append(resets, s.repairClockSkew(name, region, now, now))
	}
	return s, resets
}

// repairClockSkew restarts a region at a slot, and clamps future times of incidents to now.
func (s *JourneyState) repairClockSkew(name, region string, slot, now time.Time) Decision {
	last := s.Regions[region].Slot
	s.Regions = maps.Clone(s.Regions)
	s.Regions[region] = s.Regions[region].restartAt(slot)
	cut := func(incidents []incident.Incident) []incident.Incident {
		incidents = slices.Clone(incidents)
		for i := range incidents {
			inc := &incidents[i]
			inc.Last, inc.Since = incident.Earliest(inc.Last, now), incident.Earliest(inc.Since, now)
			inc.Evident, inc.Slow = incident.Earliest(inc.Evident, now), incident.Earliest(inc.Slow, now)
			if wait := inc.Returns.Sub(inc.ResolvedAt); !inc.Returns.IsZero() && inc.ResolvedAt.After(now) {
				inc.ResolvedAt, inc.Returns = now, now.Add(wait)
			}
		}
		return incidents
	}
	s.Open, s.Closed = cut(s.Open), cut(s.Closed)
	s.Together, s.Coincided = nil, nil
	if s.Failure != nil && s.Failure.Slot.After(now) {
		s.Failure = nil
	}
	return Decision{Verb: Resets, Reason: fmt.Sprintf("the last run of %s from %s was judged as that of %s, which is still to come: the clock was wrong; what was known of %s is forgotten, but for its daily medians",
		name, region, last.UTC().Format(time.RFC3339), region)}
}

// restartAt returns the region's state restarted at a slot. It keeps the daily medians and baselines from before that day.
func (r RegionState) restartAt(slot time.Time) RegionState {
	day := dayOf(slot)
	past := RegionState{Slot: slot, EveryMS: r.EveryMS, Doubt: incident.Latest(r.Slot, r.Doubt), Day: day, Entered: min(r.Entered, day-1)}
	for _, s := range r.Steps {
		before := func(days trend.Days) trend.Days {
			return slices.DeleteFunc(slices.Clone(days), func(d trend.Daily) bool { return d.Day >= day })
		}
		if days := before(s.Days); len(days) > 0 {
			past.Steps = append(past.Steps, StepDays{Name: s.Name, SlowMS: s.SlowMS, LimitMS: s.LimitMS, Days: days, Peaks: before(s.Peaks)})
		}
	}
	for _, u := range r.Baselines {
		past.Baselines = append(past.Baselines, BaselineRate{Name: u.Name, Hour: u.Hour + hourOf(slot) - hourOf(r.Slot), Weeks: u.Weeks})
	}
	return past
}

// repairBatch resets a batch whose last beat is in the future. Without it, beats would be ignored as late until that time.
func (rec Recorder) repairBatch(s JourneyState, h HeartbeatPolicy) (JourneyState, []Decision) {
	if rec.TimeNow == nil || s.Batch == nil {
		return s, nil
	}
	now := rec.now()
	if !isFuture(s.Batch.Last, now) {
		return s, nil
	}
	last := s.Batch.Last
	s = s.clone("")
	s.Batch = &BatchState{Due: h.next(now), Schedule: h.schedule()}
	return s, []Decision{{Verb: Resets, Reason: fmt.Sprintf("%s was heard of last at %s, which is still to come: the clock was wrong; what it had said is forgotten", h.Name, last.UTC().Format(time.RFC3339))}}
}
