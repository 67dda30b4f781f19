package judge

import (
	"context"
	"fmt"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/probes/journey"
)

// A Recorder takes in runs: it keeps each, and judges it.
type Recorder struct {
	Store        incident.Store
	Policy       Policy
	Titles       map[string]string // of the journeys, by name
	RunningSince time.Time         // since when runs can come; zero: always. Before it, none is missed

	TimeNow func() time.Time // refuses runs from the future; nil: the slots of runs are believed whatever the clock says
}

// Record keeps run and folds it into its journey's state; a decision to page is in the same write as the state that it
// follows from. Recording a run again changes nothing. A run from the future is refused: see ErrFutureRun.
//
// A program that stops between the two leaves a run that was kept and not judged. It is judged with the next one from its
// region, before it: so no verdict is lost, and the order of slots is kept. One whose region was judged further meanwhile
// is late, and late runs change nothing.
func (d Recorder) Record(ctx context.Context, run journey.Run) ([]Decision, error) {
	if err := d.rejectFutureRun(run); err != nil {
		return nil, err
	}
	if err := d.Store.PutRun(ctx, run); err != nil {
		return nil, fmt.Errorf("the run of %s could not be kept: %w", run.Journey, err)
	}
	var last RegionState
	decisions, err := d.judge(ctx, run, func(r RegionState) bool {
		last = r
		return !misses(r.Slot, run)
	})
	if err != nil || !misses(last.Slot, run) {
		return decisions, err
	}
	runs, err := d.unjudgedRuns(ctx, run, incident.Latest(last.Slot, last.Doubt))
	if err != nil {
		return nil, fmt.Errorf("the runs of %s before it could not be read: %w", run.Journey, err)
	}
	for _, r := range append(runs, run) {
		more, err := d.judge(ctx, r, always)
		if err != nil {
			return decisions, err
		}
		decisions = append(decisions, more...)
	}
	return decisions, nil
}

// misses reports whether a slot is missing between the last that was judged and a run: it may have been kept.
func misses(last time.Time, run journey.Run) bool {
	return run.Slot.Sub(last) > time.Duration(run.EveryMS)*time.Millisecond
}

// unjudgedRuns are the runs of the same region that were kept between the last that was judged, or is in doubt, and this one.
// It goes no further back than a day: what is older wakes nobody.
func (d Recorder) unjudgedRuns(ctx context.Context, run journey.Run, last time.Time) ([]journey.Run, error) {
	const aDay = 24 * time.Hour
	since := last
	if earliest := run.Slot.Add(-aDay); since.Before(earliest) {
		since = earliest
	}
	runs, err := d.Store.Runs(ctx, incident.RunQuery{Journey: run.Journey, Since: since, Until: run.Slot})
	return slices.DeleteFunc(runs, func(r journey.Run) bool { return r.Region != run.Region || !r.Slot.After(last) }), err
}

// CatchUp judges the runs that were kept, but not judged because the program stopped in between.
func (d Recorder) CatchUp(ctx context.Context, journeys []string) error {
	for _, name := range journeys {
		var s JourneyState
		if _, err := incident.LoadItem(ctx, d.Store, incident.JourneyKey(name), &s); err != nil {
			return err
		}
		runs, err := d.Store.Runs(ctx, incident.RunQuery{Journey: name, Since: s.earliest(), Limit: MaxRuns})
		if err != nil {
			return err
		}
		for _, run := range runs {
			if d.rejectFutureRun(run) != nil || !run.Slot.After(s.Regions[run.Region].Doubt) {
				continue // it was kept while the clock was wrong
			}
			if _, err := d.judge(ctx, run, always); err != nil {
				return err
			}
		}
	}
	return nil
}

// earliest is the slot up to which every region has been judged.
func (s JourneyState) earliest() time.Time {
	var first time.Time
	for _, r := range s.Regions {
		if first.IsZero() || r.Slot.Before(first) {
			first = r.Slot
		}
	}
	return first
}

// always is for a run that may be judged whatever came before it.
func always(RegionState) bool { return true }

// judge folds a run into the state of its journey, if that of its region is ready for it.
func (d Recorder) judge(ctx context.Context, run journey.Run, ready func(RegionState) bool) ([]Decision, error) {
	var decisions []Decision
	err := incident.UpdateItem(ctx, d.Store, incident.JourneyKey(run.Journey), func(s *JourneyState) bool {
		decisions = nil
		forgot := d.repairRegion(s, run)
		if !ready(s.Regions[run.Region]) {
			return false
		}
		*s, decisions = Judge(d.Policy.For(run.Journey), *s, run, d.Titles[run.Journey])
		changed := decisions[0].Verb != Ignores
		decisions = append(forgot, decisions...)
		return changed
	})
	if err != nil {
		return nil, fmt.Errorf("the run of %s could not be judged: %w", run.Journey, err)
	}
	return decisions, nil
}
