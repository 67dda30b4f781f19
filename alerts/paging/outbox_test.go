package paging_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/paging"
	"valkyrie/alerts/twilio/standin"
)

func TestDue(t *testing.T) {
	in := func(d time.Duration) time.Time { return alertstest.Start.Add(d) }
	for name, c := range map[string]struct {
		route paging.NotificationState
		want  time.Time
	}{
		"nothing": {paging.NotificationState{Pages: []incident.Page{{State: incident.Ended, LeaseUntil: alertstest.Start}}}, time.Time{}},
		"a text that waits for the morning, and a call that is being made": {paging.NotificationState{Pages: []incident.Page{
			{State: incident.Planned, PlannedAt: alertstest.Start, NotBefore: in(8 * time.Hour)}, {State: incident.Accepted, LeaseUntil: in(2 * time.Minute)},
		}}, in(2 * time.Minute)},
		"one that is to be sent now":     {paging.NotificationState{Pages: []incident.Page{{State: incident.Planned, PlannedAt: alertstest.Start}}}, alertstest.Start},
		"one whose sender may have died": {paging.NotificationState{Pages: []incident.Page{{State: incident.Claimed, LeaseUntil: in(20 * time.Second)}}}, in(20 * time.Second)},
		"an unknown one, asked about":    {paging.NotificationState{Pages: []incident.Page{{State: incident.Unknown, ClaimedAt: in(-time.Second)}}}, in(-time.Second)},
		"the next step has a wait":       {paging.NotificationState{Escalation: paging.Escalation{Pause: in(5 * time.Minute)}}, in(5 * time.Minute)},
	} {
		if got := c.route.Due(); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// TestFullStateTakesLater: an incident for which the state had no room stays in its outbox, also if another one's end in the same
// tick makes room, and is taken by the next tick.
func TestFullStateTakesLater(t *testing.T) {
	o := newTestbed(t, time.Second).open(nil)
	o.exchange.Default(standin.Listen)
	put := func(name string, runs int, over bool) {
		err := incident.UpdateItem(t.Context(), o.store, incident.JourneyKey(name), func(s *judge.JourneyState) bool {
			s.Outbox = []incident.Incident{alertstest.Incident(name, incident.Heartbeat, runs, over)}
			return true
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	tick := func() paging.NotificationState {
		if err := o.pager.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
		return o.route()
	}
	o.pager.Journeys = []string{"a later one"}
	const most = 150 // open incidents of a state
	for n := range most {
		name := fmt.Sprintf("batch-%03d", n)
		o.pager.Journeys = append(o.pager.Journeys, name)
		put(name, 1, false)
	}
	if n := len(tick().Incidents); n != most {
		t.Fatalf("%d incidents are held", n)
	}
	holds := func(r paging.NotificationState) bool {
		return slices.ContainsFunc(r.Incidents, func(i incident.Incident) bool { return i.Journey == "a later one" })
	}
	put("a later one", 1, false)
	if holds(tick()) {
		t.Fatal("the state has no limit")
	}
	put("batch-000", 2, true)
	if tick(); !holds(tick()) {
		t.Error("the incident is lost")
	}
}
