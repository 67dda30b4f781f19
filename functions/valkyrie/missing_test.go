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
	"valkyrie/alerts/config"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/paging"
	"valkyrie/infra/sqlite"
	"valkyrie/probes/journey"
)

// An acceptingPhone accepts every page.
type acceptingPhone struct {
	mu   sync.Mutex // pages are sent concurrently
	sent []paging.Dispatch
}

func (p *acceptingPhone) Send(_ context.Context, d paging.Dispatch) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent = append(p.sent, d)
	return "S" + d.PageID, nil
}

func (p *acceptingPhone) Find(context.Context, paging.Dispatch, time.Time) (string, bool, error) {
	return "", false, nil
}

// A fixture is a recorder and a pager with a clock that the test sets.
type fixture struct {
	*testing.T
	recorder judge.Recorder
	pager    *paging.Pager
	phone    *acceptingPhone
	now      time.Time
}

func newFixture(t *testing.T) *fixture {
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "valkyrie.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	cfg, err := config.Parse("example.yaml", alerts.Example(), nil)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Judge.Heartbeats = []judge.HeartbeatPolicy{{Name: "shift-texts", Title: "send the shift texts", Every: 24 * time.Hour}}
	o := &fixture{T: t, phone: &acceptingPhone{}, now: time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC)}
	o.recorder = judge.Recorder{Store: store, Policy: cfg.Judge, Titles: map[string]string{"print-card": "print a card"}}
	o.pager = &paging.Pager{
		Store: store, OnCall: cfg.OnCall, Phone: o.phone, Journeys: cfg.Judge.Names([]string{"print-card"}),
		Log: slog.New(slog.DiscardHandler), TimeNow: func() time.Time { return o.now },
	}
	return o
}

// run records a run for each letter, a minute apart: p passes, f fails. After each the pager sends the pages that are due.
func (o *fixture) run(letters string) {
	for _, l := range letters {
		run := journey.Run{Journey: "print-card", Region: "eu", Slot: o.now, EveryMS: 60_000, Outcome: journey.Passed}
		if l == 'f' {
			run.Outcome, run.Error = journey.Failed, "no PDF"
		}
		_, err := o.recorder.Record(o.Context(), run)
		o.must(err)
		o.must(o.pager.Tick(o.Context()))
		o.now = o.now.Add(time.Minute)
	}
}

func (o *fixture) watch() {
	_, err := o.recorder.Watch(o.Context(), o.now)
	o.must(err)
	o.must(o.pager.Tick(o.Context()))
}

func (o *fixture) must(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

func (o *fixture) records() []incident.Record {
	o.Helper()
	all, err := o.recorder.Store.Incidents(o.Context(), time.Time{})
	o.must(err)
	return all
}

// TestMissingNotifies: a missing run and a late batch notify people once each, and their incidents end.
func TestMissingNotifies(t *testing.T) {
	o := newFixture(t)
	o.watch()
	o.run("pp")
	o.now = o.now.Add(25 * time.Hour)
	o.watch()
	o.now = o.now.Add(time.Minute) // texts are batched first
	o.watch()
	kinds := map[incident.Kind]string{}
	for _, r := range o.records() {
		kinds[r.Kind] = r.Reason
	}
	if len(kinds) != 2 || len(o.records()) != 2 || !strings.HasPrefix(kinds[incident.Heartbeat], "shift-texts is late") {
		t.Fatal(kinds)
	}
	channels := map[incident.Channel]int{}
	for _, d := range o.phone.sent {
		channels[d.Channel]++
	}
	if channels[incident.Call] != 1 || channels[incident.Text] != 2 { // the missing run calls and texts, the batch only texts
		t.Errorf("%+v", o.phone.sent)
	}
	_, err := o.recorder.Beat(t.Context(), judge.Beat{Batch: "shift-texts", Stage: judge.Finishes, At: o.now, Done: 400, Expected: 400})
	o.must(err)
	o.run("p")
	for _, r := range o.records() {
		if r.State != incident.Resolved {
			t.Errorf("%s is %s", r.ID, r.State)
		}
	}
	if _, err := o.recorder.Beat(t.Context(), judge.Beat{Batch: "nightly"}); err == nil {
		t.Error("an unknown batch was accepted")
	}
}

// TestReturnIsOneRecord: two outages an hour apart are one incident in the history, with both outages and all pages.
func TestReturnIsOneRecord(t *testing.T) {
	o := newFixture(t)
	o.run("pffp")
	o.now = o.now.Add(time.Hour)
	o.watch() // also opens an incident about the missing runs
	o.run("pfffp")
	var down []incident.Record
	for _, r := range o.records() {
		if r.Kind == incident.Down {
			down = append(down, r)
		}
	}
	if len(down) != 1 || len(down[0].Outages) != 2 || down[0].State != incident.Resolved {
		t.Fatalf("%+v", down)
	}
	calls := 0
	for _, p := range down[0].Pages {
		if p.Purpose == incident.Alarm && p.Channel == incident.Call {
			calls++
		}
	}
	if calls != 2 {
		t.Errorf("%d calls, want one for each outage: %+v", calls, down[0].Pages)
	}
	o.now = o.now.Add(25 * time.Hour)
	o.watch()
	route, err := o.pager.State(t.Context())
	o.must(err)
	for _, i := range route.Incidents {
		if i.Kind == incident.Down {
			t.Errorf("a day later the pager still holds it: %+v", i)
		}
	}
}
