package sqlite_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"valkyrie/alerts/incident"
	"valkyrie/infra/sqlite"
	"valkyrie/probes/journey"
)

// TestOpensStoresOfEarlierVersions: a database written by an earlier version opens, and its history reads the same.
func TestOpensStoresOfEarlierVersions(t *testing.T) {
	const stored = "../../testdata/state/"
	data, err := os.ReadFile(stored + "store.sqlite")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "store.db")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	type history struct {
		Runs      []journey.Run     `json:"runs"`
		Incidents []incident.Record `json:"incidents"`
	}
	var got, want history
	if got.Runs, err = s.Runs(t.Context(), incident.RunQuery{}); err != nil {
		t.Fatal(err)
	}
	if got.Incidents, err = s.Incidents(t.Context(), time.Time{}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(stored + "store.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" || len(got.Runs) == 0 || len(got.Incidents) == 0 {
		t.Errorf("the history of the stored database (-want +got):\n%s", diff)
	}
	for _, key := range []string{incident.JourneyKey("print-card"), incident.NotificationKey, "DAYS#print-card"} {
		if item, err := s.Item(t.Context(), key); err != nil || item.Version == 0 {
			t.Errorf("read %s: version %d, %v", key, item.Version, err)
		}
	}
}
