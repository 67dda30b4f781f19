package regions

import (
	"context"
	"errors"
	"fmt"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/probes/journey"
)

const (
	slowest       = 15 * time.Minute // from a slot to the arrival of its run at the standby
	putsAtOnce    = 64               // at 100 ms to the home, 640 runs a second
	manyRuns      = 4000             // in one window of time; of more, the next window is half as long
	fewRuns       = 500              // of less, it is twice as long
	firstWindow   = 10 * time.Minute
	longestWindow = 30 * 24 * time.Hour
)

// bringRuns stores at home the runs that probes recorded here, oldest first, until ctx ends, and notes in c how far it came. Their
// effects on the states were handed over before (see handOver), so that they need not be judged, but for those which no pager here
// has judged. A run that the home does not take holds up the progress, and no other run.
func (s Standby) bringRuns(ctx context.Context, c *copied, now time.Time) error {
	c.Bringing, c.Checked = true, now
	var stuck error
	stored, window := 0, firstWindow
	for from := c.Brought; from.Before(now.Add(slowest)); { // clocks differ
		until := from.Add(window)
		runs, err := s.Pair.Standby.Runs(ctx, incident.RunQuery{Since: from, Until: until})
		if err != nil {
			return fmt.Errorf("read the runs to bring to the home: %w", err)
		}
		failed, err := s.putRuns(ctx, runs)
		stored += len(runs) - len(failed)
		switch {
		case stuck != nil:
		case err != nil:
			c.Brought, stuck = failed[0].Slot, err
		default:
			c.Brought = incident.Earliest(until, now.Add(-slowest))
		}
		if ctx.Err() != nil {
			return s.broughtTo(c, ctx.Err())
		}
		if err := s.judgeLeft(ctx, runs, now); err != nil { // such as a state that cannot be read, which other runs do not wait for
			s.Log.Error("judge the runs that were brought to the home: failed", "err", err)
		}
		if from = until; len(runs) > manyRuns {
			window = max(time.Minute, window/2)
		} else if len(runs) < fewRuns {
			window = min(longestWindow, 2*window)
		}
	}
	if stuck != nil && (stored == 0 || c.Stalled < skipAfter) {
		return s.broughtTo(c, stuck)
	}
	c.Brought, c.Bringing = now.Add(-slowest), false
	if stuck != nil {
		return fmt.Errorf("bring runs to the home: it takes others and not these, which stay at the standby: %w", stuck)
	}
	return nil
}

// skipAfter is the number of turns after which runs are left here that the home does not take, while it takes others.
const skipAfter = 20

// bringFrom returns the slot from which runs are to be brought.
func (c copied) bringFrom(now time.Time) time.Time {
	switch {
	case !c.Brought.IsZero():
		return c.Brought
	case !c.Seen.IsZero(): // stored by an earlier version, which brought everything before it
		return c.Seen.Add(-slowest)
	}
	return now.Add(-incident.RetainRuns)
}

func (s Standby) broughtTo(c *copied, err error) error {
	return fmt.Errorf("bring runs to the home: those before %s are there: %w", c.Brought.UTC().Format(time.RFC3339), err)
}

// putRuns stores runs at home, and returns those that it did not take, in their order. A run from the future, kept while a clock
// was wrong, is left out.
func (s Standby) putRuns(ctx context.Context, runs []journey.Run) (failed []journey.Run, err error) {
	recorder := s.Recorder(s.Pair.Home)
	recorder.Store = s.Pair.Home
	errs := make([]error, len(runs))
	atOnce(len(runs), putsAtOnce, func(i int) {
		if errs[i] = ctx.Err(); errs[i] == nil {
			errs[i] = recorder.Import(ctx, runs[i])
		}
	})
	for i, e := range errs {
		if e != nil && !errors.Is(e, judge.ErrFutureRun) {
			failed = append(failed, runs[i])
			if err == nil {
				err = e
			}
		}
	}
	return failed, err
}

// judgeLeft judges at home the late ones of the runs that no pager here has judged, as it ended between storing and judging them.
func (s Standby) judgeLeft(ctx context.Context, runs []journey.Run, now time.Time) error {
	byJourney := map[string][]journey.Run{}
	var names []string
	for _, run := range runs {
		if now.Sub(run.Slot) > slowest {
			continue
		}
		if byJourney[run.Journey] == nil {
			names = append(names, run.Journey)
		}
		byJourney[run.Journey] = append(byJourney[run.Journey], run)
	}
	recorder := s.Recorder(s.Pair.Home)
	recorder.Store = s.Pair.Home
	errs := make([]error, len(names))
	atOnce(len(names), copiesAtOnce, func(i int) { errs[i] = recorder.JudgeImported(ctx, names[i], byJourney[names[i]]) })
	return errors.Join(errs...)
}
