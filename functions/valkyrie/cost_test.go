package main

import (
	"flag"
	"path/filepath"
	"testing"
	"time"

	"valkyrie/functions/lambdatest"
	"valkyrie/infra/cost"
	"valkyrie/infra/sqlite"
	"valkyrie/probes/journey"
)

// TestCostFromHistory: a journey's time is the median of its own runs, from their start to the end of the last step, and the
// measured overhead; a journey without runs takes as long as measured.
func TestCostFromHistory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "valkyrie.db")
	s, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	slot := time.Now().UTC().Truncate(time.Minute)
	for i, seconds := range []int{4, 30, 5} {
		began := slot.Add(-time.Duration(i) * time.Minute)
		run := journey.Run{ID: began.String(), Journey: "print-card", Region: "eu-west-1", Slot: began, Started: began, Outcome: journey.Passed, Steps: []journey.StepResult{
			{Name: "sign in", Started: began.Add(time.Second), DurationMS: 100},
			{Name: "print", Started: began.Add(time.Duration(seconds)*time.Second - time.Second), DurationMS: 1000},
		}}
		if err := s.PutRun(t.Context(), run); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	p := &program{suite: lambdatest.Practice()}
	journeys, err := p.chosen("print-card,create-order, print-card")
	if err != nil {
		t.Fatal(err)
	}
	measured := cost.LastMeasured()
	took := takes{memoryMB: 1769}
	if len(journeys) != 2 {
		t.Fatalf("%d journeys: one that is named twice must count once", len(journeys))
	}
	if err := took.readHistory(t.Context(), &storeOptions{db: path, flags: flag.NewFlagSet("", flag.ContinueOnError), getenv: func(string) string { return "" }}, journeys); err != nil {
		t.Fatal(err)
	}
	overhead := time.Duration(measured.OverheadMS) * time.Millisecond
	if got, want := took.of(journeys[0]), 5*time.Second+overhead; got != want || overhead == 0 {
		t.Errorf("print-card takes %v, want %v", got, want)
	}
	if got, want := took.of(journeys[1]), measured.Takes(cost.Browser, 1769); got != want || want == 0 {
		t.Errorf("create-order, which has no runs, takes %v, want %v", got, want)
	}
	if err := took.readHistory(t.Context(), &storeOptions{db: path, flags: flag.NewFlagSet("", flag.ContinueOnError), getenv: func(string) string { return "" }}, journeys[1:]); err == nil {
		t.Error("journeys without any run are no error")
	}
}
