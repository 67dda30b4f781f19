package paging_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/probes/journey"
)

// TestStateStaysSmall checks that the size of the state written with each run does not grow with history: three
// regions, five steps, a baseline rate, after a hundred days with an outage each.
func TestStateStaysSmall(t *testing.T) {
	k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	size := func() int {
		text, err := json.Marshal(k.State)
		if err != nil {
			t.Fatal(err)
		}
		return len(text)
	}
	after := map[int]int{}
	for i := range 100 * 24 {
		for _, region := range []string{"eu-west-1", "us-east-1", "ap-south-1"} {
			run := alertstest.Run(i*60, region, journey.Passed)
			if i%24 < 2 {
				run.Outcome, run.Error = journey.Failed, "no PDF"
			}
			run.EveryMS = time.Hour.Milliseconds()
			for _, s := range []string{"sign in", "make a card", "press Print", "wait for the PDF", "read the PDF"} {
				run.Steps = append(run.Steps, journey.StepResult{Name: s, Outcome: run.Outcome, DurationMS: int64(400 + i%13), LimitMS: 5000})
			}
			k.Run(run)
			k.State.Outbox = nil // the pager drained it
			k.Decisions = nil
		}
		after[i/24] = size()
	}
	if after[99] > after[60]+500 || after[99] > 40_000 {
		t.Errorf("%d bytes after 60 days, %d after 100", after[60], after[99])
	}
	t.Logf("%d bytes", after[99])
}

// TestNotificationStateStaysSmall checks that four unacknowledged weeks of three journeys, with two calls an hour, keep
// the state small, and that the incident still counts its calls.
func TestNotificationStateStaysSmall(t *testing.T) {
	w := &simulation{now: alertstest.Start, onCall: &alertstest.OnCall}
	for _, name := range []string{"a", "b", "c"} {
		i := alertstest.Incident(name, incident.Flapping, 1, false)
		i.PagesNow, i.Error = true, strings.Repeat("expected to see something that is not there; ", 10)
		for range 40 {
			i.Outages = append(i.Outages, incident.Outage{Since: alertstest.Start, Until: alertstest.Start, Step: "wait for the PDF", Error: i.Error[:160], Regions: []string{"eu-west-1", "us-east-1"}})
		}
		w.step(paging.IncidentUpdated{Incident: i})
	}
	size := func() int {
		text, err := json.Marshal(w.route)
		if err != nil {
			t.Fatal(err)
		}
		return len(text)
	}
	calls, largest, early := 0, 0, 0
	for day := range 28 {
		for range 24 {
			for len(w.sent) > 0 {
				p := w.sent[0]
				w.sent = w.sent[1:]
				result := incident.Delivered
				if p.Channel == incident.Call {
					calls++
					result = []string{incident.NoAnswer, incident.Machine, incident.Busy}[calls%3]
				}
				w.step(paging.Sent{PageID: p.ID, SID: "CA" + p.ID})
				w.step(paging.Report{PageID: p.ID, SID: "CA" + p.ID, Result: result})
			}
			largest = max(largest, size())
			w.now = w.now.Add(time.Hour)
			w.step(paging.Tick{})
		}
		if day == 3 {
			early = largest
		}
	}
	if largest > early+1000 || largest > 70_000 {
		t.Errorf("%d bytes in the first four days, %d in four weeks", early, largest)
	}
	stands := 0
	for _, p := range w.route.Record(w.route.Incidents[0]).Pages {
		if p.Channel == incident.Call && p.State == incident.Ended {
			stands += max(1, p.Times)
		}
	}
	if stands != calls || calls < 1000 {
		t.Errorf("%d calls were made; the incident speaks of %d", calls, stands)
	}
	t.Logf("%d calls, %d bytes", calls, largest)
}
