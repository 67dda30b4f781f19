package watchdog_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"valkyrie/alerts/watchdog"
)

// TestGuard checks that work which never returns ends for its caller at the limit, is not begun again while it runs, and
// delays no other work; and that other work returns its own error.
func TestGuard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g watchdog.Guard
		hang := make(chan struct{})
		var begun atomic.Int32
		stuck := func() error {
			return g.Do(t.Context(), "judge", time.Minute, func(context.Context) error { begun.Add(1); <-hang; return nil })
		}
		start := time.Now()
		if err := stuck(); !errors.Is(err, watchdog.ErrStuck) || time.Since(start) > 62*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		for range 3 {
			if err := stuck(); !errors.Is(err, watchdog.ErrStuck) || begun.Load() != 1 {
				t.Errorf("again: %v, begun %d times", err, begun.Load())
			}
		}
		wrong := errors.New("wrong")
		if err := g.Do(t.Context(), "pager", time.Minute, func(context.Context) error { return wrong }); !errors.Is(err, wrong) {
			t.Errorf("other work: %v", err)
		}
		polite := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		if err := g.Do(t.Context(), "polite", time.Minute, polite); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, watchdog.ErrStuck) {
			t.Errorf("work that heeds its context: %v", err)
		}
		close(hang)
		synctest.Wait()
		if err := stuck(); err != nil || begun.Load() != 2 {
			t.Errorf("after it has returned: %v, begun %d times", err, begun.Load())
		}
	})
}
