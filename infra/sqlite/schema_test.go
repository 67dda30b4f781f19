package sqlite

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/infra/storetest"
	"valkyrie/probes/journey"
)

// TestEveryVersionIsMigrated creates a file as each release left it, and opens it with this one. No release left one without tables:
// that has lost its write-ahead log.
func TestEveryVersionIsMigrated(t *testing.T) {
	for version := 1; version <= len(releases()); version++ {
		t.Run(fmt.Sprint("from ", version), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "valkyrie.db")
			openRelease(t, path, releases()[:version]).Close()
			s := mustOpen(t, path)
			run := journey.Run{Journey: "print-card", Slot: time.Now()}
			if err := s.PutRun(t.Context(), run); err != nil {
				t.Fatal(err)
			}
			if runs, err := s.Runs(t.Context(), incident.RunQuery{}); err != nil || len(runs) != 1 {
				t.Errorf("got %d runs, error %v; expected the one written", len(runs), err)
			}
		})
	}
}

// Future releases.
var (
	withColour = append(releases(), "ALTER TABLE items ADD COLUMN colour TEXT NOT NULL DEFAULT 'grey'")
	withNote   = append(withColour[:len(withColour):len(withColour)], "CREATE TABLE notes (text TEXT NOT NULL) STRICT")
	withFault  = append(withNote[:len(withNote):len(withNote)], "CREATE TABLE ok (a TEXT); CREATE TABLE notes (a TEXT)")
)

func TestDataOutlivesAnUpdate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "valkyrie.db")
	old := mustOpen(t, path)
	if err := storetest.Increment(t.Context(), old, "k"); err != nil {
		t.Fatal(err)
	}
	s := openRelease(t, path, withNote) // while the old one is still open
	var colour string
	if err := s.db.QueryRow("SELECT colour FROM items WHERE key = 'k'").Scan(&colour); err != nil || colour != "grey" {
		t.Errorf("got colour %q, error %v; expected the row that was there, in grey", colour, err)
	}
	wantVersion(t, s, len(withNote))
	_, err := Open(t.Context(), path)
	wantWords(t, err, path, "newer Valkyrie")
}

func TestFailedUpdateChangesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "valkyrie.db")
	s := mustOpen(t, path)
	_, err := open(t.Context(), path, withFault, true)
	wantWords(t, err, path, "table notes already exists",
		fmt.Sprintf("from schema version %d to %d", len(withNote), len(withFault)))
	wantVersion(t, s, len(releases()))
	var tables int
	const query = "SELECT count(*) FROM sqlite_schema WHERE name IN ('notes', 'ok')"
	if err := s.db.QueryRow(query).Scan(&tables); err != nil || tables != 0 {
		t.Errorf("%d of the new tables are there (error %v), expected none", tables, err)
	}
}

func TestManyOpenANewFileAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "valkyrie.db")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			s, err := Open(context.Background(), path)
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			if err := storetest.Increment(t.Context(), s, "opened"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	item, err := mustOpen(t, path).Item(t.Context(), "opened")
	if err != nil || string(item.Data) != "8" {
		t.Errorf("counted %q (error %v), expected 8", item.Data, err)
	}
}

func TestQueriesFollowAnIndex(t *testing.T) {
	s := mustOpen(t, filepath.Join(t.TempDir(), "valkyrie.db"))
	for _, q := range []incident.RunQuery{{Limit: 5}, {Journey: "print-card", Limit: 5}, {Since: time.Now()}} {
		last := benchRun(7)
		for _, page := range []choice{choosePage(q, nil), choosePage(q, &last)} {
			plan := planOf(t, s, "SELECT * FROM runs "+page.where, page.args)
			if strings.Contains(plan, "SCAN") || strings.Contains(plan, "TEMP B-TREE") || !strings.Contains(plan, "slot") {
				t.Errorf("a page of %+v reads or sorts a whole table:\n%s", q, plan)
			}
		}
		c := choose(q)
		together, ends := c.steps([]int64{2, 1, 3})
		apart, args := c.steps([]int64{1, 100})
		for query, args := range map[string][]any{
			"SELECT * FROM runs " + c.where:                                     c.args,
			"SELECT * FROM steps WHERE " + together + " ORDER BY run, position": ends,
			"SELECT * FROM steps WHERE " + apart + " ORDER BY run, position":    args,
		} {
			plan := planOf(t, s, query, args)
			if strings.Contains(plan, "SCAN") || strings.Contains(plan, "TEMP B-TREE") {
				t.Errorf("%+v reads or sorts a whole table:\n%s", q, plan)
			}
			if q.Journey != "" && !strings.Contains(query, together) && !strings.Contains(plan, "journey=?") {
				t.Errorf("%+v scans the runs of other journeys:\n%s", q, plan)
			}
		}
	}
}

// planOf returns SQLite's plan for a query.
func planOf(t *testing.T, s *Store, query string, args []any) string {
	rows, err := s.db.Query("EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var plan strings.Builder
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&plan, step)
	}
	return plan.String()
}

// openRelease opens a file with the schema of another release.
func openRelease(t *testing.T, path string, schemas []string) *Store {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		f.Close()
	}
	s, err := open(t.Context(), path, schemas, true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func wantVersion(t *testing.T, s *Store, want int) {
	t.Helper()
	var got int
	if err := s.db.QueryRow("PRAGMA user_version").Scan(&got); err != nil || got != want {
		t.Errorf("schema version %d (error %v), expected %d", got, err, want)
	}
}
