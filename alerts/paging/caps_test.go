package paging_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/paging"
)

func capped(c oncall.Caps) *oncall.OnCall {
	o := alertstest.OnCall
	o.RepeatAfter, o.Caps = time.Minute, c
	return &o
}

// unanswered runs the simulation for so many minutes with every call unanswered.
func (w *simulation) unanswered(minutes int) {
	for range minutes * 4 {
		for {
			live := false
			for _, p := range w.route.Pages {
				if p.State == incident.Claimed || p.State == incident.Accepted {
					live = true
					result := incident.NoAnswer
					if p.Channel != incident.Call {
						result = incident.Delivered
					}
					w.step(paging.Sent{PageID: p.ID, SID: "CA" + p.ID})
					w.step(paging.Report{PageID: p.ID, SID: "CA" + p.ID, Result: result})
				}
			}
			if !live {
				break
			}
		}
		w.after(15 * time.Second)
	}
}

func (w *simulation) count(match string) (n int) {
	for _, p := range w.sent {
		if strings.HasPrefix(fmt.Sprintf("%s %s %s", p.Purpose, p.Channel, p.Person), match) {
			n++
		}
	}
	return n
}

// TestCallsPerHour checks that the cap limits the calls to a person, is announced once, in a text and in the incident,
// exempts a new incident's first call, and ends after the hour.
func TestCallsPerHour(t *testing.T) {
	w := &simulation{now: alertstest.Start, onCall: capped(oncall.Caps{CallsPerHour: 5, TextsPerHour: 50})}
	w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})
	w.unanswered(50)
	if a, g := w.count("alarm call Ada"), w.count("alarm call Grace"); a != 5 || g != 5 {
		t.Errorf("Ada was called %d times, Grace %d times", a, g)
	}
	if n := w.count("notice text Ada"); n != 2 {
		t.Errorf("it was said %d times, want once for each of them", n)
	}
	if got, want := last(w, incident.Text).Words, "VALKYRIE: the cap is reached: 5 calls to Grace within an hour. Until 04:0"; !strings.HasPrefix(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
	held := 0
	for _, p := range w.route.Record(w.route.Incidents[0]).Pages {
		if p.Result == incident.Held && strings.HasPrefix(p.Why, "the cap is reached: 5 calls to ") {
			held++
		}
	}
	if held == 0 {
		t.Error("the incident does not say what was held back")
	}
	w.sent = nil
	w.step(paging.IncidentUpdated{Incident: alertstest.Incident("b", incident.Down, 1, false)})
	if got := names(w.sent); got != "[alarm call Ada alarm text Ada]" {
		t.Errorf("a new incident: %s", got)
	}
	w.unanswered(1)
	w.sent = nil
	w.unanswered(30)
	if n := w.count("alarm call"); n == 0 {
		t.Error("no call after the hour")
	}
}

// TestMonthlyBudget checks that only first pages go out once the month's budget is spent, to each person, and that the
// next month lifts the cap.
func TestMonthlyBudget(t *testing.T) {
	w := &simulation{now: alertstest.Start, onCall: capped(oncall.Caps{Month: 1, CallPrice: 0.1, TextPrice: 0.05})}
	w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})
	w.unanswered(60)
	if n := w.count("alarm call"); n != 9 { // and two texts
		t.Errorf("%d calls", n)
	}
	if n := w.count("notice text"); n != 1 {
		t.Errorf("it was said %d times", n)
	}
	w.sent = nil
	w.step(paging.IncidentUpdated{Incident: alertstest.Incident("b", incident.Down, 1, false)})
	w.unanswered(10)
	if got := names(w.sent); got != "[alarm call Ada alarm text Ada alarm call Grace alarm text Grace]" {
		t.Errorf("a new incident: %s", got)
	}
	w.sent, w.now = nil, time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	w.unanswered(3)
	if n := w.count("alarm call"); n == 0 {
		t.Error("no call in the next month")
	}
}

// TestTextsPerHour checks that an all-clear held back by a cap is sent later.
func TestTextsPerHour(t *testing.T) {
	w := &simulation{now: alertstest.Start, onCall: capped(oncall.Caps{TextsPerHour: 3})}
	for i := range 4 {
		w.step(paging.IncidentUpdated{Incident: alertstest.Incident(fmt.Sprint("a", i), incident.Degraded, 1, false)})
	}
	w.unanswered(1)
	w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a0", incident.Degraded, 2, true)})
	w.unanswered(50)
	if a, c := w.count("alarm text Ada"), w.count("all-clear"); a != 4 || c != 0 {
		t.Errorf("%d alarms, %d all-clears", a, c)
	}
	w.unanswered(12)
	if c := w.count("all-clear"); c != 1 {
		t.Errorf("%d all-clears after the hour", c)
	}
}

// TestCapsAreLogged checks that a page held back is logged once.
func TestCapsAreLogged(t *testing.T) {
	t.Parallel()
	o := newTestbed(t, time.Second).open(nil)
	var log bytes.Buffer
	o.pager.Log = slog.New(slog.NewTextHandler(&log, nil))
	o.pager.OnCall = *capped(oncall.Caps{CallsPerHour: 1})
	o.exchange.Default("no-answer")
	o.down()
	o.mustAdvance(90 * time.Second)
	o.wantCalls("Ada Grace")
	if n := strings.Count(log.String(), `msg="page held back"`); n != 2 {
		t.Errorf("it is logged %d times:\n%s", n, log.String())
	}
}
