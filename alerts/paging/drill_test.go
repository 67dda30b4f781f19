package paging_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/alerts/twilio/standin"
)

// drill starts a drill and returns the instance that runs it.
func drill(t *testing.T, to string, behaviours ...string) *instance {
	t.Helper()
	o := newTestbed(t, time.Second).open(nil)
	for _, b := range behaviours {
		parsed, err := standin.ParseBehaviour(b)
		if err != nil {
			t.Fatal(err)
		}
		o.exchange.Behave("", parsed)
	}
	if _, err := paging.PutDrill(t.Context(), o.store, alertstest.OnCall, to, o.time()); err != nil {
		t.Fatal(err)
	}
	return o
}

// TestDrill checks that a drill calls like an alarm, says that it is a drill, calls each person once, and reports a
// failure.
func TestDrill(t *testing.T) {
	for name, c := range map[string]struct {
		to      string
		phones  []string
		calls   string
		by      string
		closing string
		texts   string
	}{
		"the first acknowledges": {"", []string{"press 4"}, "Ada", "Ada", "Ada has acknowledged", ""},
		"the second does":        {"", []string{"voicemail", "press 4"}, "Ada Grace", "Grace", "Grace has acknowledged", ""},
		"it is passed on":        {"", []string{"press 69", "press 4"}, "Ada Grace", "Grace", "Grace has acknowledged", ""},
		"it is for one":          {"Grace", []string{"press 4"}, "Grace", "Grace", "Grace has acknowledged", ""},
		"who does not pick up":   {"Grace", []string{"busy", "press 4"}, "Grace Ada", "Ada", "Ada has acknowledged", ""},
		"not answered": {
			"", []string{"no-answer", "listen"}, "Ada Grace", "", "nobody has acknowledged. Ada: no answer, Grace: listened and pressed no key", "VALKYRIE: the drill has failed: nobody has acknowledged. Ada: no answer, Grace: listened and pressed no key",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := drill(t, c.to, c.phones...)
			o.mustAdvance(20 * time.Minute)
			o.wantCalls(c.calls)
			words := o.exchange.Calls()[0].TwiML
			if !strings.Contains(words, "This is a drill. Nothing is wrong.") || strings.Contains(words, "mute") {
				t.Errorf("it says\n%s", words)
			}
			rec := o.incident()
			if rec.Kind != incident.Drilled || rec.State != incident.Resolved || rec.AckedBy != c.by || rec.Closing != c.closing {
				t.Errorf("in the history: %s, %s, by %q: %s", rec.Kind, rec.State, rec.AckedBy, rec.Closing)
			}
			if got := fmt.Sprint(bodies(o.testbed)); got != "["+c.texts+"]" {
				t.Errorf("texts: %s", got)
			}
			if r := o.route(); len(r.Incidents) != 0 || len(r.Pages) != 0 || r.Drill.ID != "" {
				t.Errorf("the route still has %+v", r)
			}
		})
	}
}

// bodies returns the texts that were sent.
func bodies(w *testbed) (all []string) {
	for _, x := range w.exchange.Texts() {
		all = append(all, x.Body)
	}
	return all
}

