package sqlite

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"valkyrie/alerts/incident"
	"valkyrie/probes/journey"
)

// TestEachFailedWriteIsReported: whichever table refuses a write, or the commit, the caller gets the error and nothing has changed: a
// decision to page that is believed to be stored, and is not, would be lost.
func TestEachFailedWriteIsReported(t *testing.T) {
	slot := time.Date(2026, 11, 21, 4, 23, 0, 0, time.UTC)
	run := journey.Run{ID: "r1", Journey: "print-card", Region: "eu-west-1", Slot: slot, Outcome: journey.Failed, Steps: []journey.StepResult{{Name: "look", Outcome: journey.Failed}}}
	unfinished := run
	unfinished.Evidence = []journey.Evidence{{Kind: "pending"}}
	record := incident.Record{
		Incident: incident.Incident{ID: "i1", Journey: "print-card", Kind: incident.Down, State: incident.Open, Opened: slot, Rev: 1},
		Pages:    []incident.Page{{ID: "p1", Incidents: []string{"i1"}}},
	}
	again := record
	again.Rev, again.Pages = 2, []incident.Page{{ID: "p2", Incidents: []string{"i1"}}}
	putRun := func(r journey.Run) func(*Store) error {
		return func(s *Store) error { return s.PutRun(t.Context(), r) }
	}
	putIncident := func(r incident.Record) func(*Store) error {
		return func(s *Store) error { return s.PutIncident(t.Context(), r) }
	}
	putItem := func(version int64, data string) func(*Store) error {
		return func(s *Store) error {
			return s.PutItem(t.Context(), incident.Item{Key: "k", Version: version, Data: []byte(data)})
		}
	}
	nothing := func(*Store) error { return nil }
	for _, c := range []struct {
		refused    string // an operation and a table
		before, do func(*Store) error
	}{
		{"INSERT ON runs", nothing, putRun(run)},
		{"INSERT ON steps", nothing, putRun(run)},
		{"DELETE ON runs", putRun(unfinished), putRun(run)},
		{"DELETE ON steps", putRun(unfinished), putRun(run)},
		{"INSERT ON incidents", nothing, putIncident(record)},
		{"INSERT ON pages", nothing, putIncident(record)},
		{"DELETE ON incidents", putIncident(record), putIncident(again)},
		{"DELETE ON pages", putIncident(record), putIncident(again)},
		{"INSERT ON items", nothing, putItem(0, "new")},
		{"UPDATE ON items", putItem(0, "old"), putItem(1, "new")},
	} {
		for name, fault := range map[string]string{
			"the write":  `CREATE TRIGGER refuse BEFORE %s BEGIN SELECT RAISE(ABORT, 'refused by a test'); END`,
			"the commit": `CREATE TABLE orphans (run INTEGER REFERENCES runs (number) DEFERRABLE INITIALLY DEFERRED); CREATE TRIGGER refuse AFTER %s BEGIN INSERT INTO orphans VALUES (-1); END`,
		} {
			s := mustOpen(t, filepath.Join(t.TempDir(), "valkyrie.db"))
			if err := c.before(s); err != nil {
				t.Fatal(err)
			}
			was := held(t, s)
			if _, err := s.db.Exec(fmt.Sprintf(fault, c.refused)); err != nil {
				t.Fatal(err)
			}
			if err := c.do(s); err == nil || !strings.Contains(err.Error(), "refused by a test") && !strings.Contains(err.Error(), "FOREIGN KEY") {
				t.Errorf("%s of %s fails: got the error %v", name, c.refused, err)
			}
			if diff := cmp.Diff(was, held(t, s)); diff != "" {
				t.Errorf("%s of %s fails, and changes (-before +after):\n%s", name, c.refused, diff)
			}
			if _, err := s.db.Exec("DROP TRIGGER refuse"); err != nil {
				t.Fatal(err)
			}
			if err := c.do(s); err != nil || cmp.Equal(was, held(t, s)) {
				t.Errorf("%s: without the fault: %v", c.refused, err)
			}
		}
	}
}

// held returns all that the store holds of the tests' run, incident and item.
func held(t *testing.T, s *Store) []any {
	t.Helper()
	runs, err := s.Runs(t.Context(), incident.RunQuery{})
	if err != nil {
		t.Fatal(err)
	}
	incidents, err := s.Incidents(t.Context(), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	item, err := s.Item(t.Context(), "k")
	if err != nil {
		t.Fatal(err)
	}
	return []any{runs, incidents, item}
}
