package paging_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/paging"
)

func gathering(d time.Duration) *oncall.OnCall {
	o := alertstest.OnCall
	o.Gather = d
	return &o
}

// TestTenIncidentsMakeOneCall checks that ten incidents within a minute make one call and one text which name their
// number, and that one key acknowledges them all.
func TestTenIncidentsMakeOneCall(t *testing.T) {
	for name, every := range map[string]time.Duration{"at once": 0, "every 6 s": 6 * time.Second, "every second": time.Second} {
		t.Run(name, func(t *testing.T) {
			w := &simulation{now: alertstest.Start, onCall: gathering(10 * time.Second)}
			for i := range 10 {
				w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident(fmt.Sprint("journey-", i), incident.Down, 1, false)}))
				for range int(every / time.Second) {
					w.now = w.now.Add(time.Second)
					w.accept(w.step(paging.Tick{}))
				}
			}
			for range 15 {
				w.now = w.now.Add(time.Second)
				w.accept(w.step(paging.Tick{}))
			}
			if got := names(w.sent); got != "[alarm call Ada alarm text Ada]" {
				t.Fatal(got)
			}
			call, text := w.sent[0], w.sent[1]
			if after := call.ClaimedAt.Sub(alertstest.Start); after > time.Minute {
				t.Errorf("it went out after %v", after)
			}
			if !strings.Contains(call.Words, "10 things are wrong.") || !strings.Contains(call.Words, "journey-0, journey-1, journey-2, journey-3 and 6 more.\n") {
				t.Errorf("the call does not say so:\n%s", call.Words)
			}
			if !strings.HasPrefix(text.Words, "VALKYRIE: 10 things are wrong.") {
				t.Errorf("the text does not say so: %s", text.Words)
			}
			w.step(paging.Report{PageID: call.ID, Key: paging.AckKey})
			w.step(paging.Report{PageID: call.ID, Result: incident.Human})
			w.after(time.Hour)
			if got := names(w.sent); got != "[alarm call Ada alarm text Ada]" {
				t.Errorf("after the key: %s", got)
			}
		})
	}
}

// TestGather checks that one incident waits for the configured time, that continuous new incidents do not defer the
// call without end, that a text for waking hours does not come with the call, and that the second call waits for
// nothing.
func TestGather(t *testing.T) {
	w := &simulation{now: alertstest.Start, onCall: sleepers(t, "  gather: 10s")}
	w.step(paging.IncidentUpdated{Incident: alertstest.Incident("b", incident.Degraded, 1, false)}) // a text for Ada's morning
	w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})
	w.after(9 * time.Second)
	early := names(w.sent)
	w.after(time.Second)
	if got := names(w.sent); early != "[]" || got != "[alarm call Ada alarm text Ada]" {
		t.Fatalf("after 9 s %s, after 10 s %s", early, got)
	}
	w.accept(w.sent)
	w.step(paging.Report{PageID: w.sent[0].ID, Result: incident.NoAnswer})
	if got := names(w.sent[2:]); got != "[alarm call Grace alarm text Grace]" {
		t.Errorf("the next is called with %s", got)
	}

	w = &simulation{now: alertstest.Start, onCall: gathering(10 * time.Second)}
	for i := range 30 {
		w.step(paging.IncidentUpdated{Incident: alertstest.Incident(fmt.Sprint("journey-", i), incident.Down, 1, false)})
		w.after(5 * time.Second)
	}
	if len(w.sent) == 0 || w.sent[0].ClaimedAt.Sub(alertstest.Start) != time.Minute {
		t.Errorf("it waited for %v", w.sent)
	}
}

// TestGatherSkipsResolved checks that an incident that resolves before the call is left out.
func TestGatherSkipsResolved(t *testing.T) {
	w := &simulation{now: alertstest.Start, onCall: gathering(10 * time.Second)}
	w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})
	w.step(paging.IncidentUpdated{Incident: alertstest.Incident("b", incident.Down, 1, false)})
	w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 2, true)})
	w.after(10 * time.Second)
	if got := names(w.sent); got != "[alarm call Ada alarm text Ada]" || strings.Contains(w.sent[0].Words, "things are wrong") {
		t.Errorf("got %s: %s", got, w.sent[0].Words)
	}
}
