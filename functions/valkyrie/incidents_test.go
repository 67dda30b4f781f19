package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/postmortem"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/infra/sqlite"
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
