package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/functions/lambdatest"
	"valkyrie/infra/events"
	"valkyrie/infra/sqlite"
)

const rotaFile = `
judge: {heartbeats: [{name: shift-texts, by: "0 6 * * *"}]}
on_call:
  people:
    - {name: Ada, phone: "+12025550143", zone: Europe/Berlin, awake: "08:00-22:00"}
    - {name: Grace, phone: "+12025550187", zone: America/New_York}
  rotations:
    - {name: primary, zone: Europe/Berlin, every: week, hand_over: "Monday 09:00", start: 2026-01-12, people: [Ada, Grace]}
  escalation: [primary, {call: Grace, after: 2m}, Ada]
phone: {from: "+12025550100"}
`

// typed runs the program with args, in which DIR is replaced by dir.
func typed(t *testing.T, dir string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	return typedAt(t, time.Now(), dir, args...)
}

// typedAt is typed with the program's clock fixed at now.
func typedAt(t *testing.T, now time.Time, dir string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "DIR", dir)
	}
	var out, errs bytes.Buffer
	p := &program{suite: lambdatest.Practice(), self: "valkyrie", stdout: &out, stderr: &errs, getenv: func(string) string { return "" }, timeNow: func() time.Time { return now }}
	code = p.run(t.Context(), args)
	return out.String(), errs.String(), code
}

func rotaFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "alerts.yaml"), []byte(rotaFile), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestOnCall(t *testing.T) {
	dir := rotaFolder(t)
	ask := func(more ...string) string {
		args := append([]string{"oncall", "--alerts", "DIR/alerts.yaml", "--db", "DIR/valkyrie.db", "--zone", "Europe/Berlin"}, more...)
		out, errs, _ := typedAt(t, time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC), dir, args...) // an override that is over cannot be made
		return out + errs
	}
	before := `Sunday 20 December 2026, 03:00 CET
1.  Ada    +12025550143  Sun 03:00 CET  at once; primary until Mon 21 Dec 09:00 there
2.  Grace  +12025550187  Sat 21:00 EST  if nobody has acknowledged, 2m later at the earliest
3.  Ada    +12025550143  Sun 03:00 CET  if nobody has acknowledged
then again after 5m, until somebody acknowledges
`
	override := []string{"override", "--who", "Grace", "--from", "2026-12-19 09:00", "--to", "2026-12-20 09:00"}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--at", "2026-12-20 03:00"}, before},
		{override, "Grace has primary from 2026-12-19T09:00:00+01:00 to 2026-12-20T09:00:00+01:00\n"},
		{override, "valkyrie: Grace has primary from 2026-12-19T09:00:00+01:00 to 2026-12-20T09:00:00+01:00 already\n"},
		{[]string{"--at", "2026-12-20 03:00"}, strings.Replace(before,
			"1.  Ada    +12025550143  Sun 03:00 CET  at once; primary until Mon 21 Dec 09:00 there",
			"1.  Grace  +12025550187  Sat 21:00 EST  at once; primary until Sun 20 Dec 03:00 there", 1)},
		{
			[]string{"override", "--remove", "--from", "2026-12-20 03:00"},
			"Grace no longer has primary from 2026-12-19T09:00:00+01:00 to 2026-12-20T09:00:00+01:00\n",
		},
		{[]string{"--at", "2026-12-20 03:00"}, before},
		{[]string{"override", "--who", "Bob", "--to", "2099-12-20 09:00"}, "valkyrie: no person \"Bob\" on call; see on_call.people in alerts.yaml\n"},
		{
			[]string{"--at", "teatime"},
			"valkyrie: --at: expected a time such as \"sunday 03:00\", \"2026-11-22 03:00\" or RFC 3339, got \"teatime\"\n",
		},
	} {
		if got := ask(c.args...); got != c.want {
			t.Errorf("oncall %q\ngot\n%s\nwant\n%s", c.args, got, c.want)
		}
	}
}

// TestOnCallShowsMaintenance: oncall names the maintenance windows that are open, in which it calls no person.
func TestOnCallShowsMaintenance(t *testing.T) {
	dir := rotaFolder(t)
	text := strings.Replace(rotaFile, "on_call:\n", "on_call:\n  maintenance: [{every: \"03:00\", for: 1h, journeys: [print-card]}, {from: 2026-12-20 01:00, to: 2026-12-20 05:00}]\n", 1)
	if err := os.WriteFile(filepath.Join(dir, "alerts.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	ask := func(at string) string {
		out, errs, _ := typedAt(t, time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC), dir, "oncall", "--alerts", "DIR/alerts.yaml", "--zone", "UTC", "--at", at)
		return out + errs
	}
	want := "maintenance until Sun 20 Dec 04:00: no calls or texts about print-card\nmaintenance until Sun 20 Dec 05:00: no calls or texts about any journey\n"
	if got := ask("2026-12-20 03:30"); !strings.HasSuffix(got, want) {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if got := ask("2026-12-20 05:00"); strings.Contains(got, "maintenance") {
		t.Error(got)
	}
}

// TestOnCallShowsReceivers checks that oncall names the machines that are notified too, and how many events they have not taken.
func TestOnCallShowsReceivers(t *testing.T) {
	dir := rotaFolder(t)
	text := rotaFile + "\ntell: {webhooks: [{url: \"https://shop.example.com/incidents?token=hunter2\", secret: hook}], topic: \"arn:aws:sns:eu-west-1:123456789012:incidents\"}\n"
	if err := os.WriteFile(filepath.Join(dir, "alerts.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), filepath.Join(dir, "valkyrie.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	down := incident.Incident{ID: "print-card/down/1", Journey: "print-card", Kind: incident.Down, State: incident.Open, Since: now, Opened: now, Runs: 1}
	if err := store.PutIncident(t.Context(), incident.Record{Incident: down}); err != nil {
		t.Fatal(err)
	}
	hook := unreachable{events.Webhook{URL: "https://shop.example.com/incidents?token=hunter2"}}
	if err := (events.Dispatcher{Store: store, Receiver: hook, Log: slog.New(slog.DiscardHandler)}).Dispatch(t.Context(), now); err == nil {
		t.Fatal("the webhook has taken the event")
	}
	out, errs, _ := typedAt(t, now, dir, "oncall", "--alerts", "DIR/alerts.yaml", "--db", "DIR/valkyrie.db")
	for _, want := range []string{"incidents also go to https://shop.example.com/incidents; events that it has not taken since ", ": 1\n", "incidents also go to arn:aws:sns:eu-west-1:123456789012:incidents\n"} {
		if !strings.Contains(out, want) || errs != "" || strings.Contains(out, "hunter2") {
			t.Errorf("got %q, %q, want %q", out, errs, want)
		}
	}
}

// unreachable is a webhook that takes nothing.
type unreachable struct{ events.Webhook }

func (unreachable) Deliver(context.Context, events.Event) error {
	return errors.New("no route to host")
}
