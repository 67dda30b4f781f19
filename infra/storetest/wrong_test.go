package storetest

import (
	"context"
	"sync/atomic"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/probes/journey"
)

// The wrong stores, each with one plausible mistake.
type (
	lastWriteWins struct{ *model } // writes items without checking their version
	racy          struct {         // the same, and the first two readers of an item both read before either writes
		lastWriteWins
		readers *atomic.Int32
		met     chan struct{}
	}
	countsFromZero  struct{ *model } // the first version of an item is 0
	laterRunWins    struct{ *model } // a second run replaces the first
	ignoresRev      struct{ *model } // an older revision of an incident replaces a newer one
	keepsOldPages   struct{ *model } // adds pages, and removes none
	oldestFew       struct{ *model } // a limit selects the oldest runs
	forgetsResolved struct{ *model } // omits incidents that opened before and were resolved since
	deaf            struct{ *model } // ignores contexts
	forgetsAField   struct{ *model } // drops one column
	copiesRuns      struct{ *model } // leaves the runs under the old name, too
)

func (s lastWriteWins) PutItem(ctx context.Context, i incident.Item) error {
	latest, _ := s.Item(ctx, i.Key)
	i.Version = latest.Version
	return s.model.PutItem(ctx, i)
}

func newRacy(m *model) incident.Store {
	return racy{lastWriteWins{m}, new(atomic.Int32), make(chan struct{})}
}

func (s racy) Item(ctx context.Context, key string) (incident.Item, error) {
	i, err := s.lastWriteWins.Item(ctx, key)
	if s.readers.Add(1) == 2 {
		close(s.met)
	}
	<-s.met
	return i, err
}

func (s countsFromZero) Item(ctx context.Context, key string) (incident.Item, error) {
	i, err := s.model.Item(ctx, key)
	i.Version = max(0, i.Version-1)
	return i, err
}

func (s copiesRuns) RenameRuns(ctx context.Context, from, to string, progress func(int64)) (int64, error) {
	runs, _ := s.Runs(ctx, incident.RunQuery{Journey: from})
	moved, err := s.model.RenameRuns(ctx, from, to, progress)
	for _, r := range runs {
		_ = s.PutRun(ctx, r)
	}
	return moved, err
}

func (s laterRunWins) PutRun(ctx context.Context, r journey.Run) error {
	s.mu.Lock()
	delete(s.runs, keyOf(r))
	s.mu.Unlock()
	return s.model.PutRun(ctx, r)
}

func (s ignoresRev) PutIncident(ctx context.Context, r incident.Record) error {
	s.mu.Lock()
	delete(s.incidents, r.ID)
	s.mu.Unlock()
	return s.model.PutIncident(ctx, r)
}

func (s keepsOldPages) PutIncident(ctx context.Context, r incident.Record) error {
	s.mu.Lock()
	r.Pages = append(append([]incident.Page{}, s.incidents[r.ID].Pages...), r.Pages...)
	s.mu.Unlock()
	return s.model.PutIncident(ctx, r)
}

func (s oldestFew) Runs(ctx context.Context, q incident.RunQuery) ([]journey.Run, error) {
	limit := q.Limit
	q.Limit = 0
	runs, err := s.model.Runs(ctx, q)
	if limit > 0 && len(runs) > limit {
		runs = runs[:limit]
	}
	return runs, err
}

func (s forgetsResolved) Incidents(ctx context.Context, since time.Time) ([]incident.Record, error) {
	all, err := s.model.Incidents(ctx, since)
	var kept []incident.Record
	for _, r := range all {
		if r.State != incident.Resolved || !r.Opened.Before(since) {
			kept = append(kept, r)
		}
	}
	return kept, err
}

func (s deaf) Runs(_ context.Context, q incident.RunQuery) ([]journey.Run, error) {
	return s.model.Runs(context.Background(), q)
}

func (s forgetsAField) PutRun(ctx context.Context, r journey.Run) error {
	r.Chrome = ""
	return s.model.PutRun(ctx, r)
}
