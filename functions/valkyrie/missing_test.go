package main

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"valkyrie/alerts"
	"valkyrie/infra/sqlite"
	"valkyrie/probes/journey"
)

// A keenPhone takes every page.
type keenPhone struct {
	mu   sync.Mutex // pages go out side by side
	sent []alerts.Dispatch
}

func (p *keenPhone) Send(_ context.Context, d alerts.Dispatch) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent = append(p.sent, d)
	return "S" + d.PageID, nil
}

func (p *keenPhone) Find(context.Context, alerts.Dispatch, time.Time) (string, bool, error) {
	return "", false, nil
}

// An office is a desk and a pager with a clock of their own.
type office struct {
	*testing.T
	desk  alerts.Desk
	pager *alerts.Pager
	phone *keenPhone
	now   time.Time
}

func newOffice(t *testing.T) *office {
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "valkyrie.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	cfg, err := alerts.Parse("shipped", alerts.Shipped(), nil)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Judge.Heartbeats = []alerts.HeartbeatPolicy{{Name: "shift-texts", Title: "send the shift texts", Every: 24 * time.Hour}}
	o := &office{T: t, phone: &keenPhone{}, now: time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC)}
	o.desk = alerts.Desk{Store: store, Policy: cfg.Judge, Titles: map[string]string{"print-card": "print a card"}}
	o.pager = &alerts.Pager{
		Store: store, OnCall: cfg.OnCall, Phone: o.phone, Journeys: cfg.Judge.Names([]string{"print-card"}),
		Log: slog.New(slog.DiscardHandler), TimeNow: func() time.Time { return o.now },
	}
	return o
}

// run records a run of each letter, a minute each, and lets the pager do what is due.
func (o *office) run(letters string) {
	for _, l := range letters {
		run := journey.Run{Journey: "print-card", Region: "eu", Slot: o.now, EveryMS: 60_000, Outcome: journey.Passed}
		if l == 'f' {
			run.Outcome, run.Error = journey.Failed, "no PDF"
		}
		_, err := o.desk.Record(o.Context(), run)
		o.must(err)
		o.must(o.pager.Tick(o.Context()))
		o.now = o.now.Add(time.Minute)
	}
}

func (o *office) watch() {
	_, err := o.desk.Watch(o.Context(), o.now)
	o.must(err)
	o.must(o.pager.Tick(o.Context()))
}

func (o *office) must(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

func (o *office) records() []alerts.Record {
	o.Helper()
	all, err := o.desk.Store.Incidents(o.Context(), time.Time{})
	o.must(err)
	return all
}

// TestMissingIsTold: a run and a batch that do not come reach people, each once, and come to an end.
func TestMissingIsTold(t *testing.T) {
	o := newOffice(t)
	o.watch()
	o.run("pp")
	o.now = o.now.Add(25 * time.Hour)
	o.watch()
	o.now = o.now.Add(time.Minute) // what else goes wrong is gathered first
	o.watch()
	kinds := map[alerts.Kind]string{}
	for _, r := range o.records() {
		kinds[r.Kind] = r.Reason
	}
	if len(kinds) != 2 || len(o.records()) != 2 || !strings.HasPrefix(kinds[alerts.Heartbeat], "shift-texts is late") {
		t.Fatal(kinds)
	}
	channels := map[alerts.Channel]int{}
	for _, d := range o.phone.sent {
		channels[d.Channel]++
	}
	if channels[alerts.Call] != 1 || channels[alerts.Text] != 2 { // silence rings, with a text; the batch texts
		t.Errorf("%+v", o.phone.sent)
	}
	_, err := o.desk.Beat(t.Context(), alerts.Beat{Batch: "shift-texts", Stage: alerts.Finishes, At: o.now, Done: 400, Expected: 400})
	o.must(err)
	o.run("p")
	for _, r := range o.records() {
		if r.State != alerts.Resolved {
			t.Errorf("%s is %s", r.ID, r.State)
		}
	}
	if _, err := o.desk.Beat(t.Context(), alerts.Beat{Batch: "nightly"}); err == nil {
		t.Error("a batch that nobody knows was taken")
	}
}

// TestReturnIsOneRecord: two outages an hour apart are one incident in the history, with its spells and all its pages.
func TestReturnIsOneRecord(t *testing.T) {
	o := newOffice(t)
	o.run("pffp")
	o.now = o.now.Add(time.Hour)
	o.watch() // silent meanwhile, but that is another story
	o.run("pfffp")
	var down []alerts.Record
	for _, r := range o.records() {
		if r.Kind == alerts.Down {
			down = append(down, r)
		}
	}
	if len(down) != 1 || len(down[0].Spells) != 2 || down[0].State != alerts.Resolved {
		t.Fatalf("%+v", down)
	}
	calls := 0
	for _, p := range down[0].Pages {
		if p.Purpose == alerts.Alarm && p.Channel == alerts.Call {
			calls++
		}
	}
	if calls != 2 {
		t.Errorf("%d calls, want one for each outage: %+v", calls, down[0].Pages)
	}
	o.now = o.now.Add(25 * time.Hour)
	o.watch()
	route, err := o.pager.Route(t.Context())
	o.must(err)
	for _, i := range route.Incidents {
		if i.Kind == alerts.Down {
			t.Errorf("a day later, the pager still has it: %+v", i)
		}
	}
}
