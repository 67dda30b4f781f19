package status_test

import (
	"path/filepath"
	"testing"

	"valkyrie/alerts/incident"
	"valkyrie/infra/sqlite"
	"valkyrie/infra/status"
)

// TestRenameCoverage: the past of a journey goes to its new name. Of a day under both names the times add up, to a day at most.
func TestRenameCoverage(t *testing.T) {
	const key = "STATUS#default"
	const former, other = `{"until":"2026-11-02T00:01:00Z","every_ms":60000,"seconds":{"2026-11-01":3600,"2026-11-02":80000}}`, `{"until":"2026-11-02T01:00:00Z","seconds":{"2026-11-02":60}}`
	for name, c := range map[string]struct{ before, after string }{
		"no such journey": {`{"seen":"2026-11-03T00:00:00Z","journeys":{"c":` + other + `}}`, `{"seen":"2026-11-03T00:00:00Z","journeys":{"c":` + other + `}}`},
		"a new name":      {`{"seen":"2026-11-03T00:00:00Z","journeys":{"a":` + former + `,"c":` + other + `}}`, `{"seen":"2026-11-03T00:00:00Z","journeys":{"b":` + former + `,"c":` + other + `}}`},
		"both": {
			`{"seen":"2026-11-03T00:00:00Z","journeys":{"a":` + former + `,"b":{"until":"2026-11-03T00:00:00Z","every_ms":300000,"seconds":{"2026-11-02":7000,"2026-11-03":60}}}}`,
			`{"seen":"2026-11-03T00:00:00Z","journeys":{"b":{"until":"2026-11-03T00:00:00Z","every_ms":300000,"seconds":{"2026-11-01":3600,"2026-11-02":86400,"2026-11-03":60}}}}`,
		},
		"nothing known of the former": {
			`{"seen":"2026-11-03T00:00:00Z","journeys":{"a":{"until":"2026-11-01T00:00:00Z","seconds":null},"b":` + other + `}}`,
			`{"seen":"2026-11-03T00:00:00Z","journeys":{"b":` + other + `}}`,
		},
	} {
		store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "valkyrie.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		if err := store.PutItem(t.Context(), incident.Item{Key: key, Data: []byte(c.before)}); err != nil {
			t.Fatal(err)
		}
		if err := status.RenameCoverage(t.Context(), store, "a", "b"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if item, err := store.Item(t.Context(), key); string(item.Data) != c.after || err != nil {
			t.Errorf("%s: got %s, %v\nwant %s", name, item.Data, err, c.after)
		}
	}
}
