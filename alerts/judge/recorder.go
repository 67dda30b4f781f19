package judge

import (
	"context"
	"fmt"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/probes/journey"
)

// A Recorder stores each run and judges it.
type Recorder struct {
	Store        incident.Store
	Policy       Policy
	Titles       map[string]string // of the journeys, by name
	RunningSince time.Time         // start of recording; no run from before it is missing. Zero: always

	TimeNow func() time.Time // for rejecting runs from the future; nil: slots are accepted whatever the clock shows
}

// Record stores the run and folds it into its journey's state; a decision to page is part of the same write as the state it
// follows from. It is idempotent. A run from the future is rejected with ErrFutureRun. Of two runs of a slot, the one that is stored is
// judged.
//
// A crash between the two writes leaves a run that is stored and not judged. Record judges it just before the next run from
// its region, so that no verdict is lost and slots stay in order. If its region has later runs judged by then, it is late
// and ignored.
func (rec Recorder) Record(ctx context.Context, run journey.Run) ([]Decision, error) {
	if err := rec.rejectFutureRun(run); err != nil {
		return nil, err
	}
	run = run.Bounded() // also of a probe of an earlier version
	run, err := incident.KeepRun(ctx, rec.Store, run)
	if err != nil {
		return nil, fmt.Errorf("store the run of %s: %w", run.Journey, err)
	}
	var last RegionState
	decisions, err := rec.judge(ctx, run, func(r RegionState) bool {
		last = r
		return !hasGap(r.Slot, run)
	})
	if err != nil || !hasGap(last.Slot, run) {
		return decisions, err
	}
	runs, err := rec.unjudgedRuns(ctx, run, incident.Latest(last.Slot, last.Doubt))
	if err != nil {
		return nil, fmt.Errorf("read the unjudged runs of %s: %w", run.Journey, err)
	}
	for _, r := range append(runs, run) {
		more, err := rec.judge(ctx, r, always)
		if err != nil {
			return decisions, err
		}
		decisions = append(decisions, more...)
	}
	return decisions, nil
}

// hasGap reports whether a slot is missing between the last judged one and a run; its run may be stored.
func hasGap(last time.Time, run journey.Run) bool {
	return run.Slot.Sub(last) > time.Duration(run.EveryMS)*time.Millisecond
}

// unjudgedRuns returns the stored runs of the same region between the last slot that is judged, or in doubt, and this run. It
// goes back one day at most, as older runs must not page.
func (rec Recorder) unjudgedRuns(ctx context.Context, run journey.Run, last time.Time) ([]journey.Run, error) {
	const aDay = 24 * time.Hour
	since := last
	if earliest := run.Slot.Add(-aDay); since.Before(earliest) {
		since = earliest
	}
	runs, err := rec.Store.Runs(ctx, incident.RunQuery{Journey: run.Journey, Since: since, Until: run.Slot})
	return slices.DeleteFunc(runs, func(r journey.Run) bool { return r.Region != run.Region || !r.Slot.After(last) }), err
}

// CatchUp judges the runs that were stored, but not judged because of a crash. Call it at start.
func (rec Recorder) CatchUp(ctx context.Context, journeys []string) error {
	for _, name := range journeys {
		var s JourneyState
		if _, err := incident.LoadItem(ctx, rec.Store, incident.JourneyKey(name), &s); err != nil {
			return err
		}
		runs, err := rec.Store.Runs(ctx, incident.RunQuery{Journey: name, Since: s.earliest(), Limit: MaxRuns})
		if err != nil {
			return err
		}
		for _, run := range runs {
			if rec.rejectFutureRun(run) != nil || !run.Slot.After(s.Regions[run.Region].Doubt) {
				continue // stored while the clock was wrong
			}
			if _, err := rec.judge(ctx, run, always); err != nil {
				return err
			}
		}
	}
	return nil
}

// earliest returns the slot up to which every region is judged.
func (s JourneyState) earliest() time.Time {
	var first time.Time
	for _, r := range s.Regions {
		if first.IsZero() || r.Slot.Before(first) {
			first = r.Slot
		}
	}
	return first
}

// always accepts a run in every state of its region.
func always(RegionState) bool { return true }

// judge folds a run into the state of its journey, if ready accepts the region's state.
func (rec Recorder) judge(ctx context.Context, run journey.Run, ready func(RegionState) bool) ([]Decision, error) {
	var decisions []Decision
	err := incident.UpdateItem(ctx, rec.Store, incident.JourneyKey(run.Journey), func(s *JourneyState) bool {
		decisions = nil
		resets := rec.repairRegion(s, run)
		if !ready(s.Regions[run.Region]) {
			return false
		}
		*s, decisions = Judge(rec.Policy.For(run.Journey), *s, run, rec.Titles[run.Journey])
		s.fit()
		changed := decisions[0].Verb != Ignores
		decisions = append(resets, decisions...)
		return changed
	})
	if err != nil {
		return nil, fmt.Errorf("judge the run of %s: %w", run.Journey, err)
	}
	return decisions, nil
}

// RenameState moves the state of a journey to another name, so that its runs in a row and its trends go on. A journey that has run
// under the new name keeps the state that it has there.
func RenameState(ctx context.Context, items incident.Items, from, to string) (hasOwn bool, err error) {
	var moved JourneyState
	if _, err := incident.LoadItem(ctx, items, incident.JourneyKey(from), &moved); err != nil {
		return false, err
	}
	if len(moved.Regions) == 0 && len(moved.Open) == 0 {
		return false, nil // it never ran, or was moved before
	}
	for _, all := range [][]incident.Incident{moved.Open, moved.Closed, moved.Outbox} {
		for i := range all {
			all[i].Journey = to
		}
	}
	if moved.Failure != nil {
		moved.Failure.Journey = to
	}
	err = incident.UpdateItem(ctx, items, incident.JourneyKey(to), func(s *JourneyState) bool {
		if hasOwn = len(s.Regions) > 0; !hasOwn {
			*s = moved
		}
		return !hasOwn
	})
	if err != nil {
		return hasOwn, err
	}
	return hasOwn, ForgetState(ctx, items, from)
}

// ForgetState drops the state of a journey that is no longer watched, so that one of the same name begins anew.
func ForgetState(ctx context.Context, items incident.Items, name string) error {
	return incident.UpdateItem(ctx, items, incident.JourneyKey(name), func(s *JourneyState) bool {
		had := len(s.Regions) > 0 || len(s.Open) > 0 || len(s.Closed) > 0 || len(s.Outbox) > 0
		*s = JourneyState{}
		return had
	})
}
