package storetest

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/probes/journey"
)

func survivesReopening(tb testing.TB, fresh Backing) {
	open := fresh(tb)
	s := open()
	var run journey.Run
	var inc incident.Record
	fill(tb, &run)
	fill(tb, &inc)
	putRuns(tb, s, run)
	putIncidents(tb, s, inc)
	must(tb, put(tb.Context(), s, "k", 0, "kept"))
	if c, ok := s.(io.Closer); ok {
		must(tb, c.Close())
	}

	again := open()
	wantRuns(tb, again, incident.RunQuery{}, run)
	wantIncidents(tb, again, noon, inc)
	wantItem(tb, again, "k", 1, "kept")
	wantConflict(tb, put(tb.Context(), again, "k", 0, "lost"))
}

func twoAtOnce(tb testing.TB, fresh Backing) {
	open := fresh(tb)
	s, other := open(), open()
	must(tb, put(tb.Context(), s, "k", 0, "first"))
	wantItem(tb, other, "k", 1, "first")
	wantConflict(tb, put(tb.Context(), other, "k", 0, "second"))
	must(tb, put(tb.Context(), other, "k", 1, "third"))
	wantConflict(tb, put(tb.Context(), s, "k", 1, "fourth"))

	run, record := runAt(0, "a"), incidentAt(0, "a")
	putRuns(tb, s, run)
	putRuns(tb, other, runAt(0, "b"))
	putIncidents(tb, other, record)
	wantRuns(tb, other, incident.RunQuery{}, run)
	wantIncidents(tb, s, noon, record)
}

func cancelledContext(tb testing.TB, fresh Backing) {
	s := fresh(tb)()
	ctx, cancel := context.WithCancel(tb.Context())
	cancel()
	calls := map[string]func() error{
		"PutRun":      func() error { return s.PutRun(ctx, runAt(0, "a")) },
		"Runs":        func() error { _, err := s.Runs(ctx, incident.RunQuery{}); return err },
		"Item":        func() error { _, err := s.Item(ctx, "k"); return err },
		"PutItem":     func() error { return put(ctx, s, "k", 0, "data") },
		"PutIncident": func() error { return s.PutIncident(ctx, incidentAt(0, "a")) },
		"Incidents":   func() error { _, err := s.Incidents(ctx, noon); return err },
	}
	const promptly = 2 * time.Second
	for name, call := range calls {
		start := time.Now()
		if err := call(); !errors.Is(err, context.Canceled) {
			tb.Errorf("%s: got error %v, expected context.Canceled", name, err)
		}
		if took := time.Since(start); took > promptly {
			tb.Errorf("%s took %s to notice that its context was cancelled", name, took)
		}
	}
	wantRuns(tb, s, incident.RunQuery{})
	wantItem(tb, s, "k", 0, "")
	wantIncidents(tb, s, noon)
}
