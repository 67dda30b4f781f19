package paging_test

import (
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

// TestAmbiguousHandle checks that a text which names two open incidents by the beginning that their handles share acknowledges neither,
// and says which there are. Handles: b is #3e23, e is #3f79, a is #ca97.
func TestAmbiguousHandle(t *testing.T) {
	w := &simulation{now: alertstest.Start, onCall: sleepers(t, "")}
	for _, name := range []string{"a", "b", "e"} {
		w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident(name, incident.Down, 1, false)}))
	}
	acked := func() (names string) {
		for _, i := range w.route.Incidents {
			if i.State == incident.Acknowledged {
				names += i.ID
			}
		}
		return names
	}
	for _, c := range []struct{ body, want, acked string }{
		{"ack 3", "3 may be several: b down #3e23, e down #3f79. Write ack, or ack 3e23.", ""},
		{"mute #3 2h", "3 may be several: b down #3e23, e down #3f79. Write mute 90m, mute 2h or mute 3e23 1d.", ""},
		{"ack 3f", "Thank you, Ada. Yours: e down #3f79.", "e"},
		{"resolve 3", "3 may be several: b down #3e23, e down #3f79. Write resolve, or resolve 3e23.", "e"},
	} {
		if got := pagerOf(w).reply(t, paging.Reply{From: alertstest.AdasNumber, Body: c.body}); got != c.want {
			t.Errorf("%s: got  %s\nwant %s", c.body, got, c.want)
		}
		if got := acked(); got != c.acked || len(w.route.Mutes) > 0 {
			t.Errorf("%s: acknowledged are %q, want %q; mutes %v", c.body, got, c.acked, w.route.Mutes)
		}
	}
}

// TestReopenedIncidentContinues checks that an incident which reopened, and then fails once more, still counts no page of its first
// outage: the people texted in that one are texted again.
func TestReopenedIncidentContinues(t *testing.T) {
	w := &simulation{now: alertstest.Start}
	fail := func(runs int) {
		w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, runs, false)}))
	}
	unanswered := func() {
		w.accept(w.step(paging.Report{PageID: last(w, incident.Call).ID, Result: incident.NoAnswer}))
	}
	const both = "[alarm call Ada alarm text Ada alarm call Grace alarm text Grace]"
	fail(1)
	unanswered()
	if got := names(w.sent); got != both {
		t.Fatalf("the first outage: %s", got)
	}
	w.step(paging.Report{PageID: last(w, incident.Call).ID, Key: paging.AckKey, Result: incident.Human})
	w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 2, true)}))
	w.now, w.sent = w.now.Add(time.Hour), nil
	fail(3)
	fail(4)
	unanswered()
	if got := names(w.sent); got != both {
		t.Errorf("the second outage: got %s, want %s", got, both)
	}
}

// TestLateKey checks that the key of a call that was overtaken does not take the incident from the person who acknowledged it, and does
// not open one that is over.
func TestLateKey(t *testing.T) {
	w := &simulation{now: alertstest.Start}
	w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
	adas := last(w, incident.Call).ID
	w.accept(w.step(paging.Report{PageID: adas, Result: incident.NoAnswer}))
	w.step(paging.Report{PageID: last(w, incident.Call).ID, Key: paging.AckKey, Result: incident.Human})
	w.now = w.now.Add(time.Minute)
	w.step(paging.Report{PageID: adas, Key: paging.AckKey})
	if i := w.route.Incidents[0]; i.State != incident.Acknowledged || i.AckedBy != "Grace" {
		t.Errorf("after Ada's late key it is %s by %s", i.State, i.AckedBy)
	}

	w = &simulation{now: alertstest.Start}
	w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
	w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 2, true)}))
	w.now = w.now.Add(time.Minute)
	w.step(paging.Report{PageID: last(w, incident.Call).ID, Key: paging.AckKey})
	for _, i := range w.route.Incidents {
		if i.State != incident.Resolved || i.AckedBy != "" {
			t.Errorf("after a key when it was over it is %s by %q", i.State, i.AckedBy)
		}
	}
}
