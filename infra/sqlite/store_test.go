package sqlite

import (
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"valkyrie/alerts/incident"
	"valkyrie/infra/storetest"
)

func TestConformance(t *testing.T) {
	storetest.Run(t, func(tb testing.TB) storetest.Open {
		path := filepath.Join(tb.TempDir(), "valkyrie.db")
		return func() incident.Store { return mustOpen(tb, path) }
	})
}

// mustOpen opens a store until the test ends.
func mustOpen(tb testing.TB, path string) *Store {
	tb.Helper()
	s, err := Open(tb.Context(), path)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

func TestClosedStoreLeavesNothingBehind(t *testing.T) {
	defer goleak.VerifyNone(t)
	folder := t.TempDir()
	s, err := Open(t.Context(), filepath.Join(folder, "valkyrie.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := storetest.Increment(t.Context(), s, "k"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(files) != 1 {
		t.Errorf("after closing, the folder holds %q (%v); expected the database alone", files, err)
	}
}

// TestPowerCut checks the settings that protect against a power cut, since it cannot be simulated here.
func TestPowerCut(t *testing.T) {
	s := mustOpen(t, filepath.Join(t.TempDir(), "valkyrie.db"))
	for pragma, want := range map[string]string{"synchronous": "2", "journal_mode": "wal", "foreign_keys": "1"} {
		var got string
		if err := s.db.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q (error %v), expected %q", pragma, got, err, want)
		}
	}
}

// TestNoOutputStopsAPage checks that no output of a site keeps anybody from being called.
func TestNoOutputStopsAPage(t *testing.T) {
	storetest.NoOutputStopsAPage(t, func(tb testing.TB) storetest.Open {
		path := filepath.Join(tb.TempDir(), "valkyrie.db")
		return func() incident.Store { return mustOpen(tb, path) }
	})
}
