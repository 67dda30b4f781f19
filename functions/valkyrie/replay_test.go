package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"valkyrie/alerts"
	"valkyrie/alerts/config"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/paging"
	"valkyrie/alerts/replay"
	"valkyrie/functions/lambdatest"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/infra/sqlite"
	"valkyrie/probes/journey"
)

// seedStore stores a week of print-card, a run every quarter of an hour, with outages of one to four runs more than a day
// apart, judged under the shipped policy.
func seedStore(t *testing.T, path string) {
	t.Helper()
	store, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	cfg, err := config.Parse("example.yaml", alerts.Example(), nil)
	if err != nil {
		t.Fatal(err)
	}
	recorder := judge.Recorder{Store: store, Policy: cfg.Judge, Titles: lambdatest.Practice().Titles()}
	first := time.Now().UTC().Truncate(time.Hour).Add(-7 * 24 * time.Hour)
	for i := range 7 * 24 * 4 {
		run := journey.Run{Journey: "print-card", Region: "eu", Slot: first.Add(time.Duration(i) * 15 * time.Minute), EveryMS: 900_000, Outcome: journey.Passed}
		run.Steps = []journey.StepResult{{Name: "wait for the PDF", Outcome: journey.Passed, DurationMS: int64(900 + i%7)}}
		if outage := i / 160; i%160 >= 100 && i%160 <= 100+outage {
			run.Outcome, run.Error = journey.Failed, "no PDF"
		}
		decisions, err := recorder.Record(t.Context(), run)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range decisions {
			if d.Incident.ID == "" {
				continue
			}
			r := incident.Record{Incident: d.Incident, Pages: []incident.Page{{ID: "p", Purpose: incident.Alarm, Channel: incident.Call, PlannedAt: d.Incident.Opened}}}
			r.Rev = int64(r.Runs)
			if err := store.PutIncident(t.Context(), r); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestReplay: the policy of the time changes nothing; a laxer or stricter one shows the differences.
func TestReplay(t *testing.T) {
	t.Parallel()
	db := filepath.Join(t.TempDir(), "valkyrie.db")
	seedStore(t, db)
	text := string(alerts.Example())
	for _, c := range []struct{ policy, want string }{
		{text, "0 added (+), 0 gone (-), 0 told otherwise (~), 3 the same (=)\nrings: WOULD HAVE 3, DID 3; "},
		{strings.Replace(text, "failures_in_a_row: 2 ", "failures_in_a_row: 3 ", 1), "0 added (+), 1 gone (-), 2 told otherwise (~), 0 the same (=)\nrings: WOULD HAVE 2, DID 3; "},
		{strings.Replace(text, "failures_in_a_row: 2 ", "failures_in_a_row: 1 ", 1), "1 added (+), 0 gone (-), 3 told otherwise (~), 0 the same (=)\nrings: WOULD HAVE 4, DID 3; "},
		{strings.Replace(text, "#severity: {flapping: page}", "severity: {down: notify}", 1), "3 told otherwise (~), 0 the same (=)\nrings: WOULD HAVE 0, DID 3; texts: WOULD HAVE 3, DID 0"},
		{strings.Replace(text, "#severity: {flapping: page}", "severity: {down: log}", 1), "3 told otherwise (~), 0 the same (=)\nrings: WOULD HAVE 0, DID 3; texts: WOULD HAVE 0, DID 0"},
	} {
		policy := filepath.Join(t.TempDir(), "alerts.yaml")
		if err := os.WriteFile(policy, []byte(c.policy), 0o600); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		p := &program{suite: lambdatest.Practice(), stdout: &out, stderr: io.Discard, getenv: func(string) string { return "" }}
		if code := p.run(context.Background(), []string{"replay", "--policy", policy, "--db", db}); code != cli.ExitOK {
			t.Fatalf("exit code %d", code)
		}
		if !strings.Contains(out.String(), c.want) {
			t.Errorf("expected %q in\n%s", c.want, out.String())
		}
	}
}

// TestLeanIsEnough: a replay, which reads lean runs, reaches the verdicts of full ones.
func TestLeanIsEnough(t *testing.T) {
	t.Parallel()
	db := filepath.Join(t.TempDir(), "valkyrie.db")
	seedStore(t, db)
	store, err := sqlite.OpenExisting(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	cfg, err := config.Parse("example.yaml", alerts.Example(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var verdicts [2][]replay.Verdict
	for i, lean := range []bool{false, true} {
		runs, err := store.Runs(t.Context(), incident.RunQuery{Lean: lean})
		if err != nil {
			t.Fatal(err)
		}
		r := replay.New(cfg.Judge, cfg.OnCall, lambdatest.Practice().Titles())
		for _, run := range runs {
			r.Judge(run)
		}
		verdicts[i] = r.Verdicts(time.Time{})
	}
	if diff := cmp.Diff(verdicts[0], verdicts[1], cmpopts.IgnoreFields(incident.Incident{}, "Evidence")); diff != "" || len(verdicts[0]) != 3 {
		t.Error(len(verdicts[0]), diff)
	}
}

// TestLedger: the medians of past days are stored beside the runs, once.
func TestLedger(t *testing.T) {
	t.Parallel()
	db := filepath.Join(t.TempDir(), "valkyrie.db")
	seedStore(t, db)
	store, err := sqlite.OpenExisting(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	recorder := judge.Recorder{Store: store, Titles: map[string]string{"print-card": "print a card"}}
	for range 2 { // the second time there is nothing left to enter
		if _, err := recorder.Watch(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	if item, err := store.Item(t.Context(), "DAYS#print-card"); err != nil || item.Version != 1 {
		t.Errorf("the ledger was written %d times, %v", item.Version, err)
	}
	ledger, err := judge.LoadLedger(t.Context(), store, "print-card")
	if err != nil {
		t.Fatal(err)
	}
	days := ledger.Steps["eu/wait for the PDF"]
	if len(days) < 6 || len(days) > 7 || days[3].MS != 903 {
		t.Errorf("%+v", ledger)
	}
}

// BenchmarkReplayOfStore reads and judges a history of 50,000 runs of five steps.
func BenchmarkReplayOfStore(b *testing.B) {
	const runs = 50_000
	store, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "valkyrie.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	now := time.Now().UTC()
	for i := range runs {
		run := journey.Run{Journey: "print-card", Region: "eu", Slot: now.Add(-time.Duration(i) * time.Minute), Outcome: journey.Passed}
		for s := range 5 {
			run.Steps = append(run.Steps, journey.StepResult{Name: fmt.Sprint("step ", s), Outcome: journey.Passed, DurationMS: int64(200 + i%50)})
		}
		if err := store.PutRun(b.Context(), run); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		r := replay.New(judge.Policy{}, oncall.OnCall{}, nil)
		if err := eachRun(b.Context(), store, incident.RunQuery{Since: now.Add(-incident.RetainRunsLocal), Until: now.Add(time.Second)}, nil, r.Judge); err != nil || r.Runs != runs {
			b.Fatal(r.Runs, err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/runs, "µs/run")
}

// TestLoadIncidentsSince checks that an incident that was over before the time is left out, also while the pager keeps it to
// reopen it, so that replay does not report it as gone.
func TestLoadIncidentsSince(t *testing.T) {
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "valkyrie.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	since := time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC)
	var route paging.NotificationState
	for name, resolved := range map[string]time.Time{"over": since.Add(-time.Hour), "open": {}, "over since": since.Add(time.Minute)} {
		i := incident.Incident{ID: name, Journey: name, Kind: incident.Down, State: incident.Open, Opened: since.Add(-2 * time.Hour), ResolvedAt: resolved}
		if !resolved.IsZero() {
			i.State = incident.Resolved
		}
		route.Incidents = append(route.Incidents, i)
	}
	data, err := json.Marshal(route)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.PutItem(t.Context(), incident.Item{Key: incident.NotificationKey, Data: data}); err != nil {
		t.Fatal(err)
	}
	records, err := loadIncidents(t.Context(), store, since)
	var got []string
	for _, r := range records {
		got = append(got, r.ID)
	}
	slices.Sort(got)
	if want := []string{"open", "over since"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}
