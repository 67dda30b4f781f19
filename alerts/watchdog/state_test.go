package watchdog_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"valkyrie/alerts/watchdog"
)

// TestWords checks when work is given up, to the second, and the errors of its caller and of the next one.
func TestWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g watchdog.Guard
		hang := make(chan struct{})
		began := time.Now()
		stuck := func(context.Context) error { <-hang; return nil }
		if err := g.Do(t.Context(), "judge", time.Minute, stuck); err == nil || err.Error() != "judge: it has not ended within 1m0s" || time.Since(began) != 61*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		want := "judge: it has not ended since " + began.UTC().Format("2 January 15:04:05") + " UTC; restart the program"
		if err := g.Do(t.Context(), "judge", time.Minute, stuck); err == nil || err.Error() != want || time.Since(began) != 61*time.Second {
			t.Errorf("%v, want %s", err, want)
		}
		// Work that ends within the second that is left to it is no stuck work; its context has ended, as that of all work that is over.
		var kept context.Context
		slow := func(ctx context.Context) error {
			kept = ctx
			time.Sleep(60*time.Second + 900*time.Millisecond)
			return nil
		}
		for range 2 {
			if err := g.Do(t.Context(), "slow", time.Minute, slow); err != nil || kept.Err() == nil {
				t.Errorf("%v, its context %v", err, kept.Err())
			}
		}
		if err := g.Do(t.Context(), "quick", time.Minute, func(ctx context.Context) error { kept = ctx; return nil }); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if kept.Err() == nil {
			t.Error("the context of work that is over goes on")
		}
		// Two works are stuck at once, and neither makes the other begin again.
		if err := g.Do(t.Context(), "pager", time.Minute, stuck); err == nil {
			t.Error("work that hangs has ended")
		}
		for _, name := range []string{"judge", "pager"} {
			if err := g.Do(t.Context(), name, time.Minute, stuck); err == nil || !strings.HasSuffix(err.Error(), "; restart the program") {
				t.Errorf("%s: %v", name, err)
			}
		}
		close(hang)
	})
}
