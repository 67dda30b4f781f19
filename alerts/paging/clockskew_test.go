package paging_test

import (
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

// TestClockPutBack: what a clock noted that was two hours ahead holds nobody up when it is put right.
func TestClockPutBack(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(w *world) // two hours ahead
		want string         // the first that is sent within six minutes of the right time
	}{
		"the pause": {func(w *world) {
			w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
			w.accept(w.step(paging.Report{PageID: last(w, incident.Call).ID, Result: incident.NoAnswer}))
			w.step(paging.Report{PageID: last(w, incident.Call).ID, Result: incident.NoAnswer})
		}, "[alarm call Ada]"},
		"too many requests": {func(w *world) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})
			w.accept(w.sent[1:])
			w.step(paging.NotSent{PageID: w.sent[0].ID})
		}, "[alarm call Ada]"},
		"a sender that died": {func(w *world) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Degraded, 1, false)})
		}, "[alarm text Ada]"},
		"a carrier that never says how the call went": {func(w *world) {
			w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
		}, "[alarm call Grace]"},
		"a return": {func(w *world) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, true)})
			w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 2, false)}))
			for range 2 {
				w.accept(w.step(paging.Report{PageID: last(w, incident.Call).ID, Result: incident.NoAnswer}))
			}
		}, "[alarm call Ada]"},
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{now: alertstest.Start.Add(2 * time.Hour)}
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

// TestClockPutBackElsewhere: nor does it keep a page from the second carrier, or an acknowledgement from expiring.
func TestClockPutBackElsewhere(t *testing.T) {
	t.Run("the second carrier", func(t *testing.T) {
		w := &world{now: alertstest.Start.Add(2 * time.Hour), onCall: twoCarriers()}
		for _, p := range w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}) {
			w.step(paging.SendUnknown{PageID: p.ID, Why: "time-out"})
		}
		w.now, w.sent = alertstest.Start, nil
		w.step(paging.Tick{})
		w.now = w.now.Add(35 * time.Second)
		if w.step(paging.Tick{}); len(w.sent) != 2 || w.sent[0].Via != incident.Failover || w.sent[1].Via != incident.Failover {
			t.Errorf("after 35 s the second carrier has got %s", names(w.sent))
		}
	})
	t.Run("an acknowledgement", func(t *testing.T) {
		w := &world{now: alertstest.Start.Add(2 * time.Hour), onCall: expiring()}
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

// TestGatherForAMinute: the clock is not taken for wrong when the longest wait for what else goes wrong is asked for.
func TestGatherForAMinute(t *testing.T) {
	w := &world{now: alertstest.Start, onCall: gathering(time.Minute)}
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
