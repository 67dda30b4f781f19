package paging_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/config"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/paging"
)

// TestRetryWaitsForMorning checks that a deferrable text waits for waking hours also after a failed attempt in the
// evening.
func TestRetryWaitsForMorning(t *testing.T) {
	evening := alertstest.Start.Add(17*time.Hour + 59*time.Minute + 50*time.Second) // 21:59:50 in Berlin
	for name, fail := range map[string]func(w *simulation, p incident.Page){
		"too many requests": func(w *simulation, p incident.Page) { w.step(paging.NotSent{PageID: p.ID, Why: "429"}) },
		"in doubt": func(w *simulation, p incident.Page) {
			w.step(paging.SendUnknown{PageID: p.ID, Why: "time-out"})
			w.now = w.now.Add(time.Minute)
			w.step(paging.SendResolved{PageID: p.ID})
		},
	} {
		w := &simulation{now: evening, onCall: sleepers(t, "")}
		i := alertstest.Incident("a", incident.Degraded, 1, false)
		i.Opened = evening
		for _, p := range w.step(paging.IncidentUpdated{Incident: i}) {
			w.now = w.now.Add(10 * time.Second)
			fail(w, p)
		}
		w.sent = nil
		for w.now.Before(evening.Add(9*time.Hour + 40*time.Minute)) {
			w.after(10 * time.Minute)
		}
		if got := names(w.sent); got != "[]" {
			t.Errorf("%s: in the night: %s", name, got)
		}
		if w.after(30 * time.Minute); names(w.sent) != "[alarm text Ada]" {
			t.Errorf("%s: in the morning: %s", name, names(w.sent))
		}
	}
}

