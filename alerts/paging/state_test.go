package paging_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/paging"
	"valkyrie/probes/journey"
)

// TestEscalation checks that the next person is called at once after an unanswered call, that the escalation repeats,
// that a key ends it, and that the people paged get the all-clear.
func TestEscalation(t *testing.T) {
	w := &simulation{now: alertstest.Start}
	w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
	w.step(paging.Report{PageID: last(w, incident.Call).ID, Result: incident.NoAnswer})
	w.accept([]incident.Page{w.sent[2], w.sent[3]})
	w.step(paging.Report{PageID: last(w, incident.Call).ID, Result: incident.Machine})
	if got := names(w.sent); got != "[alarm call Ada alarm text Ada alarm call Grace alarm text Grace]" {
		t.Fatal(got)
	}
	w.now = w.now.Add(4 * time.Minute)
	if got := w.step(paging.Tick{}); len(got) != 0 {
		t.Fatalf("during the pause: %s", names(got))
	}
	w.now = w.now.Add(time.Minute)
	w.accept(w.step(paging.Tick{}))
	if got := names(w.sent[4:]); got != "[alarm call Ada]" {
		t.Fatalf("after the pause: %s", got)
	}
	w.step(paging.Report{PageID: last(w, incident.Call).ID, Key: paging.AckKey})
	w.step(paging.Report{PageID: last(w, incident.Call).ID, Result: incident.Human})
	w.now = w.now.Add(time.Hour)
	if got := w.step(paging.Tick{}); len(got) != 0 {
		t.Fatalf("after the acknowledgement: %s", names(got))
	}
	over := w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 2, true)})
	if got := names(over); got != "[all-clear text Ada all-clear text Grace]" {
		t.Fatalf("when it was over: %s", got)
	}
	w.accept(over)
	for _, p := range over {
		w.step(paging.Report{PageID: p.ID, Result: incident.Delivered})
	}
	if done := w.route.Archivable(); len(done) != 1 || done[0].AckedBy != "Ada" {
		t.Fatalf("done: %+v", done)
	}
}

