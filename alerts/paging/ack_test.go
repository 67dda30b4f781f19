package paging_test

import (
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/paging"
)

// expiring returns an on-call configuration whose acknowledgements expire after half an hour.
func expiring() *oncall.OnCall {
	o := alertstest.OnCall
	o.AckExpires = 30 * time.Minute
	return &o
}

// ackedByAda returns a simulation in which Ada has just acknowledged the incident.
func ackedByAda(i incident.Incident) *simulation {
	w := &simulation{now: alertstest.Start, onCall: expiring()}
	w.accept(w.step(paging.IncidentUpdated{Incident: i}))
	w.step(paging.Report{PageID: last(w, incident.Call).ID, Key: paging.AckKey})
	w.step(paging.Report{PageID: last(w, incident.Call).ID, Result: incident.Human})
	w.sent = nil
	return w
}

// TestAckExpires checks that an incident that is still bad half an hour after its acknowledgement calls again and names
// the person; a repeated key press of the first call does not renew it.
func TestAckExpires(t *testing.T) {
	w := ackedByAda(alertstest.Incident("a", incident.Down, 1, false))
	first := w.route.Pages[0].ID
	w.after(30*time.Minute - time.Second)
	if got := names(w.sent); got != "[]" {
		t.Fatalf("before it expired: %s", got)
	}
	w.after(time.Second)
	if got := names(w.sent); got != "[alarm call Ada]" {
		t.Fatalf("when it expired: %s", got)
	}
	if want := "Ada acknowledged it 30 minutes ago, and it still fails."; !strings.Contains(w.sent[0].Words, want) {
		t.Errorf("it does not say %q:\n%s", want, w.sent[0].Words)
	}
	if got := w.route.ReplyFor(paging.Reply{From: alertstest.OnCall.People[1].Phone, Body: "status"}, *w.onCall, w.now); !strings.Contains(got, "notified, acknowledged by Ada until it expired") {
		t.Error(got)
	}
	w.step(paging.Report{PageID: first, Key: paging.AckKey})
	if i := w.route.Incidents[0]; i.State != incident.Notified {
		t.Errorf("after the doubled key it is %s", i.State)
	}
	w.accept(w.sent)
	w.step(paging.Report{PageID: last(w, incident.Call).ID, Result: incident.NoAnswer})
	w.step(paging.Report{PageID: last(w, incident.Call).ID, Key: paging.AckKey})
	if got := names(w.sent); got != "[alarm call Ada alarm call Grace alarm text Grace]" {
		t.Errorf("unanswered: %s", got)
	}
	if i := w.route.Incidents[0]; i.State != incident.Acknowledged || i.AckedBy != "Grace" {
		t.Errorf("it is %s by %s", i.State, i.AckedBy)
	}
}

// TestAckRenewal checks that a repeated acknowledgement by the same person restarts the half hour, and one by another
// person does not.
func TestAckRenewal(t *testing.T) {
	w := ackedByAda(alertstest.Incident("a", incident.Down, 1, false))
	w.after(20 * time.Minute)
	w.step(paging.Reply{From: alertstest.OnCall.People[0].Phone, Body: "ack"})
	w.after(9 * time.Minute)
	w.step(paging.Reply{From: alertstest.OnCall.People[1].Phone, Body: "ack"})
	if w.after(21*time.Minute - time.Second); names(w.sent) != "[]" {
		t.Errorf("before it expired: %s", names(w.sent))
	}
	if w.after(time.Second); names(w.sent) != "[alarm call Ada]" {
		t.Errorf("when it expired: %s", names(w.sent))
	}
}

// TestAckExpiryConditions checks that an expired acknowledgement causes no call about an incident that is resolved,
// quiet, muted, or only texts.
func TestAckExpiryConditions(t *testing.T) {
	flapping := func(runs int, failed time.Duration, spells ...incident.Outage) incident.Incident {
		i := alertstest.Incident("a", incident.Flapping, runs, false)
		i.PagesNow, i.Last, i.Outages = true, alertstest.Start.Add(failed), spells
		return i
	}
	over := incident.Outage{Since: alertstest.Start, Until: alertstest.Start.Add(5 * time.Minute)}
	for name, c := range map[string]struct {
		first incident.Incident
		do    func(w *simulation)
		want  string
	}{
		"it is over": {alertstest.Incident("a", incident.Down, 1, false), func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 2, true)})
		}, "[all-clear text Ada]"},
		"it comes and goes, and is quiet": {flapping(1, 0), func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: flapping(2, 20*time.Minute, over)})
		}, "[]"},
		"it comes and goes, and is down": {flapping(1, 0), func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: flapping(2, 20*time.Minute, over, incident.Outage{Since: alertstest.Start.Add(20 * time.Minute)})})
		}, "[alarm call Ada]"},
		"it comes and goes, and fails again": {flapping(1, 0, over), func(w *simulation) {
			w.now = w.now.Add(50 * time.Minute)
			w.step(paging.IncidentUpdated{Incident: flapping(2, 50*time.Minute, over)})
		}, "[alarm call Ada]"},
		"it is muted": {alertstest.Incident("a", incident.Down, 1, false), func(w *simulation) {
			w.step(paging.Reply{From: alertstest.OnCall.People[0].Phone, Body: "mute 3h"})
		}, "[]"},
		"it only texts": {alertstest.Incident("a", incident.Degraded, 1, false), func(*simulation) {}, "[]"},
	} {
		w := &simulation{now: alertstest.Start, onCall: expiring()}
		w.accept(w.step(paging.IncidentUpdated{Incident: c.first}))
		w.step(paging.Reply{From: alertstest.OnCall.People[0].Phone, Body: "ack"})
		for _, p := range w.sent {
			w.step(paging.Report{PageID: p.ID, Result: incident.Human})
		}
		w.sent = nil
		c.do(w)
		w.after(time.Hour)
		if got := names(w.sent); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}

