package paging_test

import (
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/paging"
	"valkyrie/probes/journey"
)

// TestMaintenanceEnds checks that the end of a maintenance is announced once, in waking hours, if a suppressed incident
// is still bad, also when alerts.yaml has changed meanwhile.
func TestMaintenanceEnds(t *testing.T) {
	const window = "  maintenance: [{from: 2026-11-21 04:00, to: 2026-11-21 05:00, zone: Europe/Berlin, journeys: [a]}]"
	ack := paging.Reply{From: "+12025550187", Body: "ack"}
	for name, c := range map[string]struct {
		do   func(w *simulation)
		want string
	}{
		"still bad, and acknowledged": {func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})
			w.step(ack)
		}, "[notice text Ada]"},
		"still bad, and the file has changed": {func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})
			w.step(ack)
			w.onCall.Maintenance = nil
		}, "[notice text Ada]"},
		"still bad, and it rings": {func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})
		}, "[alarm call Ada alarm text Ada notice text Ada]"},
		"over": {func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 2, true)})
		}, "[]"},
		"another journey is bad": {func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("b", incident.Degraded, 1, false)})
			w.step(ack)
		}, "[]"},
	} {
		w := &simulation{now: alertstest.Start, onCall: sleepers(t, window)}
		w.onCall.AckExpires = 0
		c.do(w)
		w.after(30 * time.Minute)
		w.after(30 * time.Minute)
		for range 24 {
			w.after(20 * time.Minute)
			for _, p := range w.sent {
				w.step(paging.Report{PageID: p.ID, SID: "CA" + p.ID, Key: paging.AckKey, Result: incident.Human})
			}
		}
		if got := names(w.sent); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
		if n := len(w.sent); n > 0 && !strings.HasPrefix(w.sent[n-1].Words, "VALKYRIE: the maintenance of a is over. Still: this fails for customers: a, since 04:00 CET.") {
			t.Errorf("%s: %s", name, w.sent[n-1].Words)
		}
		if len(w.route.Windows) > 0 {
			t.Errorf("%s: still on: %v", name, w.route.Windows)
		}
	}
}

// TestLateMaintenanceNotice checks that a resent notice reports the present state, and is dropped when no incident is
// left.
func TestLateMaintenanceNotice(t *testing.T) {
	for _, over := range []bool{false, true} {
		w := &simulation{now: alertstest.Start, onCall: sleepers(t, "  maintenance: [{from: 2026-11-21 09:00, to: 2026-11-21 10:00, zone: Europe/Berlin}]")}
		w.onCall.AckExpires = 0
		w.now = alertstest.Start.Add(5*time.Hour + 30*time.Minute)
		w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})
		w.step(paging.IncidentUpdated{Incident: alertstest.Incident("b", incident.Degraded, 1, false)})
		w.step(paging.Reply{From: alertstest.OnCall.People[0].Phone, Body: "ack"})
		w.after(30 * time.Minute)
		if names(w.sent) != "[notice text Ada]" || !strings.Contains(w.sent[0].Words, "Still: this fails for customers: a, since 04:00 CET. Still: this is slow: b") {
			t.Fatalf("when it ends: %s: %+v", names(w.sent), w.sent)
		}
		w.step(paging.NotSent{PageID: w.sent[0].ID, Why: "429"})
		w.sent = nil
		w.step(paging.IncidentUpdated{Incident: alertstest.Incident("b", incident.Degraded, 2, true)})
		if over {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 2, true)})
		}
		w.after(time.Minute)
		switch {
		case over && len(w.sent) > 0:
			t.Errorf("when all is well: %s", w.sent[0].Words)
		case !over && (len(w.sent) != 1 || strings.Contains(w.sent[0].Words, "slow to b") || !strings.Contains(w.sent[0].Words, "this fails for customers: a")):
			t.Errorf("when b is well: %+v", w.sent)
		}
	}
}

// TestDegradedReturns checks that a slowdown which returns within a day reopens its incident with the new start, and
// that one two days later opens another.
func TestDegradedReturns(t *testing.T) {
	k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	if got, want := k.Sequence("p*20 ssss p*60 ssss p*60"), "degraded opens@23 degraded resolves@26 degraded reopens@87 degraded resolves@90"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	var reopened incident.Incident
	for _, d := range k.Decisions {
		if d.Verb == judge.Reopens {
			reopened = d.Incident
		}
	}
	if !reopened.Since.Equal(alertstest.Start.Add(84*time.Minute)) || !strings.HasSuffix(reopened.Reason, "; it has come back") || reopened.State != incident.Open {
		t.Errorf("%s since %v: %s", reopened.State, reopened.Since, reopened.Reason)
	}
	k = alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	if got, want := k.Sequence("ssss p*2900 ssss"), "degraded opens@3 degraded resolves@6 degraded opens@2907"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	p := alertstest.ShippedPolicy(t)
	p.Counts = []judge.CountRule{{Ceiling: &judge.Ceiling{Name: "jobs", AtMost: 5}}}
	c := alertstest.Scenario{Policy: p}
	for minute, jobs := range []float64{9, 9, 1, 1, 9, 9} {
		run := alertstest.Run(minute, "eu", journey.Passed)
		run.Counts = []journey.Count{{Name: "jobs", Value: jobs}}
		c.Run(run)
	}
	if got, want := strings.Join(c.Changes, " "), "counts opens@1 counts resolves@2 counts reopens@5"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
