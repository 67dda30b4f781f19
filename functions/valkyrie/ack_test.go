package main

import (
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"valkyrie/alerts"
	"valkyrie/infra/sqlite"
)

// TestAck: the command acknowledges, and resolves, as the first on call or as whom one says.
func TestAck(t *testing.T) {
	dir := rotaFolder(t)
	store, err := sqlite.Open(t.Context(), filepath.Join(dir, "valkyrie.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	now := time.Now().UTC()
	i := alerts.Incident{ID: "print-card/down/1", Journey: "print-card", Kind: alerts.Down, State: alerts.Open, Since: now, Opened: now, Runs: 1}
	cfg, _, err := readAlerts(filepath.Join(dir, "alerts.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	first := cfg.OnCall.Chain(now)[0].Person.Name
	route, err := json.Marshal(alerts.Route{Incidents: []alerts.Incident{i}})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.PutItem(t.Context(), alerts.Item{Key: "ROUTE#default", Data: route}); err != nil {
		t.Fatal(err)
	}
	named := "print-card down #" + i.Short()
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"ack", "zz"}, "Nothing that is wrong now is called zz. There is: " + named + ".\n"},
		{[]string{"ack"}, "Thank you, " + first + ". Yours: " + named + ".\n"},
		{[]string{"ack", i.Short(), "--as", "Grace"}, "There is nothing to acknowledge.\n"},
		{[]string{"resolve", "print-card", "--as", "Grace"}, "Thank you, Grace. Over: " + named + ". If it fails again, it is told again.\n"},
		{[]string{"resolve", "--as", "Bob"}, "valkyrie: there is nobody called \"Bob\" among the people on call\n"},
		{[]string{"ack", "a", "b"}, "valkyrie: unexpected argument \"b\": expected at most one handle, such as 3f2a, or journey\n"},
	} {
		out, errs, _ := typed(t, dir, append(c.args, "--db", "DIR/valkyrie.db", "--alerts", "DIR/alerts.yaml")...)
		if got := out + errs; got != c.want {
			t.Errorf("%q: got %q, want %q", c.args, got, c.want)
		}
	}
}
