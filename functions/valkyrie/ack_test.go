package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/infra/sqlite"
)

// TestAck acknowledges and resolves as the first on call, whose name depends on the week, and as a named person.
func TestAck(t *testing.T) {
	for _, week := range []struct {
		now           time.Time
		first, second string
	}{
		{time.Date(2026, 12, 20, 3, 0, 0, 0, time.UTC), "Ada", "Grace"},
		{time.Date(2026, 12, 22, 3, 0, 0, 0, time.UTC), "Grace", "Ada"},
	} {
		t.Run(week.first, func(t *testing.T) {
			dir := rotaFolder(t)
			i := openIncident(t, dir, week.now)
			named := "print-card down #" + i.Short()
			for _, c := range []struct {
				args []string
				want string
			}{
				{[]string{"ack", "zz"}, "valkyrie: Nothing that is wrong now is called zz. There is: " + named + ". Write ack, or ack " + i.Short() + ".\n"},
				{[]string{"ack"}, "Thank you, " + week.first + ". Yours: " + named + ".\n"},
				{[]string{"ack", i.Short(), "--as", strings.ToLower(week.second)}, "There is nothing to acknowledge.\n"},
				{[]string{"ack", "--as", week.first}, "Thank you, " + week.first + ". Yours: " + named + ".\n"},
				{[]string{"resolve", "print-card", "--as", "Grace"}, "Thank you, Grace. Over: " + named + ". If it fails again, it is told again.\n"},
				{[]string{"resolve", "--as", "Bob"}, "valkyrie: no person \"Bob\" on call; see on_call.people in alerts.yaml\n"},
				{[]string{"ack", "a", "b"}, "valkyrie: unexpected argument \"b\": expected at most one handle, such as 3f2a, or journey\n"},
			} {
				out, errs, code := typedAt(t, week.now, dir, append(c.args, "--db", "DIR/valkyrie.db", "--alerts", "DIR/alerts.yaml")...)
				if got := out + errs; got != c.want || (errs != "") != (code != 0) {
					t.Errorf("%q: got %q, want %q", c.args, got, c.want)
				}
			}
		})
	}
}

// openIncident stores an incident that opened at now.
func openIncident(t *testing.T, dir string, now time.Time) incident.Incident {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(dir, "valkyrie.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	i := incident.Incident{ID: "print-card/down/1", Journey: "print-card", Kind: incident.Down, State: incident.Open, Since: now, Opened: now, Runs: 1}
	route, err := json.Marshal(paging.NotificationState{Incidents: []incident.Incident{i}})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.PutItem(t.Context(), incident.Item{Key: "ROUTE#default", Data: route}); err != nil {
		t.Fatal(err)
	}
	return i
}
