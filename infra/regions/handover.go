package regions

import (
	"context"
	"errors"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/paging"
)

// handOver joins what the standby's table has of its own into the home's. The route comes first: nobody is paged about what
// the runs say before it is known who has acknowledged. All of it may be done again, and by both regions at once.
func (s Staff) handOver(ctx context.Context, p Pair, c copied) error {
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
	desk := s.Desk(p.Home)
	for _, name := range s.Names {
		if err := desk.Join(ctx, p.Standby, name); err != nil {
			return err
		}
	}
	return bringRuns(ctx, p, desk, c.Seen)
}

// bringRuns brings the runs that probes left at the standby since the last copy, in the order of their slots. Runs are slow to
// come: a slot may be older than the copy. One from the future, which was kept while a clock was wrong, stays where it is: it
// must not keep the others from coming.
func bringRuns(ctx context.Context, p Pair, desk judge.Recorder, since time.Time) error {
	const slowest = 15 * time.Minute
	if !since.IsZero() {
		since = since.Add(-slowest)
	}
	runs, err := p.Standby.Runs(ctx, incident.RunQuery{Since: since})
	if err != nil {
		return err
	}
	desk.Store = p.Home
	for _, run := range runs {
		if _, err := desk.Record(ctx, run); err != nil && !errors.Is(err, judge.ErrFutureRun) {
			return err
		}
	}
	return nil
}
