package paging_test

import (
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

// TestClockSetBack checks that waits stored by a clock two hours ahead delay no page once the clock is corrected.
func TestClockSetBack(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(w *simulation) // with the clock two hours ahead
		want string              // the first page sent within six minutes of the corrected time
	}{
		"the pause": {func(w *simulation) {
			w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
			w.accept(w.step(paging.Report{PageID: last(w, incident.Call).ID, Result: incident.NoAnswer}))
			w.step(paging.Report{PageID: last(w, incident.Call).ID, Result: incident.NoAnswer})
		}, "[alarm call Ada]"},
		"too many requests": {func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})
			w.accept(w.sent[1:])
			w.step(paging.NotSent{PageID: w.sent[0].ID})
		}, "[alarm call Ada]"},
		"a sender that died": {func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Degraded, 1, false)})
		}, "[alarm text Ada]"},
		"a call without a report of its end": {func(w *simulation) {
			w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
		}, "[alarm call Grace]"},
		"a return": {func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, true)})
			w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 2, false)}))
			for range 2 {
				w.accept(w.step(paging.Report{PageID: last(w, incident.Call).ID, Result: incident.NoAnswer}))
			}
		}, "[alarm call Ada]"},
	} {
		t.Run(name, func(t *testing.T) {
			w := &simulation{now: alertstest.Start.Add(2 * time.Hour)}
			c.do(w)
			w.now, w.sent = alertstest.Start, nil
			for range 6 * 4 {
				for _, p := range w.route.Pages {
					if p.State == incident.Unknown {
						w.step(paging.SendResolved{PageID: p.ID})
					}
				}
				w.step(paging.Tick{})
				w.now = w.now.Add(15 * time.Second)
			}
			if got := names(w.sent[:min(1, len(w.sent))]); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestClockSetBackElsewhere checks the same for failover and for the expiry of an acknowledgement.
func TestClockSetBackElsewhere(t *testing.T) {
	t.Run("failover", func(t *testing.T) {
		w := &simulation{now: alertstest.Start.Add(2 * time.Hour), onCall: withFailover()}
		for _, p := range w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}) {
			w.step(paging.SendUnknown{PageID: p.ID, Why: "time-out"})
		}
		w.now, w.sent = alertstest.Start, nil
		w.step(paging.Tick{})
		w.now = w.now.Add(35 * time.Second)
		if w.step(paging.Tick{}); len(w.sent) != 2 || w.sent[0].Via != incident.Failover || w.sent[1].Via != incident.Failover {
			t.Errorf("after 35 s the failover channel has %s", names(w.sent))
		}
	})
	t.Run("an acknowledgement", func(t *testing.T) {
		w := &simulation{now: alertstest.Start.Add(2 * time.Hour), onCall: expiring()}
		w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
		w.step(paging.Report{PageID: last(w, incident.Call).ID, Key: paging.AckKey})
		w.step(paging.Report{PageID: last(w, incident.Call).ID, Result: incident.Human})
		w.now, w.sent = alertstest.Start, nil
		w.step(paging.Tick{})
		w.now = w.now.Add(30 * time.Minute)
		if w.step(paging.Tick{}); names(w.sent) != "[alarm call Ada]" {
			t.Errorf("after half an hour: %s", names(w.sent))
		}
	})
}

// TestGatherForAMinute checks that the longest configurable gathering is not repaired as clock skew.
func TestGatherForAMinute(t *testing.T) {
	w := &simulation{now: alertstest.Start, onCall: gathering(time.Minute)}
	w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})
	for range 59 {
		w.now = w.now.Add(time.Second)
		w.step(paging.Tick{})
	}
	if got := names(w.sent); got != "[]" {
		t.Fatalf("within a minute: %s", got)
	}
	w.now = w.now.Add(time.Second)
	if w.step(paging.Tick{}); names(w.sent) != "[alarm call Ada alarm text Ada]" {
		t.Errorf("after a minute: %s", names(w.sent))
	}
}
