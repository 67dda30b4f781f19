package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/postmortem"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/infra/sqlite"
	"valkyrie/infra/storetest"
	"valkyrie/probes/journey"
)

// TestOneIncident writes the post-mortem of an incident in every form, named by its handle, its id or the beginning of it.
func TestOneIncident(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	seedStore(t, filepath.Join(dir, "valkyrie.db"))
	store, err := sqlite.OpenExisting(t.Context(), filepath.Join(dir, "valkyrie.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	all, err := store.Incidents(t.Context(), time.Time{})
	if err != nil || len(all) != 3 {
		t.Fatal(all, err)
	}
	show := func(args ...string) (string, string, int) {
		return typed(t, dir, append([]string{"incidents", "--db", "DIR/valkyrie.db"}, args...)...)
	}
	r := all[1]
	for _, name := range []string{r.Short(), "#" + r.Short(), r.ID, strings.ToUpper(r.ID), r.ID[:len(r.ID)-4]} {
		out, errs, code := show(name)
		if code != cli.ExitOK || errs != "" || !strings.HasPrefix(out, "#"+r.Short()+"  print-card is down: resolved\n") {
			t.Errorf("%s: %d %s%s", name, code, errs, out)
		}
		for _, want := range []string{
			"and the incident comes out as it was",
			r.Outages[0].Since.Add(-15*time.Minute).Format("2006-01-02 15:04:05 UTC") + "  " + r.ResolvedAt.Format("2006-01-02 15:04:05 UTC"),
			"= opens: print-card failed twice in a row from eu",
		} {
			if !strings.Contains(out, want) {
				t.Errorf("%s: expected %q in\n%s", name, want, out)
			}
		}
	}
	out, _, _ := show(r.Short(), "--format", "json")
	var a postmortem.Document
	if err := json.Unmarshal([]byte(out), &a); err != nil || a.ID != r.ID || len(a.Windows) != 1 || len(a.Pages) != 1 || strings.Count(out, "\n") != 1 {
		t.Error(err, out)
	}
	if out, _, code := show(r.Short(), "--format", "markdown"); code != cli.ExitOK || !strings.HasPrefix(out, "# Post-mortem: print a card, down on ") {
		t.Error(code, out)
	}
	checkRefused(t, show, all)
}

// checkRefused: an unknown or ambiguous name is an error with the newest incidents, and a faulty on-call file only leaves out
// the decisions.
func checkRefused(t *testing.T, show func(...string) (string, string, int), all []incident.Record) {
	for _, c := range []struct{ args, want string }{
		{"c0ffee", "valkyrie: there is no incident \"c0ffee\"; the latest are\n  #" + all[2].Short() + "  " + all[2].ID + "\n"},
		{"print-card", "valkyrie: \"print-card\" may be any of 3 incidents; say more of an id:\n  #" + all[2].Short()},
		{"", "valkyrie: there is no incident \"\"; "},
		{"a b", "valkyrie: unexpected argument \"b\": expected at most one incident\n"},
		{"--format markdown", "valkyrie: --format markdown: expected the incident to write about; "},
	} {
		args := strings.Split(c.args, " ")
		if out, errs, code := show(args...); code != cli.ExitUsage || out != "" || !strings.HasPrefix(errs, c.want) {
			t.Errorf("incidents %s: %d %q %q, want %q", c.args, code, out, errs, c.want)
		}
	}
	faulty := filepath.Join(t.TempDir(), "faulty.yaml")
	if err := os.WriteFile(faulty, []byte("judge: 1"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, errs, code := show(all[0].Short(), "--alerts", faulty)
	if code != cli.ExitOK || !strings.Contains(errs, "the decisions cannot be judged again: ") || !strings.Contains(out, "they could not be judged again") {
		t.Error(code, errs, out)
	}
}

// TestRunsAround: a post-mortem has the runs from before the first bad one of each region until a day after the incident, each once and
// in order, with the step that decided it alone.
func TestRunsAround(t *testing.T) {
	store, since := storetest.Memory(), time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	r := incident.Record{Incident: incident.Incident{Journey: "print-card", Kind: incident.Down, State: incident.Resolved, Since: since, Last: since, ResolvedAt: since.Add(time.Hour), Regions: []string{"a", "b"}}}
	const back, day = 8, 24
	var want []journey.Run
	for hour := -20 * day; hour < 3*day; hour++ {
		for _, region := range []string{"a", "b"} {
			run := journey.Run{ID: fmt.Sprint(hour, region), Journey: "print-card", Region: region, Slot: since.Add(time.Duration(hour) * time.Hour), Outcome: journey.Slow, Tries: 2, DurationMS: 700}
			run.Steps = []journey.StepResult{{Name: "open the shop", Outcome: journey.Passed}, {Name: "pay", Outcome: journey.Slow, Error: "slow"}}
			run.Evidence = []journey.Evidence{{Kind: "html", Path: "page.html"}}
			if region == "b" && hour > -5*day && hour < 1 || hour == 0 {
				run.Outcome, run.Error = journey.Failed, "no PDF"
			}
			if err := store.PutRun(t.Context(), run); err != nil {
				t.Fatal(err)
			}
			run.Steps = run.Steps[1:]
			if hour >= -back*day && hour < 1+day {
				want = append(want, run)
			}
		}
	}
	got, err := runsAround(t.Context(), store, r, since.AddDate(0, 0, 3), nil)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%d runs, %v, -want +got:\n%s", len(got), err, diff)
	}
	r.Regions = []string{"never good"}
	lost := &longLog{Store: store, t: t, fails: errors.New("the disk is gone")}
	if _, err := runsAround(t.Context(), lost, r, since, nil); !errors.Is(err, lost.fails) {
		t.Error(err)
	}
}