func TestNotificationState(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(w *simulation)
		want string
	}{
		"one that resolves before a page causes none": {func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 2, true)})
		}, "[]"},
		"a repeated update changes nothing": {func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})
		}, "[alarm call Ada alarm text Ada]"},
		"two at once make one call": {func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.ProbeFault, 1, false)})
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("b", incident.Down, 1, false)})
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("c", incident.Down, 1, false)})
			w.step(paging.Report{PageID: last(w, incident.Call).ID, SID: "CA1", Result: incident.Busy})
		}, "[alarm text Ada alarm call Ada alarm text Ada alarm call Grace alarm text Grace]"},
		"one that comes while another is acknowledged begins with the first": {func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("b", incident.Down, 1, false)})
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("c", incident.Down, 1, false)})
			w.step(paging.Report{PageID: w.sent[0].ID, Key: paging.AckKey})
			w.step(paging.Report{PageID: w.sent[0].ID, Result: incident.Human})
		}, "[alarm call Ada alarm text Ada alarm call Ada alarm text Ada]"},
		"refused goes to the next at once": {func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})
			w.step(paging.Refused{PageID: w.sent[0].ID, Why: "no such number"})
		}, "[alarm call Ada alarm text Ada alarm call Grace alarm text Grace]"},
		"degraded texts the first, and the next when that fails": {func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Degraded, 1, false)})
			w.step(paging.Report{PageID: w.sent[0].ID, Result: incident.Undelivered})
		}, "[alarm text Ada alarm text Grace]"},
		"not sent is tried again, a little later": {func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Degraded, 1, false)})
			w.step(paging.NotSent{PageID: w.sent[0].ID})
			w.step(paging.Tick{})
			w.now = w.now.Add(3 * time.Second)
			w.step(paging.Tick{})
		}, "[alarm text Ada alarm text Ada]"},
		"unknown and found is not resent": {func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Degraded, 1, false)})
			w.step(paging.SendUnknown{PageID: w.sent[0].ID})
			w.step(paging.SendResolved{PageID: w.sent[0].ID, SID: "SM1"})
			w.now = w.now.Add(time.Minute)
			w.step(paging.Tick{})
		}, "[alarm text Ada]"},
		"unknown and not found is resent once": {func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})
			w.accept(w.sent[1:])
			for range 3 {
				w.step(paging.SendUnknown{PageID: w.sent[0].ID})
				w.now = w.now.Add(time.Minute)
				w.step(paging.SendResolved{PageID: w.sent[0].ID})
			}
		}, "[alarm call Ada alarm text Ada alarm call Ada alarm call Grace alarm text Grace]"},
		"what the list did not have yet when it was asked proves nothing, however late that is heard": {func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Degraded, 1, false)})
			w.step(paging.SendUnknown{PageID: w.sent[0].ID})
			asked := w.now
			w.now = w.now.Add(time.Minute)
			w.step(paging.SendResolved{PageID: w.sent[0].ID, Asked: asked})
		}, "[alarm text Ada]"},
		"a sender that died is settled too": {func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Degraded, 1, false)})
			w.now = w.now.Add(time.Minute)
			w.step(paging.Tick{})
			w.step(paging.SendResolved{PageID: w.sent[0].ID})
		}, "[alarm text Ada alarm text Ada]"},
		"a call without a report of its end was not answered": {func(w *simulation) {
			w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
			w.now = w.now.Add(2 * time.Minute)
			w.step(paging.Tick{})
		}, "[alarm call Ada alarm text Ada alarm call Grace alarm text Grace]"},
	} {
		t.Run(name, func(t *testing.T) {
			w := &simulation{now: alertstest.Start}
			c.do(w)
			if got := names(w.sent); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestNotificationStateRegressions replays histories that once failed.
func TestNotificationStateRegressions(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(w *simulation)
		want string
	}{
		"an unknown text is not taken for another to the same person": {func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Degraded, 1, false)})
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("b", incident.ProbeFault, 1, false)})
			w.step(paging.SendUnknown{PageID: w.sent[0].ID}) // and never reached the provider
			w.step(paging.Sent{PageID: w.sent[1].ID, SID: "SM2"})
			w.now = w.now.Add(time.Minute)
			w.step(paging.SendResolved{PageID: w.sent[0].ID, SID: "SM2"}) // the newest to this person
		}, "[alarm text Ada alarm text Ada alarm text Ada]"},
		"a doubled key does not restart the escalation for another incident": {func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})
			w.step(paging.Report{PageID: w.sent[0].ID, SID: "CA1", Key: paging.AckKey})
			w.step(paging.Report{PageID: w.sent[0].ID, SID: "CA1", Result: incident.Human})
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("b", incident.Down, 1, false)}) // calls Ada
			w.step(paging.Report{PageID: w.sent[0].ID, SID: "CA1", Key: paging.AckKey})
			w.step(paging.Report{PageID: last(w, incident.Call).ID, SID: "CA2", Result: incident.Busy})
		}, "[alarm call Ada alarm text Ada alarm call Ada alarm text Ada alarm call Grace alarm text Grace]"},
		"the first call about an incident does not wait for the pause of another": {func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})
			w.step(paging.Report{PageID: last(w, incident.Call).ID, SID: "CA1", Result: incident.Busy})
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("b", incident.Down, 1, false)}) // during the call to Grace, the last
			w.step(paging.Report{PageID: last(w, incident.Call).ID, SID: "CA2", Result: incident.Busy})
			w.step(paging.Report{PageID: last(w, incident.Call).ID, SID: "CA3", Result: incident.Busy})
			w.step(paging.Report{PageID: last(w, incident.Call).ID, SID: "CA4", Result: incident.Busy}) // now both wait
		}, "[alarm call Ada alarm text Ada alarm call Grace alarm text Grace alarm call Ada alarm text Ada alarm call Grace alarm text Grace]"},
		"a late result of a send that another pager has repeated changes nothing": {func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Degraded, 1, false)})
			id := w.sent[0].ID
			w.now = w.now.Add(time.Minute) // the sender is suspended, past its lease
			w.step(paging.Tick{})
			w.step(paging.SendResolved{PageID: id}) // the provider has no such page, and it is sent again
			w.step(paging.NotSent{PageID: id, Why: "429", Try: 1})
			w.step(paging.Refused{PageID: id, Why: "429", Try: 1})
			w.step(paging.ProviderRejected{PageID: id, Why: "401", Try: 1})
			w.step(paging.SendUnknown{PageID: id, Why: "time-out", Try: 1})
			w.step(paging.SendResolved{PageID: id})
			w.now = w.now.Add(10 * time.Second)
			w.step(paging.Tick{})
		}, "[alarm text Ada alarm text Ada]"},
		"the result of the latest send counts": {func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Degraded, 1, false)})
			w.step(paging.NotSent{PageID: w.sent[0].ID, Why: "429", Try: 1})
			w.now = w.now.Add(10 * time.Second)
			w.step(paging.Tick{})
			w.step(paging.Refused{PageID: w.sent[0].ID, Why: "no such number", Try: 2})
		}, "[alarm text Ada alarm text Ada alarm text Grace]"},
		"a text that goes out again after the all-clear has another": {func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Degraded, 1, false)})
			w.step(paging.SendUnknown{PageID: w.sent[0].ID, Try: 1})
			w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Degraded, 2, true)}))
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Degraded, 3, false)})
			w.now = w.now.Add(time.Minute)
			w.step(paging.SendResolved{PageID: w.sent[0].ID})
			w.step(paging.Sent{PageID: w.sent[0].ID, SID: "SM2"})
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Degraded, 4, true)})
			w.step(paging.Tick{})
		}, "[alarm text Ada all-clear text Ada alarm text Ada all-clear text Ada]"},
		"a person who listens for long is not called again meanwhile": {func(w *simulation) {
			w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
			w.now = w.now.Add(100 * time.Second) // it had waited in the provider's queue
			w.step(paging.Report{PageID: w.sent[0].ID, SID: "CA" + w.sent[0].ID})
			w.now = w.now.Add(100 * time.Second)
			w.step(paging.Tick{})
		}, "[alarm call Ada alarm text Ada]"},
	} {
		t.Run(name, func(t *testing.T) {
			w := &simulation{now: alertstest.Start}
			c.do(w)
			if got := names(w.sent); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestDegradedInOneRegion checks that a journey which is slow from one region stays degraded while it is fast from
// another.
func TestDegradedInOneRegion(t *testing.T) {
	var s judge.JourneyState
	var said []string
	for minute := range 8 {
		for region, outcome := range map[string]journey.Outcome{"us": journey.Slow, "eu": journey.Passed} {
			var ds []judge.Decision
			s, ds = judge.Judge(alertstest.Policy, s, alertstest.Run(minute, region, outcome), "")
			for _, d := range ds {
				if d.Verb == judge.Opens || d.Verb == judge.Resolves {
					said = append(said, fmt.Sprintf("%s@%d", d.Verb, minute))
				}
			}
		}
	}
	if got := strings.Join(said, " "); got != "opens@6" { // 7 of 12
		t.Errorf("got %q, want that it opens once and stays open", got)
	}
}

// TestSecondRegionAfterTheFirst checks that failures in another region just after a resolution reopen the incident
// and call again, despite the earlier acknowledgement.
func TestSecondRegionAfterTheFirst(t *testing.T) {
	var s judge.JourneyState
	w := &simulation{now: alertstest.Start}
	for _, r := range []journey.Run{
		alertstest.Run(0, "us", journey.Failed), alertstest.Run(0, "eu", journey.Failed), alertstest.Run(1, "eu", journey.Failed),
		alertstest.Run(1, "us", journey.Broken), alertstest.Run(2, "eu", journey.Passed), alertstest.Run(2, "us", journey.Passed),
		alertstest.Run(3, "us", journey.Failed), alertstest.Run(4, "us", journey.Failed), alertstest.Run(5, "us", journey.Passed), alertstest.Run(5, "eu", journey.Passed),
	} {
		w.now = r.Slot
		var ds []judge.Decision
		s, ds = judge.Judge(alertstest.Policy, s, r, "")
		for _, d := range ds {
			if d.Incident.ID == "" {
				continue
			}
			w.accept(w.step(paging.IncidentUpdated{Incident: d.Incident}))
			if d.Verb == judge.Opens || d.Verb == judge.Reopens {
				w.accept(w.step(paging.Report{PageID: last(w, incident.Call).ID, Key: paging.AckKey, Result: incident.Human}))
			}
		}
	}
	const once = "alarm call Ada alarm text Ada all-clear text Ada"
	if got := names(w.sent); got != "["+once+" "+once+"]" {
		t.Errorf("got %s", got)
	}
}
