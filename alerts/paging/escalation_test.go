package paging_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"valkyrie/alerts"
	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/config"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
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

// TestEscalationAfterSuspendedCalls: an incident that comes and goes calls the next person each time, not the first again, and no one
// while its calls are suspended.
func TestEscalationAfterSuspendedCalls(t *testing.T) {
	i := alertstest.Incident("a", incident.Flapping, 1, false)
	i.PagesNow = true
	o := alertstest.OnCall
	w := &simulation{now: alertstest.Start, onCall: &o}
	called := ""
	for range 4 {
		w.sent = nil
		w.accept(w.step(paging.IncidentUpdated{Incident: i}))
		w.after(15 * time.Second)
		w.accept(w.step(paging.Tick{}))
		called += " " + last(w, incident.Call).Person
		i.Runs, i.Calmed = i.Runs+1, true
		w.accept(w.step(paging.IncidentUpdated{Incident: i}))
		w.step(paging.Report{PageID: last(w, incident.Call).ID, Result: incident.NoAnswer})
		w.sent = nil
		w.after(20 * time.Minute)
		w.accept(w.step(paging.Tick{}))
		if got := names(w.sent); strings.Contains(got, "call") {
			t.Errorf("while its calls are suspended: %s", got)
		}
		i.Runs, i.Calmed = i.Runs+1, false
	}
	if called != " Ada Grace Ada Grace" {
		t.Errorf("called%s", called)
	}
}

// TestEscalationGoesOn checks that no pattern of further incidents delays the people who are called later: with nobody
// answering, each step of the escalation is called within its delays, and the length of the calls between them.
func TestEscalationGoesOn(t *testing.T) {
	const ring, tick = 45 * time.Second, 15 * time.Second // until a call ends unanswered; between two ticks
	rapid.Check(t, func(t *rapid.T) {
		o := alertstest.OnCall
		o.RepeatAfter, o.AckExpires = 10*time.Minute, 5*time.Minute
		o.Gather = time.Duration(rapid.IntRange(0, 60).Draw(t, "gather")) * time.Second
		o.People, o.Escalation = nil, nil
		limits, limit := map[string]time.Time{}, alertstest.Start
		for i := range rapid.IntRange(1, 5).Draw(t, "people") {
			name := string(rune('A' + i))
			step := oncall.EscalationStep{Call: name}
			if i > 0 {
				step.After = time.Duration(rapid.SampledFrom([]int{0, 30, 120, 300, 900}).Draw(t, "after")) * time.Second
			}
			o.People = append(o.People, oncall.Person{Name: name, Phone: fmt.Sprintf("+1202555010%d", i)})
			o.Escalation = append(o.Escalation, step)
			limit = limit.Add(step.After + oncall.MaxGather + 2*(ring+tick))
			limits[name] = limit
		}
		w := &simulation{now: alertstest.Start, onCall: &o}
		w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("first", incident.Down, 1, false)}))
		next := w.now
		for joined := 0; len(limits) > 0; w.now = w.now.Add(tick) {
			w.accept(w.step(paging.Tick{}))
			for _, p := range w.route.Pages {
				if p.Channel == incident.Call && p.Sent() {
					delete(limits, p.Person)
				}
				if p.Channel == incident.Call && p.State == incident.Accepted && w.now.Sub(p.AcceptedAt) >= ring {
					w.accept(w.step(paging.Report{PageID: p.ID, Result: incident.NoAnswer}))
				}
			}
			for name, limit := range limits {
				if w.now.After(limit) {
					t.Fatalf("%s was not called within %v of the first incident", name, limit.Sub(alertstest.Start))
				}
			}
			if w.now.Before(next) || joined > 30 {
				continue
			}
			next = w.now.Add(time.Duration(rapid.IntRange(1, 16).Draw(t, "next")) * tick)
			joined++
			i := alertstest.Incident(fmt.Sprint("joined", joined), incident.Down, 1, false)
			w.accept(w.step(paging.IncidentUpdated{Incident: i}))
			switch rapid.IntRange(0, 3).Draw(t, "then") {
			case 0:
				w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident(i.ID, incident.Down, 2, true)}))
			case 1: // until it expires
				w.accept(w.step(paging.Reply{From: o.People[0].Phone, Body: "ack " + i.Short(), SID: "SM" + i.ID}))
			}
		}
	})
}