// TestAckExpiresPerJourney checks that a journey may have its own expiry.
func TestAckExpiresPerJourney(t *testing.T) {
	w := ackedByAda(alertstest.Incident("a", incident.Down, 1, false))
	w.onCall.Journeys = map[string]oncall.JourneyNotes{"a": {AckExpires: 2 * time.Hour}}
	w.after(119 * time.Minute)
	early := names(w.sent)
	w.after(time.Minute)
	if got := names(w.sent); early != "[]" || got != "[alarm call Ada]" {
		t.Errorf("after 119 minutes %s, after 120 %s", early, got)
	}
}

// TestAckExpiresEndToEnd checks with the real store and phone protocol that the incident calls again, and that the key
// acknowledges it again.
func TestAckExpiresEndToEnd(t *testing.T) {
	t.Parallel()
	o := newTestbed(t, time.Second).open(nil)
	o.pager.OnCall.AckExpires = 30 * time.Minute
	o.down()
	o.mustAdvance(29 * time.Minute)
	o.wantCalls("Ada")
	o.mustAdvance(2 * time.Minute)
	o.wantCalls("Ada Ada")
	words := strings.Join(o.exchange.Calls()[1].Words, "\n")
	if !strings.Contains(words, "Ada acknowledged it 30 minutes ago, and it still fails.") || !strings.Contains(words, "since 3 o'clock in the morning, UTC") {
		t.Errorf("the second call does not say whose it was and since when it fails:\n%s", words)
	}
	o.wantAcked("Ada")
	o.wantTexts("Ada:alarm")
}

// TestGrowingAcks checks that an outage which lasts calls again after half an hour, then one hour, two hours and so on, and
// again after half an hour when it has reopened.
func TestGrowingAcks(t *testing.T) {
	w := ackedByAda(alertstest.Incident("a", incident.Down, 1, false))
	for _, wait := range []time.Duration{30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour} {
		w.sent = nil
		w.after(wait - time.Second)
		if got := names(w.sent); got != "[]" {
			t.Fatalf("before %v: %s", wait, got)
		}
		w.after(time.Second)
		if got := names(w.sent); got != "[alarm call Ada]" {
			t.Fatalf("after %v: %s", wait, got)
		}
		w.accept(w.sent)
		w.step(paging.Report{PageID: last(w, incident.Call).ID, Key: paging.AckKey})
		w.step(paging.Report{PageID: last(w, incident.Call).ID, Result: incident.Human})
	}
	w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 2, true)}))
	w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 3, false)}))
	if i := w.route.Incidents[0]; i.Acks != 0 {
		t.Errorf("after it reopened, %d acknowledgements count", i.Acks)
	}
}

// TestFlappingCallsAgainByCost checks that an acknowledged flapping incident calls again only with evidence after the expiry,
// and when its failures have cost twice as much as at the acknowledgement.
func TestFlappingCallsAgainByCost(t *testing.T) {
	for name, c := range map[string]struct {
		evident time.Duration // after the start
		cost    time.Duration
		want    string
	}{
		"quiet":          {5 * time.Minute, 10 * time.Minute, "[]"},
		"hardly dearer":  {31 * time.Minute, 19 * time.Minute, "[]"},
		"twice as dear":  {31 * time.Minute, 20 * time.Minute, "[alarm call Ada]"},
		"dear and quiet": {29 * time.Minute, time.Hour, "[]"},
	} {
		i := alertstest.Incident("a", incident.Flapping, 1, false)
		i.PagesNow, i.CostMS = true, (10 * time.Minute).Milliseconds()
		w := ackedByAda(i)
		i.Runs, i.CostMS, i.Last, i.Evident = 2, c.cost.Milliseconds(), alertstest.Start.Add(40*time.Minute), alertstest.Start.Add(c.evident)
		w.step(paging.IncidentUpdated{Incident: i})
		w.after(45 * time.Minute)
		if got := names(w.sent); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestUnwatchedJourney checks that the incident of a journey which exists no more ends as such, and calls no longer; that of a
// journey which still exists lasts, and so does everything where the journeys are unknown.
func TestUnwatchedJourney(t *testing.T) {
	w := ackedByAda(alertstest.Incident("a", incident.Down, 1, false))
	w.step(paging.Tick{})
	w.step(paging.Tick{Watched: []string{"a", "b"}})
	if i := w.route.Incidents[0]; i.State != incident.Acknowledged {
		t.Fatalf("it is %s", i.State)
	}
	w.step(paging.Tick{Watched: []string{"b"}})
	w.after(3 * time.Hour)
	if i := w.route.Incidents[0]; i.State != incident.Resolved || i.Ending != incident.Unwatched || i.Runs != 1 {
		t.Errorf("it is %s, %s, with %d runs", i.State, i.Ending, i.Runs)
	}
	if got := names(w.sent); got != "[all-clear text Ada]" || !strings.Contains(w.sent[0].Words, "no longer watched") {
		t.Errorf("%s: %v", got, w.sent)
	}
}
