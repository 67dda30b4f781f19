package sqlite

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/incident"
)

// TestSweep: older runs are removed with their steps; newer runs and all incidents stay.
func TestSweep(t *testing.T) {
	s := mustOpen(t, filepath.Join(t.TempDir(), "valkyrie.db"))
	const runs, old = 2*atOnce + 300, 2*atOnce + 100
	for i := range runs {
		if err := s.PutRun(t.Context(), benchRun(i)); err != nil {
			t.Fatal(err)
		}
	}
	record := incident.Record{Incident: incident.Incident{ID: "a", Opened: time.Unix(0, 0), State: incident.Resolved}, Pages: []incident.Page{{ID: "p"}}}
	if err := s.PutIncident(t.Context(), record); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int64{old, 0} {
		if n, err := s.Sweep(t.Context(), benchRun(old).Slot); err != nil || n != want {
			t.Fatalf("swept %d (%v), want %d", n, err, want)
		}
	}
	left, err := s.Runs(t.Context(), incident.RunQuery{})
	if err != nil || len(left) != runs-old || left[0].ID != benchRun(old).ID || len(left[0].Steps) != 5 {
		t.Errorf("%d runs are left (%v)", len(left), err)
	}
	var steps int
	if err := s.db.QueryRow("SELECT count(*) FROM steps").Scan(&steps); err != nil || steps != 5*len(left) {
		t.Errorf("%d steps are left (%v)", steps, err)
	}
	if all, err := s.Incidents(t.Context(), time.Time{}); err != nil || len(all) != 1 || len(all[0].Pages) != 1 {
		t.Errorf("%+v (%v)", all, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Sweep(ctx, time.Now()); err == nil || !strings.Contains(err.Error(), "remove the runs before") {
		t.Error(err)
	}
}
