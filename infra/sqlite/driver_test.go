package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"valkyrie/alerts/incident"
	"valkyrie/probes/journey"
)

var errDriver = errors.New("the disk does not answer")

// A faultyDriver is a driver whose n-th request fails: of those that begin or commit a transaction, run a statement or read a row.
type faultyDriver struct {
	real    driver.Driver
	source  string
	n, fail int
}

func (d *faultyDriver) next() error {
	if d.n++; d.n == d.fail {
		return errDriver
	}
	return nil
}

func (d *faultyDriver) Driver() driver.Driver { return d.real }

func (d *faultyDriver) Connect(context.Context) (driver.Conn, error) {
	c, err := d.real.Open(d.source)
	return faultyConn{c, d}, err
}

type faultyConn struct {
	driver.Conn
	*faultyDriver
}

func (c faultyConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	if err := c.next(); err != nil {
		return nil, err
	}
	tx, err := c.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
	return faultyTx{tx, c.faultyDriver}, err
}

func (c faultyConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.next(); err != nil {
		return nil, err
	}
	return c.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
}

func (c faultyConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.next(); err != nil {
		return nil, err
	}
	rows, err := c.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
	return faultyRows{rows, c.faultyDriver}, err
}

func (c faultyConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if err := c.next(); err != nil {
		return nil, err
	}
	s, err := c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
	return faultyStmt{s, c.faultyDriver}, err
}

type faultyStmt struct {
	driver.Stmt
	*faultyDriver
}

