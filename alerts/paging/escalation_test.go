package paging_test

import (
	"strings"
	"testing"
	"time"

	"valkyrie/alerts"
	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/config"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

// TestEscalationDelays checks that the next person is called when the step's delay is over, and at once without one.
func TestEscalationDelays(t *testing.T) {
	text := strings.Replace(string(alerts.Example()), "escalation: [Ada, Grace]", "escalation: [Ada, {call: Grace, after: 2m}, Ada]", 1)
	c, err := config.Parse("alerts.yaml", []byte(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	c.OnCall.Gather = 0
	w := &simulation{now: alertstest.Start, onCall: &c.OnCall}
	w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
	w.step(paging.Report{PageID: last(w, incident.Call).ID, Result: incident.Busy})
	w.now = w.now.Add(119 * time.Second)
	w.accept(w.step(paging.Tick{}))
	if got := names(w.sent); got != "[alarm call Ada alarm text Ada]" {
		t.Fatalf("before the delay is over: %s", got)
	}
	w.now = w.now.Add(time.Second)
	w.accept(w.step(paging.Tick{}))
	w.accept(w.step(paging.Report{PageID: last(w, incident.Call).ID, Result: incident.Busy}))
	if got := names(w.sent); got != "[alarm call Ada alarm text Ada alarm call Grace alarm text Grace alarm call Ada]" {
		t.Fatal(got)
	}
}
