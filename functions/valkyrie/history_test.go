package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"valkyrie/functions/lambdatest"
	"valkyrie/probes/journey"
)

// TestHistoryCountsFlakiness: a run that was good only on second try is flaky, a run that failed twice is not.
func TestHistoryCountsFlakiness(t *testing.T) {
	run := func(name string, o journey.Outcome, tries int) journey.Run {
		return journey.Run{Journey: name, Outcome: o, Tries: tries, Slot: time.Now()}
	}
	var out bytes.Buffer
	p := &program{suite: lambdatest.Practice(), stdout: &out, stderr: &out}
	err := p.printHistory([]journey.Run{
		run("print-card", journey.Passed, 1), run("print-card", journey.Slow, 2), run("print-card", journey.Failed, 2), run("print-card", journey.Passed, 1),
		run("create-order", journey.Passed, 1),
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, summary, _ := strings.Cut(out.String(), "\n\n")
	var got []string
	for _, line := range strings.Split(strings.TrimSpace(summary), "\n") {
		got = append(got, strings.Join(strings.Fields(line)[:min(6, len(strings.Fields(line)))], " "))
	}
	want := "JOURNEY RUNS GOOD FLAKY MEDIAN 95|create-order 1 100.0 % 0 (0.0|print-card 4 75.0 % 1 (25.0"
	if s := strings.Join(got, "|"); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
}
