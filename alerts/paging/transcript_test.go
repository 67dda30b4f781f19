package paging_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/infra/suite"
)

// TestTranscript compares one incident, through a first provider that refuses every page, with its transcript: who is paged when,
// by which provider, with which words, until a person acknowledges by the command that the call names, and the site works again.
func TestTranscript(t *testing.T) {
	w := &simulation{now: alertstest.Start.Add(24 * time.Minute), onCall: withFailover()}
	var b strings.Builder
	say := func(format string, args ...any) {
		fmt.Fprintf(&b, "%s  %s\n", w.now.Format("15:04:05"), fmt.Sprintf(format, args...))
	}
	refuses := func(_ *simulation, p incident.Page) paging.Event {
		return paging.Refused{PageID: p.ID, Why: "answer 400, error 21215: account not authorized to call"}
	}
	step := func(e paging.Event) {
		seen := len(w.sent)
		w.stepThrough(e, refuses)
		for _, p := range w.sent[seen:] {
			by := "Twilio: refused"
			if p.Via == incident.Failover {
				by = "the failover channel: accepted"
			}
			say("%s %s to %s by %s\n          | %s", p.Purpose, p.Channel, p.Person, by, strings.ReplaceAll(strings.ReplaceAll(strings.TrimSpace(p.Words), "\n", "\n          | "), "| \n", "|\n"))
		}
	}
	wait := func(d time.Duration) {
		for until := w.now.Add(d); w.now.Before(until); {
			w.now = w.now.Add(time.Second)
			step(paging.Tick{})
		}
	}
	down := alertstest.PrintCard()
	down.Runs, down.EveryMS, down.Last = 1, 60_000, down.Since.Add(time.Minute)
	say("print-card is down: it failed twice in a row")
	step(paging.IncidentUpdated{Incident: down, WorkingRegions: []string{"ap-south-1"}})
	wait(4 * time.Minute)
	say("Grace runs valkyrie ack")
	w.route = acknowledged(t, w, "Grace")
	wait(10 * time.Minute)
	say("print-card passed")
	over := down
	over.Runs, over.State, over.ResolvedAt, over.Last = 2, incident.Resolved, w.now, w.now.Add(-time.Minute)
	step(paging.IncidentUpdated{Incident: over})
	wait(2 * time.Minute)
	suite.Golden(t, "testdata/refused.txt", b.String())
}

// acknowledged returns the state after a person's text, as the command writes it.
func acknowledged(t *testing.T, w *simulation, who string) paging.NotificationState {
	t.Helper()
	person, ok := w.onCall.FindPerson(who)
	if !ok {
		t.Fatalf("no person %s", who)
	}
	next, _ := w.route.Step(paging.Reply{From: person.Phone, Body: "ack"}, *w.onCall, w.now)
	return next
}