func (s faultyStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	if err := s.next(); err != nil {
		return nil, err
	}
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

func (s faultyStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	if err := s.next(); err != nil {
		return nil, err
	}
	rows, err := s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
	return faultyRows{rows, s.faultyDriver}, err
}

type faultyRows struct {
	driver.Rows
	*faultyDriver
}

func (r faultyRows) Next(into []driver.Value) error {
	if err := r.next(); err != nil {
		return err
	}
	return r.Rows.Next(into)
}

type faultyTx struct {
	driver.Tx
	*faultyDriver
}

func (t faultyTx) Commit() error {
	if err := t.next(); err != nil {
		_ = t.Rollback()
		return err
	}
	return t.Tx.Commit()
}

// faulty replaces a store's connections with those of a driver whose n-th request fails; 0: none does.
func (s *Store) faulty(t *testing.T, fail int) *faultyDriver {
	t.Helper()
	source, err := dataSource(s.path)
	if err != nil {
		t.Fatal(err)
	}
	d := &faultyDriver{real: s.db.Driver(), source: source, fail: fail}
	if err := s.db.Close(); err != nil {
		t.Fatal(err)
	}
	s.db = sql.OpenDB(d)
	s.db.SetMaxOpenConns(1)
	return d
}

// TestEachRequestFails checks that each request of each method that fails is an error of the method: none is taken for the end of a list,
// for an item that is not there, or for a write that is done. And where the method fails, nothing has changed.
func TestEachRequestFails(t *testing.T) {
	slot := time.Date(2026, 11, 21, 4, 23, 0, 0, time.UTC)
	run := func(minute int, id string) journey.Run {
		return journey.Run{
			ID: id, Journey: "print-card", Region: "eu", Slot: slot.Add(time.Duration(minute) * time.Minute), EveryMS: 60_000, Outcome: journey.Failed, Counts: []journey.Count{{Name: "n", Value: 1}},
			Steps: []journey.StepResult{{Name: "look", Outcome: journey.Failed, Error: "no"}, {Name: "pay", Outcome: journey.NotRun}},
		}
	}
	record := incident.Record{
		Incident: incident.Incident{ID: "i1", Journey: "print-card", Kind: incident.Down, State: incident.Open, Opened: slot, Rev: 1},
		Pages:    []incident.Page{{ID: "p1", Incidents: []string{"i1"}}, {ID: "p2", Incidents: []string{"i1"}}},
	}
	newer := record
	newer.Rev, newer.Pages = 2, record.Pages[:1]
	unfinished, ended := run(5, "u"), run(5, "u")
	unfinished.Evidence = []journey.Evidence{{Kind: "pending"}}
	methods := map[string]func(*Store) error{
		"Item": func(s *Store) error { _, err := s.Item(t.Context(), "k"); return err },
		"PutItem": func(s *Store) error {
			return s.PutItem(t.Context(), incident.Item{Key: "k", Version: 1, Data: []byte("new")})
		},
		"a new item":  func(s *Store) error { return s.PutItem(t.Context(), incident.Item{Key: "l", Data: []byte("new")}) },
		"PutRun":      func(s *Store) error { return s.PutRun(t.Context(), run(3, "r3")) },
		"ended run":   func(s *Store) error { return s.PutRun(t.Context(), ended) },
		"a known run": func(s *Store) error { return s.PutRun(t.Context(), run(0, "another")) },
		"Runs": func(s *Store) error {
			all, err := s.Runs(t.Context(), incident.RunQuery{})
			if err == nil && len(all) != 4 {
				t.Errorf("%d runs", len(all))
			}
			return err
		},
		"the newest runs": func(s *Store) error {
			all, err := s.Runs(t.Context(), incident.RunQuery{Limit: 2, Lean: true})
			if err == nil && (len(all) != 2 || all[0].ID != "r2") {
				t.Errorf("%+v", all)
			}
			return err
		},
		"runs without steps": func(s *Store) error {
			_, err := s.Runs(t.Context(), incident.RunQuery{Journey: "print-card", Since: slot, Until: slot.Add(time.Hour), WithoutSteps: true})
			return err
		},
		"Stream": func(s *Store) error {
			n := 0
			for _, err := range s.Stream(t.Context(), incident.RunQuery{}) {
				if err != nil {
					return err
				}
				n++
			}
			if n != 4 {
				t.Errorf("%d runs are streamed", n)
			}
			return nil
		},
		"Incidents": func(s *Store) error {
			all, err := s.Incidents(t.Context(), slot)
			if err == nil && (len(all) != 1 || len(all[0].Pages) != 2) {
				t.Errorf("%+v", all)
			}
			return err
		},
		"PutIncident": func(s *Store) error { return s.PutIncident(t.Context(), newer) },
		"Latest":      func(s *Store) error { _, err := s.Latest(t.Context()); return err },
		"AddUpDays":   func(s *Store) error { return s.AddUpDays(t.Context(), slot.AddDate(0, 0, 2)) },
		"Days": func(s *Store) error {
			for _, err := range s.Days(t.Context(), "", slot.AddDate(0, 0, -1), slot.AddDate(0, 0, 2)) {
				if err != nil {
					return err
				}
			}
			return nil
		},
		"Sweep": func(s *Store) error { _, err := s.Sweep(t.Context(), slot.Add(2*time.Minute)); return err },
	}
	template := filepath.Join(t.TempDir(), "template.db")
	first := mustOpen(t, template)
	for _, err := range []error{
		first.PutItem(t.Context(), incident.Item{Key: "k", Data: []byte("old")}), first.PutRun(t.Context(), run(0, "r0")), first.PutRun(t.Context(), run(1, "r1")), first.PutRun(t.Context(), run(2, "r2")), first.PutRun(t.Context(), unfinished),
		first.PutIncident(t.Context(), record), first.Close(),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(template)
	if err != nil {
		t.Fatal(err)
	}
	prepared := func() *Store {
		path := filepath.Join(t.TempDir(), "valkyrie.db")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := OpenHasty(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}
	for name, do := range methods {
		t.Run(name, func(t *testing.T) {
			s := prepared()
			counting := s.faulty(t, 0)
			if err := do(s); err != nil || counting.n == 0 {
				t.Fatalf("%v after %d requests", err, counting.n)
			}
			for fail := 1; fail <= counting.n; fail++ {
				s := prepared()
				before := readAll(t, s)
				d := s.faulty(t, fail)
				if err := do(s); !errors.Is(err, errDriver) && (err == nil || !strings.Contains(err.Error(), errDriver.Error())) {
					t.Errorf("request %d of %d fails: %v", fail, counting.n, err)
				}
				d.fail = 0
				if diff := cmp.Diff(before, readAll(t, s)); diff != "" && name != "AddUpDays" && name != "Sweep" && name != "Days" { // these work in parts
					t.Errorf("request %d fails, and the store has changed (-before +after):\n%s", fail, diff)
				}
			}
		})
	}
}

// readAll returns everything in a store that a caller can read.
func readAll(t *testing.T, s *Store) []any {
	t.Helper()
	item, err := s.Item(t.Context(), "k")
	other, otherErr := s.Item(t.Context(), "l")
	runs, runsErr := s.Runs(t.Context(), incident.RunQuery{})
	records, recordsErr := s.Incidents(t.Context(), time.Time{})
	if err := errors.Join(err, otherErr, runsErr, recordsErr); err != nil {
		t.Fatal(err)
	}
	return []any{item, other, runs, records}
}

// TestColumns checks how values of the wrong type, and years that would not sort as text, are reported.
func TestColumns(t *testing.T) {
	for year, good := range map[int]bool{-1: false, 0: true, 9999: true, 10000: false} {
		at := time.Date(year, 1, 2, 3, 4, 5, 0, time.UTC)
		value, err := stamp{&at}.Value()
		if (err == nil) != good || err != nil && !strings.HasSuffix(err.Error(), ": its year is outside 0 to 9999") {
			t.Errorf("the year %d is %v, %v", year, value, err)
		}
	}
	var at time.Time
	if value, err := (stamp{&at}).Value(); value != "" || err != nil {
		t.Errorf("no time is %q, %v", value, err)
	}
	at = time.Now()
	if err := (stamp{&at}).Scan(""); err != nil || !at.IsZero() {
		t.Errorf("an empty text is %v, %v", at, err)
	}
	var list []string
	for value, want := range map[any]string{7: "read a time: expected text, got int", "yesterday": "parsing time"} {
		if err := (stamp{&at}).Scan(value); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v: %v", value, err)
		}
	}
	if err := (document{&list}).Scan(7); err == nil || err.Error() != "read a document: expected JSON, got int" {
		t.Error(err)
	}
	if err := (document{&list}).Scan("{"); err == nil {
		t.Error("what is no JSON is read")
	}
	if value, err := (document{&list}).Value(); value != "[]" || err != nil {
		t.Errorf("no list is %v, %v", value, err)
	}
	if _, err := (document{func() {}}).Value(); err == nil {
		t.Error("what is no JSON is written")
	}
	if err := (optional{document{&list}}).Scan("[]"); err != nil || list != nil {
		t.Errorf("%v, %v", list, err)
	}
	if err := (optional{document{&list}}).Scan(`["a"]`); err != nil || len(list) != 1 {
		t.Errorf("%v, %v", list, err)
	}
}