// sleepers returns a configuration in which Ada sleeps by Berlin's clock, where it is 4:00 at the start.
func sleepers(t rapid.TB, more string) *oncall.OnCall {
	t.Helper()
	text := `
on_call:
  people:
    - {name: Ada, phone: "+12025550143", zone: Europe/Berlin, awake: "08:00-22:00"}
    - {name: Grace, phone: "+12025550187"}
  escalation: [Ada, Grace]
` + more + `
phone: {from: "+12025550100"}
`
	if !strings.Contains(more, "gather") {
		text = strings.Replace(text, "on_call:\n", "on_call:\n  gather: 0s\n", 1)
	}
	c, err := config.Parse("alerts.yaml", []byte(text), []string{"a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	return &c.OnCall
}

func TestSleep(t *testing.T) {
	const morning = 4 * time.Hour // after the start
	for name, c := range map[string]struct {
		more string
		do   func(w *simulation)
		want string
	}{
		"a degraded journey waits for the morning": {"", func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Degraded, 1, false)})
			w.after(morning - time.Second)
			w.sent = append(w.sent, incident.Page{Purpose: "morning"})
			w.after(time.Second)
		}, "[morning   alarm text Ada]"},
		"what is over before the morning never texts": {"", func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Degraded, 1, false)})
			w.after(time.Hour)
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Degraded, 2, true)})
			w.after(24 * time.Hour)
		}, "[]"},
		"a journey that is down is not deferred": {"", func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})
		}, "[alarm call Ada alarm text Ada]"},
		"a severity may be another for a kind": {"  severity: {down: notify}", func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})
			w.after(morning)
		}, "[alarm text Ada]"},
		"and for a journey": {"  journeys: {a: {severity: {degraded: page, down: log}}}", func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("b", incident.Degraded, 1, false)})
			i := alertstest.Incident("a", incident.Degraded, 1, false)
			i.ID = "a/degraded"
			w.step(paging.IncidentUpdated{Incident: i})
		}, "[alarm call Ada alarm text Ada]"},
		"the all-clear of a text waits for the morning too": {"", func(w *simulation) {
			w.after(morning)
			w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Degraded, 1, false)}))
			w.after(15 * time.Hour) // 23:00
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Degraded, 2, true)})
			w.after(time.Hour)
			w.sent = append(w.sent, incident.Page{Purpose: "midnight"})
			w.after(8 * time.Hour)
		}, "[alarm text Ada midnight   all-clear text Ada]"},
		"maintenance suppresses, and ends": {"  maintenance: [{every: Saturday 03:30, for: 1h, zone: Europe/Berlin, journeys: [a]}]", func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})
			w.after(29 * time.Minute)
			w.sent = append(w.sent, incident.Page{Purpose: "04:29"})
			w.after(time.Minute)
		}, "[04:29   alarm call Ada alarm text Ada]"},
		"a maintenance is for its journeys": {"  maintenance: [{from: 2026-11-21 04:00, to: 2026-11-21 05:00, zone: Europe/Berlin, journeys: [a]}]", func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("b", incident.Down, 1, false)})
		}, "[alarm call Ada alarm text Ada]"},
		"a mute ends by itself; what is still bad rings, and the morning brings the notice": {"", func(w *simulation) {
			w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
			w.step(paging.Report{PageID: w.sent[0].ID, Key: paging.MuteKey})
			w.step(paging.Report{PageID: w.sent[0].ID, Result: incident.Human})
			w.after(59 * time.Minute)
			w.sent = append(w.sent, incident.Page{Purpose: "59 min"})
			w.after(time.Minute)
			w.after(3 * time.Hour)
		}, "[alarm call Ada alarm text Ada 59 min   alarm call Ada notice text Ada]"},
		"passed on, the next one is called, without a delay": {"  repeat_after: 10m", func(w *simulation) {
			w.onCall.Escalation[1].After = 5 * time.Minute
			w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
			w.step(paging.Report{PageID: w.sent[0].ID, Key: paging.PassKey})
			w.step(paging.Report{PageID: w.sent[0].ID, Result: incident.Human})
		}, "[alarm call Ada alarm text Ada alarm call Grace alarm text Grace]"},
		"passed on to oneself it goes to another person": {"", func(w *simulation) {
			w.onCall.Escalation = []oncall.EscalationStep{{Call: "Ada"}, {Call: "Ada"}, {Call: "Grace"}}
			w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
			w.step(paging.Report{PageID: w.sent[0].ID, Key: paging.PassKey})
			w.step(paging.Report{PageID: w.sent[0].ID, Result: incident.Human})
		}, "[alarm call Ada alarm text Ada alarm call Grace alarm text Grace]"},
	} {
		t.Run(name, func(t *testing.T) {
			w := &simulation{now: alertstest.Start, onCall: sleepers(t, c.more)}
			c.do(w)
			if got := names(w.sent); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// after advances the clock and ticks.
func (w *simulation) after(d time.Duration) {
	w.now = w.now.Add(d)
	w.step(paging.Tick{})
}

// TestNoticeInTheMorning checks that the notice of a mute that ended at night reports the state at the time of sending.
func TestNoticeInTheMorning(t *testing.T) {
	w := &simulation{now: alertstest.Start, onCall: sleepers(t, "")}
	w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
	w.step(paging.Report{PageID: w.sent[0].ID, Key: paging.MuteKey, Result: incident.Human})
	w.after(time.Hour)
	w.step(paging.Report{PageID: last(w, incident.Call).ID, Key: paging.AckKey, Result: incident.Human})
	w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 2, true)})
	w.after(5 * time.Hour)
	if got, want := last(w, incident.Text).Words, "VALKYRIE: a is no longer muted. Nothing is wrong with it."; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestWakingHours plays random weeks: incidents that only text never do so in a person's sleep, nor when resolved,
// muted or in maintenance; and after a calm day every person has been notified of the open ones.
func TestWakingHours(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &simulation{now: alertstest.Start, onCall: sleepers(t, "  maintenance: [{every: 03:00, for: 2h, zone: Europe/Berlin, journeys: [a]}]")}
		zone, _ := time.LoadLocation("Europe/Berlin")
		notified := map[string]bool{}
		check := func(sends []incident.Page) {
			hour := w.now.In(zone).Hour()
			for _, p := range sends {
				if p.Person == "Ada" && (hour < 8 || hour >= 22) {
					t.Fatalf("%s %s at %v", p.Purpose, p.Words, w.now.In(zone))
				}
				for _, id := range p.Incidents {
					if p.Purpose == incident.Alarm && (!open(w.route, id) || strings.HasPrefix(id, "a") && (hour == 3 || hour == 4)) {
						t.Fatalf("%s %s at %v", p.Purpose, p.Words, w.now.In(zone))
					}
					notified[id] = true
				}
				w.step(paging.Report{PageID: p.ID, SID: "SM", Result: incident.Delivered})
			}
		}
		ids := []string{}
		for n := range rapid.IntRange(1, 30).Draw(t, "events") {
			w.now = w.now.Add(time.Duration(rapid.IntRange(0, 300).Draw(t, "minutes")) * time.Minute)
			switch rapid.SampledFrom([]string{"bad", "good", "tick", "mute"}).Draw(t, "event") {
			case "bad":
				i := alertstest.Incident(rapid.SampledFrom([]string{"a", "b"}).Draw(t, "journey"), incident.Degraded, 1, false)
				i.ID = i.Journey + strings.Repeat("+", n)
				ids = append(ids, i.ID)
				check(w.step(paging.IncidentUpdated{Incident: i}))
			case "good":
				if len(ids) > 0 {
					i := alertstest.Incident("", incident.Degraded, 2, true)
					i.ID = rapid.SampledFrom(ids).Draw(t, "id")
					i.Journey = i.ID[:1]
					check(w.step(paging.IncidentUpdated{Incident: i}))
				}
			case "mute":
				w.route.Mutes = append(slices.Clone(w.route.Mutes), incident.Mute{Journey: "b", Until: w.now.Add(time.Hour)})
				check(w.step(paging.Tick{}))
			default:
				check(w.step(paging.Tick{}))
			}
		}
		for range 24 * 4 {
			w.now = w.now.Add(15 * time.Minute)
			check(w.step(paging.Tick{}))
		}
		for _, id := range ids {
			if open(w.route, id) && !notified[id] {
				t.Fatalf("no page about %s in a day", id)
			}
		}
	})
}
