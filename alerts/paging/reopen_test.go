package paging_test

import (
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/paging"
)

// TestReopened checks that a reopened incident calls again despite its acknowledgement, that its all-clear is sent once
// more, and that its record keeps the pages of all outages.
func TestReopened(t *testing.T) {
	w := &simulation{now: alertstest.Start}
	startOutage := func(runs int) {
		w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, runs, false)}))
		w.step(paging.Report{PageID: last(w, incident.Call).ID, Key: paging.AckKey, Result: incident.Human})
		w.now = w.now.Add(5 * time.Minute)
		w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, runs+1, true)}))
		w.now = w.now.Add(time.Hour)
	}
	startOutage(1)
	first := names(w.sent)
	if first != "[alarm call Ada alarm text Ada all-clear text Ada]" {
		t.Fatal(first)
	}
	rev := w.route.Incidents[0].Rev
	w.sent = nil
	w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}) // the same update again: no change
	if len(w.sent) != 0 {
		t.Fatal(names(w.sent))
	}
	startOutage(3)
	if got := names(w.sent); got != first {
		t.Errorf("the second time: %s", got)
	}
	inc := w.route.Incidents[0]
	if inc.Rev <= rev || len(w.route.Record(inc).Pages) != 6 {
		t.Errorf("revision %d after %d, %d pages", inc.Rev, rev, len(w.route.Record(inc).Pages))
	}
	w.sent = nil
	w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 6, true)}) // reopened and resolved between two ticks
	if len(w.sent) != 0 || w.route.Incidents[0].Runs != 6 {
		t.Errorf("%s, %d runs", names(w.sent), w.route.Incidents[0].Runs)
	}
}

// TestAllClearOvertaken checks that a rate-limited all-clear is cancelled when the incident has reopened.
func TestAllClearOvertaken(t *testing.T) {
	w := &simulation{now: alertstest.Start}
	w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
	w.step(paging.Report{PageID: last(w, incident.Call).ID, Key: paging.AckKey, Result: incident.Human})
	over := w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 2, true)})
	if got := names(over); got != "[all-clear text Ada]" {
		t.Fatal(got)
	}
	w.now, w.sent = w.now.Add(time.Second), nil
	w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 3, false)})
	w.step(paging.NotSent{PageID: over[0].ID})
	w.now = w.now.Add(time.Minute)
	w.step(paging.Tick{})
	if got := names(w.sent); got != "[alarm call Ada alarm text Ada]" {
		t.Errorf("got %s", got)
	}
}

// TestReopenedWhileOthersPause checks that a reopened incident is called about at once, despite another incident's
// pause.
func TestReopenedWhileOthersPause(t *testing.T) {
	w := &simulation{now: alertstest.Start}
	w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
	w.step(paging.Report{PageID: last(w, incident.Call).ID, Key: paging.AckKey, Result: incident.Human})
	w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 2, true)}))
	w.now = w.now.Add(time.Hour)
	w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("b", incident.Down, 1, false)}))
	for range 2 {
		w.accept(w.step(paging.Report{PageID: last(w, incident.Call).ID, Result: incident.NoAnswer}))
	}
	w.now, w.sent = w.now.Add(time.Second), nil
	w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 3, false)})
	if got := names(w.sent); got != "[alarm call Ada alarm text Ada]" {
		t.Errorf("got %s", got)
	}
}

// TestReopenedAfterArchiving checks that a stale update of an archived incident is ignored, and that a reopened one
// calls and replaces its record.
func TestReopenedAfterArchiving(t *testing.T) {
	w := &simulation{now: alertstest.Start}
	w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
	w.step(paging.Report{PageID: last(w, incident.Call).ID, Key: paging.AckKey, Result: incident.Human})
	w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 2, true)}))
	rev := w.route.Incidents[0].Rev
	w.step(paging.Archived{IncidentID: "a"})
	w.now, w.sent = w.now.Add(time.Hour), nil
	for _, old := range []incident.Incident{alertstest.Incident("a", incident.Down, 1, false), alertstest.Incident("a", incident.Down, 2, true)} {
		w.step(paging.IncidentUpdated{Incident: old})
	}
	if len(w.sent) != 0 || len(w.route.Incidents) != 0 {
		t.Errorf("old news: %s", names(w.sent))
	}
	w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 3, false)})
	if got := names(w.sent); got != "[alarm call Ada alarm text Ada]" {
		t.Errorf("got %s", got)
	}
	if got := w.route.Incidents[0].Rev; got <= rev {
		t.Errorf("revision %d, want more than %d: the store would keep the old record", got, rev)
	}
}

// TestAllClearAcrossOutages checks that a person who was paged about the first outage, and then slept, gets one
// all-clear.
func TestAllClearAcrossOutages(t *testing.T) {
	sleepy := alertstest.OnCall
	hours, err := oncall.ParseHours("08:00-22:00")
	if err != nil {
		t.Fatal(err)
	}
	sleepy.People = []oncall.Person{{Name: "Ada", Phone: "+12025550143", Awake: hours}}
	sleepy.Escalation = []oncall.EscalationStep{{Call: "Ada"}}
	w := &simulation{now: alertstest.Start.Add(18 * time.Hour), onCall: &sleepy} // 21:00
	w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Flapping, 1, false)}))
	for i := range 3 { // resolved, reopened and resolved, at night
		w.now = w.now.Add(2 * time.Hour)
		w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Flapping, i+2, i != 1)}))
	}
	w.now = w.now.Add(6 * time.Hour)
	w.accept(w.step(paging.Tick{}))
	if got := names(w.sent); got != "[alarm text Ada all-clear text Ada]" {
		t.Errorf("got %s", got)
	}
}
