package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/infra/sqlite"
)

func TestRegion(t *testing.T) {
	dir := rotaFolder(t)
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	store, err := sqlite.Open(t.Context(), filepath.Join(dir, "valkyrie.db"))
	if err != nil {
		t.Fatal(err)
	}
	err = incident.UpdateItem(t.Context(), store, incident.JourneyKey("print-card"), func(s *judge.JourneyState) bool {
		s.Regions = map[string]judge.RegionState{"eu-west-1": {Slot: now}, "us-east-1": {Slot: now.Add(-time.Hour)}, "ap-south-1": {}}
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	const regions = "ap-south-1  no run has come\neu-west-1   the latest run is that of 2026-12-01 12:00 UTC\nus-east-1   the latest run is that of 2026-12-01 11:00 UTC"
	for _, c := range []struct{ args, want string }{
		{"", regions + "\n"},
		{"resume us-east-1", "us-east-1 is not paused\n"},
		{"pause us-east-1 --for 2d", "us-east-1 is paused until 2026-12-03 12:00 UTC: its runs are not missed\n"},
		{"", regions + "; paused until 2026-12-03 12:00 UTC\n"},
		{"pause us-east-1 --for 31d", "valkyrie: --for 31d: expected a duration over 0 and up to 30d, such as 90m, or a time within 30 days"},
		{"pause us-west-1", "valkyrie: there is no region \"us-west-1\", did you mean \"eu-west-1\"? there are: ap-south-1, eu-west-1, us-east-1\n"},
		{"pause", "valkyrie: unexpected arguments [\"pause\"]: expected pause, resume or remove, and one region\n"},
		{"stop us-east-1", "valkyrie: unexpected arguments [\"stop\" \"us-east-1\"]: expected pause, resume or remove, and one region\n"},
		{"resume us-east-1", "us-east-1 is no longer paused: its runs are awaited from now on\n"},
		{"remove us-east-1", "us-east-1 is being removed: until 2026-12-08 12:00 UTC its runs are not missed. What remains:\n"},
		{"", regions + "; being removed, not missed until 2026-12-08 12:00 UTC\n"},
		{"resume us-east-1", "us-east-1 is not being removed any more: its runs are awaited from now on\n"},
		{"", regions + "\n"},
		{"pause eu-west-1", "eu-west-1 is paused until 2026-12-02 12:00 UTC: its runs are not missed\n"},
	} {
		out, errs, code := typedAt(t, now, dir, append([]string{"region", "--db", "DIR/valkyrie.db"}, strings.Fields(c.args)...)...)
		if got := out + errs; !strings.HasPrefix(got, c.want) || (errs != "") != (code != 0) {
			t.Errorf("region %s: exit code %d, got %q, want %q", c.args, code, got, c.want)
		}
	}
	out, _, _ := typedAt(t, now, dir, "oncall", "--alerts", "DIR/alerts.yaml", "--db", "DIR/valkyrie.db")
	if !strings.Contains(out, "region eu-west-1: paused until 2026-12-02 12:00 UTC\n") || strings.Contains(out, "us-east-1") {
		t.Errorf("oncall shows other pauses:\n%s", out)
	}
}
