package regions

import (
	"context"
	"errors"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/paging"
)

// handOver merges the standby's changes into the home's table. The route comes first, so that acknowledgements are in place
// before the runs open pages. It is idempotent, and both regions may do it at once.
func (s Deps) handOver(ctx context.Context, p Pair, c copied) error {
	theirs, err := paging.LoadState(ctx, p.Standby)
	if err != nil {
		return err
	}
	var base paging.NotificationState
	if _, err := read(ctx, p.Standby, baseKey, &base); err != nil {
		return err
	}
	if err := s.Pager(p.Home).Merge(ctx, theirs, base); err != nil {
		return err
	}
	recorder := s.Recorder(p.Home)
	for _, name := range s.Names {
		if err := recorder.Join(ctx, p.Standby, name); err != nil {
			return err
		}
	}
	return bringRuns(ctx, p, recorder, c.Seen)
}

// bringRuns records at home the runs that probes recorded at the standby since the last copy, in slot order. Runs take time
// to arrive, so a slot may be older than the copy. A run from the future, kept while a clock was wrong, is skipped, so that
// it does not block the others.
func bringRuns(ctx context.Context, p Pair, recorder judge.Recorder, since time.Time) error {
	const slowest = 15 * time.Minute
	if !since.IsZero() {
		since = since.Add(-slowest)
	}
	runs, err := p.Standby.Runs(ctx, incident.RunQuery{Since: since})
	if err != nil {
		return err
	}
	recorder.Store = p.Home
	for _, run := range runs {
		if _, err := recorder.Record(ctx, run); err != nil && !errors.Is(err, judge.ErrFutureRun) {
			return err
		}
	}
	return nil
}
