package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/infra/sqlite"
	"valkyrie/probes/journey"
)

// TestOldRunsAreSwept: runs older than --keep are deleted when a watch begins.
func TestOldRunsAreSwept(t *testing.T) {
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "valkyrie.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	for _, days := range []int{0, 9, 11, 500} {
		run := journey.Run{ID: fmt.Sprint(days), Journey: "print-card", Region: "eu", Slot: time.Now().Add(-time.Duration(days) * cli.Day)}
		if err := store.PutRun(t.Context(), run); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	var log output
	var done sync.WaitGroup
	done.Go(func() { (&services{store: store}).sweepRuns(ctx, 10*cli.Day, slog.New(slog.NewTextHandler(&log, nil))) })
	err = eventually(func() error {
		if text := log.String(); !strings.Contains(text, "runs=2 keep=10d") {
			return fmt.Errorf("not yet: %q", text)
		}
		return nil
	})
	stop()
	done.Wait()
	left, failed := store.Runs(t.Context(), incident.RunQuery{})
	if err != nil || failed != nil || len(left) != 2 || left[0].ID != "9" {
		t.Error(err, failed, left)
	}
	_, errs, code := typed(t, t.TempDir(), "watch", "--keep", "3h")
	if code != cli.ExitUsage || !strings.Contains(errs, "--keep 3h: expected at least 1d") {
		t.Error(code, errs)
	}
}
