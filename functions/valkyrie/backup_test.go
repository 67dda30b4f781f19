package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/functions/lambdatest"
	"valkyrie/infra/sqlite"
	"valkyrie/probes/journey"
)

// TestRestoreAsks: restore says to which time it goes back and whom that would page, and changes nothing without a yes.
func TestRestoreAsks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, backup := filepath.Join(dir, "valkyrie.db"), filepath.Join(dir, "monday.db")
	now := alertstest.Start.Add(3 * time.Hour)
	s, err := sqlite.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.PutRun(t.Context(), journey.Run{ID: "1", Journey: "print-card", Slot: alertstest.Start}); err != nil {
		t.Fatal(err)
	}
	if err := incident.UpdateItem(t.Context(), s, incident.NotificationKey, func(r *paging.NotificationState) bool {
		down := alertstest.PrintCard()
		down.Runs = 1
		*r, _ = r.Step(paging.IncidentUpdated{Incident: down}, alertstest.OnCall, alertstest.Start)
		r.Pages = nil // it had not been planned yet
		return true
	}); err != nil {
		t.Fatal(err)
	}
	run := func(answer string, args ...string) (string, int) {
		var out, errs bytes.Buffer
		p := &program{suite: lambdatest.Practice(), stdin: strings.NewReader(answer), stdout: &out, stderr: &errs, getenv: func(string) string { return "" }, timeNow: func() time.Time { return now }}
		code := p.run(t.Context(), args)
		return out.String() + errs.String(), code
	}
	if out, code := run("", "backup", backup, "--db", db); code != 0 || out != backup+"\n" {
		t.Fatalf("%d: %s", code, out)
	}
	if err := s.PutRun(t.Context(), journey.Run{ID: "2", Journey: "print-card", Slot: alertstest.Start.Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	s.Close()
	ends := func() time.Time {
		s, err := sqlite.OpenExisting(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		at, err := s.Latest(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	out, code := run("no\n", "restore", backup, "--db", db)
	if code != 2 || !strings.Contains(out, "3h") || !strings.Contains(out, "watch would then call ") || !strings.Contains(out, ": Customers cannot print a card.") ||
		!strings.Contains(out, "watch would then text the people who were paged about print-card, muted or not, once it sees that this is over\n") || !ends().Equal(alertstest.Start.Add(time.Hour)) {
		t.Errorf("%d, ends at %v: %s", code, ends(), out)
	}
	out, code = run("yes\n", "restore", backup, "--db", db)
	if code != 0 || !strings.Contains(out, "what it was is in "+db+".2026") || !ends().Equal(alertstest.Start) {
		t.Errorf("%d, ends at %v: %s", code, ends(), out)
	}
	if out, code = run("", "restore", filepath.Join(dir, "gone.db"), "--db", db, "--yes"); code != 2 || !strings.Contains(out, "gone.db") {
		t.Errorf("%d: %s", code, out)
	}
}
