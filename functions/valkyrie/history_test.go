package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"valkyrie/alerts/incident"
	"valkyrie/functions/lambdatest"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/infra/sqlite"
	"valkyrie/infra/storetest"
	"valkyrie/probes/journey"
)

// listed yields runs.
func listed(runs ...journey.Run) iter.Seq2[journey.Run, error] {
	return func(yield func(journey.Run, error) bool) {
		for _, r := range runs {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// TestHistoryCountsFlakiness: a run that was good only on second try is flaky, a run that failed twice is not.
func TestHistoryCountsFlakiness(t *testing.T) {
	run := func(name string, o journey.Outcome, tries int) journey.Run {
		return journey.Run{Journey: name, Outcome: o, Tries: tries, Slot: time.Now()}
	}
	var out bytes.Buffer
	p := &program{suite: lambdatest.Practice(), stdout: &out, stderr: &out}
	found, err := p.printHistory(listed(
		run("print-card", journey.Passed, 1), run("print-card", journey.Slow, 2), run("print-card", journey.Failed, 2), run("print-card", journey.Passed, 1),
		run("create-order", journey.Passed, 1),
	), nil)
	if err != nil || !found {
		t.Fatal(found, err)
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

// A longLog has many runs, and counts those that were read and not yet written to its output.
type longLog struct {
	incident.Store
	t        *testing.T
	runs     int
	lines    int // written
	most     int // runs that were held at a time
	fails    error
	streamed int
}

// Write counts lines of output.
func (l *longLog) Write(p []byte) (int, error) {
	l.lines += bytes.Count(p, []byte("\n"))
	return len(p), nil
}

func (l *longLog) Runs(context.Context, incident.RunQuery) ([]journey.Run, error) {
	l.t.Error("all runs were read at once")
	return nil, nil
}

func (l *longLog) Stream(context.Context, incident.RunQuery) iter.Seq2[journey.Run, error] {
	return func(yield func(journey.Run, error) bool) {
		for n := range l.runs {
			l.most = max(l.most, n-l.lines)
			run := journey.Run{Journey: "print-card", Slot: time.Unix(int64(n)*60, 0), Outcome: journey.Passed, DurationMS: int64(n % 700)}
			if !yield(run, nil) {
				return
			}
			l.streamed++
		}
		if l.fails != nil {
			yield(journey.Run{}, l.fails)
		}
	}
}

// TestHistoryHoldsFewRuns: every form of the history is written while it is read, whatever its length; an error comes after the runs
// before it, and a reader who had enough ends it.
func TestHistoryHoldsFewRuns(t *testing.T) {
	const runs, few = 20_000, 1000
	for _, form := range []string{"text", "json"} {
		log := &longLog{Store: storetest.Memory(), t: t, runs: runs}
		p := &program{suite: lambdatest.Practice(), stdout: log, stderr: &bytes.Buffer{}}
		found, err := p.listRuns(t.Context(), log, incident.RunQuery{}, form)
		if err != nil || !found || log.most > few || log.lines < runs {
			t.Errorf("%s: %d of %d runs were held at a time, %d lines, %v %v", form, log.most, runs, log.lines, found, err)
		}
		log.runs, log.lines, log.fails = 5, 0, errors.New("the disk is gone")
		if _, err := p.listRuns(t.Context(), log, incident.RunQuery{}, form); !errors.Is(err, log.fails) || log.lines < log.runs {
			t.Errorf("%s: %v after %d lines", form, err, log.lines)
		}
		log.runs, log.streamed, p.stdout = runs, 0, closed{}
		if _, err := p.listRuns(t.Context(), log, incident.RunQuery{}, form); !errors.Is(err, errClosed) || log.streamed > few {
			t.Errorf("%s: %v; %d runs were read for a reader who is gone", form, err, log.streamed)
		}
	}
}

var errClosed = errors.New("closed")

// closed is an output whose reader is gone.
type closed struct{}

func (closed) Write([]byte) (int, error) { return 0, errClosed }

// TestHistorySummary: the summary is that of the listed runs, over whole days and parts of days, of one journey or each, in both forms.
// Times under 128 ms are exact.
func TestHistorySummary(t *testing.T) {
	dir, now := t.TempDir(), time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	store, err := sqlite.OpenHasty(t.Context(), dir+"/valkyrie.db")
	if err != nil {
		t.Fatal(err)
	}
	outcomes := []journey.Outcome{journey.Passed, journey.Slow, journey.Failed, journey.Passed, journey.Broken, journey.Passed}
	for n := range 300 {
		run := journey.Run{
			ID: fmt.Sprint(n), Journey: []string{"print-card", "create-order", "rare"}[min(n%7%3, 2)], Slot: now.Add(-time.Duration(n) * 17 * time.Minute), Tries: 1 + n%5%2,
			Outcome: outcomes[n%len(outcomes)], DurationMS: int64(n * 7 % 128),
			Steps: []journey.StepResult{{Name: "open the shop", DurationMS: int64(n % 100)}, {Name: "pay", DurationMS: int64(n * 3 % 100)}, {Name: "log out", DurationMS: 90_000, Cleanup: true}},
		}
		if run.Journey == "rare" {
			run.Outcome = journey.Failed
		}
		if err := store.PutRun(t.Context(), run); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{"--since 52w", "--since 40h", "--since 3h", "--since 70h --until 30h", "--since 2026-11-19T00:00:00Z --until 2026-11-20T00:00:00Z", "print-card --since 52w"} {
		args := append(strings.Fields(query), "--db", "DIR/valkyrie.db")
		text, _, _ := typedAt(t, now, dir, append([]string{"history"}, args...)...)
		_, want, _ := strings.Cut(text, "\n\n")
		got, errs, code := typedAt(t, now, dir, append([]string{"history", "--summary"}, args...)...)
		if diff := cmp.Diff(want, got); diff != "" || errs != "" || code != cli.ExitOK || want == "" {
			t.Errorf("%s: exit code %d, %s, -want +got:\n%s", query, code, errs, diff)
		}
	}
	lines, _, _ := typedAt(t, now, dir, "history", "--summary", "--format", "json", "--since", "52w", "--db", "DIR/valkyrie.db")
	want := []string{`{"journey":"create-order",`, `{"journey":"print-card",`, `{"journey":"rare","runs":86,"good":0,"flaky":0,"median_ms":null,"p95_ms":null,"slowest_step":"","slowest_step_median_ms":null}`}
	for n, line := range strings.Split(strings.TrimSpace(lines), "\n") {
		if !strings.HasPrefix(line, want[n]) || !json.Valid([]byte(line)) {
			t.Errorf("%s, want %s", line, want[n])
		}
	}
	out, errs, code := typedAt(t, now.AddDate(1, 0, 0), dir, "history", "--summary", "--since", "1h", "--db", "DIR/valkyrie.db")
	if out != "" || errs != "no runs in the last 1h; the latest is of 2026-11-21 12:00:00 UTC\n" || code != cli.ExitOK {
		t.Errorf("without runs: %q, %q, exit code %d", out, errs, code)
	}
}