// TestDrillGivesWay checks that a real incident ends a drill, hangs up its call and is called about, and that no drill
// starts during an incident.
func TestDrillGivesWay(t *testing.T) {
	t.Parallel()
	o := newRingingTestbed(t, time.Second, time.Minute).open(nil)
	if _, err := paging.PutDrill(t.Context(), o.store, alertstest.OnCall, "", o.time()); err != nil {
		t.Fatal(err)
	}
	tick := func() {
		t.Helper()
		if err := o.pager.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	tick()
	if _, err := paging.PutDrill(t.Context(), o.store, alertstest.OnCall, "", o.time()); err == nil || !strings.Contains(err.Error(), "in progress") {
		t.Errorf("a second drill: %v", err)
	}
	o.down()
	tick()
	if _, err := o.exchange.WaitCalls(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	calls := o.exchange.Calls()
	if len(calls) != 2 || calls[0].Status != "canceled" || !strings.Contains(calls[1].TwiML, "Customers cannot print a card.") {
		t.Fatalf("%d calls, the first is %s", len(calls), calls[0].Status)
	}
	if _, err := paging.PutDrill(t.Context(), o.store, alertstest.OnCall, "", o.time()); err == nil || !strings.Contains(err.Error(), "an incident requires a call") {
		t.Errorf("a drill during an outage: %v", err)
	}
	if _, err := paging.PutDrill(t.Context(), o.store, alertstest.OnCall, "Bob", o.time()); err == nil {
		t.Error("accepted Bob, who is not on call")
	}
	o.exchange.Close()
}

// TestScheduledDrill checks that several pagers start a scheduled drill once, and that one missed by all of them is
// skipped.
func TestScheduledDrill(t *testing.T) {
	t.Parallel()
	w := newTestbed(t, 5*time.Second)
	offices := []*instance{w.open(nil), w.open(nil), w.open(nil)}
	for _, o := range offices {
		o.pager.OnCall = *sleepers(t, `  drills: {every: "first Tuesday 10:00", zone: Europe/Berlin}`)
	}
	at := func(text string) {
		t.Helper()
		to, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		w.advanceClock(to.Sub(w.time()))
		var all sync.WaitGroup
		for _, o := range offices {
			all.Go(func() {
				for range 3 {
					if err := o.pager.Tick(t.Context()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		w.waitIdle()
	}
	at("2026-11-30T10:00:00+01:00")
	at("2026-12-01T09:59:59+01:00")
	w.wantCalls("")
	at("2026-12-01T10:00:03+01:00")
	w.wantCalls("Ada")
	at("2026-12-01T10:30:00+01:00")
	w.wantCalls("Ada")
	at("2027-01-05T12:00:00+01:00") // no pager ran at 10
	w.wantCalls("Ada")
	at("2027-02-02T10:20:00+01:00")
	w.wantCalls("Ada Ada")
	offices[0].mustAdvance(0)
	if in := offices[0].route().Incidents; len(in) != 0 {
		t.Errorf("%+v", in)
	}
}

// TestDrillTimes checks the schedules: the weekday of a month, also the last, and cron.
func TestDrillTimes(t *testing.T) {
	for text, want := range map[string]string{
		"first Tuesday 10:00":         "2026-12-01T10:00",
		"monthly second Monday 09:30": "2026-12-14T09:30",
		"last Fri 08:00":              "2026-11-27T08:00",
		"fourth Saturday 05:00":       "2026-11-28T05:00",
		"third Saturday 05:00":        "2026-11-21T05:00",
		"0 12 * * 1":                  "2026-11-23T12:00",
	} {
		o := sleepers(t, fmt.Sprintf("  drills: {every: %q, zone: Europe/Berlin}", text))
		got := o.Drills.Every.Next(alertstest.Start.In(o.Drills.Zone.Location())).Format("2006-01-02T15:04")
		if got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

// TestAlarmWaitsForTheCallOfADrill checks that an alarm does not call into the call of a drill that is just hung up, and that a
// drill does not call into the call of an incident that has resolved.
func TestAlarmWaitsForTheCallOfADrill(t *testing.T) {
	start := func() *simulation {
		w := &simulation{now: alertstest.Start, onCall: sleepers(t, "  gather: 10s\n  drills: {every: \"1 * * * *\"}")}
		w.step(paging.Tick{})
		return w
	}
	w := start()
	w.after(time.Minute)
	drill := w.sent[0]
	w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})
	w.now = w.now.Add(10 * time.Second) // the answer about the drill takes as long
	w.step(paging.Sent{PageID: drill.ID, SID: "CA" + drill.ID})
	early := w.count("alarm call")
	w.after(5 * time.Second)
	if got := w.count("alarm call"); early != 0 || got != 1 {
		t.Errorf("%d calls while the drill's call ends, and %d after it", early, got)
	}

	w = start()
	w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})
	w.after(10 * time.Second)
	call := w.sent[0]
	w.accept(w.sent)
	w.step(paging.Report{PageID: call.ID, SID: "CA" + call.ID}) // Ada answers
	w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 2, true)})
	w.after(time.Minute)
	during := w.count("drill call")
	w.step(paging.Report{PageID: call.ID, SID: "CA" + call.ID, Result: incident.Human})
	if got := w.count("drill call"); during != 0 || got != 1 {
		t.Errorf("%d calls of a drill during a call, and %d after it", during, got)
	}
}
