package sqlite

import (
	"context"
	"errors"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/infra/storetest"
)

// TestHeldFile: another connection, which to SQLite is like another process, holds the file during a write.
func TestHeldFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "valkyrie.db")
	s, other := mustOpen(t, path), mustOpen(t, path)
	held, err := other.db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer held.Rollback()

	if _, err := s.Item(t.Context(), "k"); err != nil {
		t.Errorf("a reader was blocked by a writer: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := storetest.Increment(ctx, s, "k"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got error %v, expected context.DeadlineExceeded", err) // a wait that outlives its context would end with "held by another process"
	}
	s.patience = time.Millisecond
	err = storetest.Increment(t.Context(), s, "k")
	wantWords(t, err, path, "held by another process", "fuser")
	if errors.Is(err, incident.ErrConflict) {
		t.Error("a held file is reported as a version conflict")
	}
}

// TestInterruptedWritesAreAllOrNothing ends contexts at random times during writes: a write that reports success is stored,
// and one that reports an error is not.
func TestInterruptedWritesAreAllOrNothing(t *testing.T) {
	s := mustOpen(t, filepath.Join(t.TempDir(), "valkyrie.db"))
	const writers, each = 8, 50
	var succeeded, interrupted atomic.Int64
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range each {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(w*each+i)*50*time.Microsecond)
				switch err := storetest.Increment(ctx, s, "k"); {
				case err == nil:
					succeeded.Add(1)
				case errors.Is(err, context.DeadlineExceeded):
					interrupted.Add(1)
				default:
					t.Errorf("got error %v, expected context.DeadlineExceeded", err)
				}
				cancel()
			}
		})
	}
	all.Wait()
	item, err := s.Item(t.Context(), "k")
	if want := succeeded.Load(); err != nil || item.Version != want || string(item.Data) != strconv.FormatInt(want, 10) {
		t.Errorf("got version %d, data %q, error %v; expected %d of both, as many as succeeded (%d were interrupted)",
			item.Version, item.Data, err, want, interrupted.Load())
	}
	t.Logf("%d written, %d interrupted", succeeded.Load(), interrupted.Load())
}
