package paging_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

// TestQueuedCallIsEnded checks that a call which the provider keeps in its queue is given up after two minutes, that the
// provider is asked to end it until it has, whatever happens to the incident meanwhile, and that the next person is called.
func TestQueuedCallIsEnded(t *testing.T) {
	for name, confirm := range map[string]func(p incident.Page) paging.Event{
		"by its report": func(p incident.Page) paging.Event {
			return paging.Report{PageID: p.ID, SID: p.SID, Result: incident.FailedCall, Why: "canceled"}
		},
		"by the API's answer": func(p incident.Page) paging.Event { return paging.CallEnded{PageID: p.ID} },
	} {
		t.Run(name, func(t *testing.T) {
			w := &simulation{now: alertstest.Start, onCall: &alertstest.OnCall}
			w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
			id := w.sent[0].ID
			asked := map[string]int{}
			tick := func(e paging.Event) {
				var commands []paging.Command
				w.route, commands = w.route.Step(e, *w.onCall, w.now)
				for _, c := range commands {
					if c.Verb == "hang up" {
						asked[c.Page.ID]++
						continue
					}
					w.sent = append(w.sent, c.Page)
				}
			}
			for range 3 * 60 {
				w.now = w.now.Add(time.Second)
				tick(paging.Tick{})
			}
			if p := w.route.Pages[0]; asked[id] < 5 || p.Result != incident.NoAnswer || p.ID != id || last(w, incident.Call).Person != "Grace" {
				t.Fatalf("after three minutes: asked %v, %+v", asked, p)
			}
			tick(paging.Reply{From: alertstest.OnCall.People[1].Phone, Body: "ack"})
			tick(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 2, true)})
			before := asked[id]
			w.now = w.now.Add(time.Minute)
			tick(paging.Tick{})
			if asked[id] != before+1 || slices.ContainsFunc(w.route.Archivable(), func(i incident.Incident) bool { return i.ID == "a" }) {
				t.Errorf("after the all-clear: asked %d times, then %d", before, asked[id])
			}
			before = asked[id]
			tick(confirm(w.route.Pages[0]))
			w.now = w.now.Add(time.Minute)
			tick(paging.Tick{})
			if p := w.route.Pages[0]; asked[id] != before || !p.GivenUpAt.IsZero() || !strings.HasPrefix(p.Why, "the call had not rung when it was given up") {
				t.Errorf("after it has ended: asked %d times, then %d; %+v", before, asked[id], p)
			}
		})
	}
}

// TestQueuedCallAfterADay checks that a call which is given up only once the provider has dropped it from its queue, as no
// pager ran meanwhile, does not keep its incident from the history.
func TestQueuedCallAfterADay(t *testing.T) {
	for after, archived := range map[time.Duration]bool{23 * time.Hour: false, 25 * time.Hour: true} {
		w := &simulation{now: alertstest.Start, onCall: &alertstest.OnCall}
		w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
		w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 2, true)}))
		w.now = w.now.Add(after)
		w.accept(w.step(paging.Tick{}))
		w.now = w.now.Add(10 * time.Minute) // all texts have ended, too
		w.step(paging.Tick{})
		if done := w.route.Archivable(); (len(done) == 1) != archived {
			t.Errorf("after %v: %d incidents can be archived; %+v", after, len(done), w.route.Pages)
		}
	}
}

// TestQueuedRoundFailsOver checks that a provider that keeps every call in its queue is left after a round, as one that
// refuses every call.
func TestQueuedRoundFailsOver(t *testing.T) {
	w := &simulation{now: alertstest.Start, onCall: withFailover()}
	keeps := refusing(func(incident.Page) bool { return false })
	w.stepThrough(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}, keeps)
	for range 10 * 60 {
		w.now = w.now.Add(time.Second)
		w.stepThrough(paging.Tick{}, keeps)
		for _, p := range w.route.Pages {
			if !p.GivenUpAt.IsZero() {
				w.stepThrough(paging.CallEnded{PageID: p.ID}, keeps)
			}
		}
	}
	if primary, failover := w.alarms(incident.Call); len(primary) != 2 || len(failover) == 0 {
		t.Errorf("%d calls by the first provider, %d by the failover channel", len(primary), len(failover))
	}
}

// TestRetryAfter checks that a page is not retried before the provider wants it, up to two minutes, and that the failover
// channel has it within 45 s nevertheless.
func TestRetryAfter(t *testing.T) {
	for after, want := range map[time.Duration]time.Duration{0: 2 * time.Second, time.Second: 2 * time.Second, 20 * time.Second: 20 * time.Second, time.Hour: 2 * time.Minute} {
		w := &simulation{now: alertstest.Start, onCall: &alertstest.OnCall}
		call := w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})[0]
		w.step(paging.NotSent{PageID: call.ID, Why: "429", After: after})
		if got := w.route.Pages[0].NotBefore.Sub(w.now); got != want {
			t.Errorf("Retry-After %v: retried after %v, want %v", after, got, want)
		}
		w.onCall = withFailover()
		w.step(paging.Tick{})
		w.now = w.now.Add(36 * time.Second)
		w.step(paging.Tick{})
		if p := last(w, incident.Call); after == time.Hour && p.Via != incident.Failover {
			t.Errorf("Retry-After %v: after 36 s it is %s via %q", after, p.State, p.Via)
		}
	}
}
