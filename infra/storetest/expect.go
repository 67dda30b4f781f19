package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"valkyrie/alerts/incident"
	"valkyrie/probes/journey"
)

// noon is the base time of all tests.
var noon = time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)

// must fails tb on an unexpected error.
func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// putRuns writes runs in the order given.
func putRuns(tb testing.TB, s incident.Store, runs ...journey.Run) {
	tb.Helper()
	for _, r := range runs {
		must(tb, s.PutRun(tb.Context(), r))
	}
}

// wantRuns checks the result of a query, including times and empty lists.
func wantRuns(tb testing.TB, s incident.Store, q incident.RunQuery, want ...journey.Run) {
	tb.Helper()
	got, err := s.Runs(tb.Context(), q)
	must(tb, err)
	if diff := cmp.Diff(append([]journey.Run{}, want...), append([]journey.Run{}, got...)); diff != "" {
		tb.Fatalf("Runs(%+v), -want +got:\n%s", q, diff)
	}
}

// putIncidents writes records in the order given.
func putIncidents(tb testing.TB, s incident.Store, records ...incident.Record) {
	tb.Helper()
	for _, r := range records {
		must(tb, s.PutIncident(tb.Context(), r))
	}
}

// wantIncidents checks the records since a time.
func wantIncidents(tb testing.TB, s incident.Store, since time.Time, want ...incident.Record) {
	tb.Helper()
	got, err := s.Incidents(tb.Context(), since)
	must(tb, err)
	if diff := cmp.Diff(append([]incident.Record{}, want...), append([]incident.Record{}, got...)); diff != "" {
		tb.Fatalf("Incidents(%s), -want +got:\n%s", since.Format(time.RFC3339Nano), diff)
	}
}

// wantItem checks an item's version and data.
func wantItem(tb testing.TB, s incident.Store, key string, version int64, data string) {
	tb.Helper()
	got, err := s.Item(tb.Context(), key)
	must(tb, err)
	if got.Key != key || got.Version != version || string(got.Data) != data {
		tb.Fatalf("Item(%q): got key %q, version %d, data %q; expected version %d, data %q",
			key, got.Key, got.Version, got.Data, version, data)
	}
}

// put writes data over an expected version.
func put(ctx context.Context, s incident.Store, key string, version int64, data string) error {
	return s.PutItem(ctx, incident.Item{Key: key, Version: version, Data: []byte(data)})
}
