package paging_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/alerts/postmortem"
	"valkyrie/alerts/twilio/standin"
	"valkyrie/probes/journey"
)

// owesAllClear returns a simulation in which Ada was called and texted about a, which has just resolved; with or
// without a failover channel.
func owesAllClear(failover bool) *simulation {
	w := &simulation{now: alertstest.Start}
	if failover {
		w.onCall = withFailover()
	}
	w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
	w.step(paging.Report{PageID: last(w, incident.Call).ID, Key: paging.AckKey})
	w.step(paging.Report{PageID: last(w, incident.Call).ID, Result: incident.Human})
	w.sent = nil
	w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 2, true)})
	return w
}

// TestAllClearUndelivered checks that an undelivered all-clear is resent a few times, by a provider that may accept it,
// and then given up.
func TestAllClearUndelivered(t *testing.T) {
	undelivered := func(final bool) func(w *simulation, p incident.Page) paging.Event {
		return func(w *simulation, p incident.Page) paging.Event {
			w.step(paging.Sent{PageID: p.ID, SID: "SM" + p.ID, Via: p.Via})
			return paging.Report{PageID: p.ID, SID: "SM" + p.ID, Result: incident.Undelivered, Why: "error 30003", Final: final}
		}
	}
	refuses := func(_ *simulation, p incident.Page) paging.Event {
		return paging.Refused{PageID: p.ID, Why: "error 21610"}
	}
	for name, c := range map[string]struct {
		trouble  func(w *simulation, p incident.Page) paging.Event
		failover bool
		want     string // provider and minute of each
	}{
		"a phone that is off":                       {undelivered(false), false, `["" 0 "" 1 "" 11]`},
		"a phone that is off, with a second":        {undelivered(false), true, `["" 0 "" 1 "second" 11]`},
		"a number that has blocked us":              {undelivered(true), false, `["" 0]`},
		"a number that has blocked us, with second": {undelivered(true), true, `["" 0 "second" 0]`},
		"it is refused":                             {refuses, false, `["" 0]`},
		"it is refused, and there is a second":      {refuses, true, `["" 0 "second" 0]`},
		"the account is closed": {func(_ *simulation, p incident.Page) paging.Event {
			return paging.ProviderRejected{PageID: p.ID, Why: "401"}
		}, false, `["" 0 "" 1 "" 11]`},
	} {
		w, seen := owesAllClear(c.failover), 0
		var tried []string
		for range 48 * 60 {
			for ; seen < len(w.sent); seen++ {
				p := w.sent[seen]
				if p.Purpose != incident.AllClear || p.Person != "Ada" || !strings.Contains(p.Words, "all clear") {
					t.Fatalf("%s: sent %+v", name, p)
				}
				tried = append(tried, fmt.Sprintf("%q %.0f", p.Via, w.now.Sub(alertstest.Start).Minutes()))
				if e := c.trouble(w, p); e != nil {
					w.step(e)
				}
			}
			w.now = w.now.Add(time.Minute)
			w.step(paging.Tick{})
		}
		if got := fmt.Sprint(tried); got != c.want {
			t.Errorf("%s: tried %s, want %s", name, got, c.want)
		}
		if done := w.route.Archivable(); len(done) != 1 {
			t.Errorf("%s: it is never done with: %+v", name, w.route.Pages)
		}
	}
}

// TestAllClearArrivesLate checks that a delivered resend ends the resends, and that a reopened incident cancels them.
func TestAllClearArrivesLate(t *testing.T) {
	w := owesAllClear(false)
	w.accept(w.sent)
	w.step(paging.Report{PageID: w.sent[0].ID, Result: incident.Undelivered})
	w.after(time.Minute)
	w.step(paging.Report{PageID: w.sent[1].ID, Result: incident.Delivered})
	if w.after(time.Hour); names(w.sent) != "[all-clear text Ada all-clear text Ada]" {
		t.Errorf("after it has arrived: %s", names(w.sent))
	}

	w = owesAllClear(false)
	w.accept(w.sent)
	w.step(paging.Report{PageID: w.sent[0].ID, Result: incident.Undelivered})
	w.sent = nil
	w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 3, false)}))
	w.now = w.now.Add(30 * time.Second)
	w.step(paging.Report{PageID: w.sent[0].ID, Key: paging.AckKey})
	w.step(paging.Report{PageID: w.sent[0].ID, Result: incident.Human})
	if w.after(time.Hour); strings.Contains(names(w.sent), "all-clear") {
		t.Errorf("it has come back: %s", names(w.sent))
	}
}

// TestAllClearRefused checks that a provider which accepts nothing for days is not tried without end.
func TestAllClearRefused(t *testing.T) {
	w, last := owesAllClear(false), alertstest.Start
	for seen := 0; w.now.Sub(alertstest.Start) < 10*24*time.Hour; w.now = w.now.Add(10 * time.Second) {
		w.step(paging.Tick{})
		for ; seen < len(w.sent); seen++ {
			last = w.now
			w.step(paging.NotSent{PageID: w.sent[seen].ID, Why: "no network"})
		}
	}
	if asked := last.Sub(alertstest.Start); asked < 24*time.Hour || asked > 4*24*time.Hour {
		t.Errorf("it was asked for the last time after %v", asked)
	}
}

// TestNoticeUndelivered checks that the notice of an ended mute is resent too, with the present state.
func TestNoticeUndelivered(t *testing.T) {
	w := &simulation{now: alertstest.Start}
	w.route.Mutes = []incident.Mute{{Journey: "a", Until: alertstest.Start.Add(time.Minute), By: "Grace"}}
	for range 60 {
		w.after(time.Minute)
		for _, p := range slices.Clone(w.route.Pages) {
			if p.State == incident.Claimed {
				w.step(paging.Report{PageID: p.ID, SID: "SM" + p.ID, Result: incident.Undelivered})
			}
		}
	}
	if got := names(w.sent); got != "[notice text Grace notice text Grace notice text Grace]" {
		t.Error(got)
	}
	for _, p := range w.sent {
		if !strings.Contains(p.Words, "a is no longer muted") {
			t.Errorf("it says %s", p.Words)
		}
	}
	if len(w.route.Pages) > 0 {
		t.Errorf("left: %+v", w.route.Pages)
	}
}

// TestAllClearEndToEnd checks with the real phone, its protocol and a failover channel that a phone which is off is
// tried again, then by the failover channel; a number that has blocked us, at once; and that the incident's record
// shows all of it.
func TestAllClearEndToEnd(t *testing.T) {
	for code, want := range map[int]int{30003: 2, 30005: 1} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			t.Parallel()
			o := newTestbed(t, time.Second).open(nil)
			failover := &recordingPhone{now: o.time}
			o.pager.OnCall, o.pager.Failover = *withFailover(), failover
			o.down()
			o.mustAdvance(time.Minute)
			o.exchange.Default(standin.Undelivered(code))
			if err := o.recordRun(2, journey.Passed); err != nil {
				t.Fatal(err)
			}
			o.mustAdvance(20 * time.Minute)
			if got := strings.Count(o.texted(), "all-clear"); got != want {
				t.Errorf("the first provider was given %d all-clears, want %d: %s", got, want, o.texted())
			}
			dispatches, _ := failover.list()
			if len(dispatches) != 1 || dispatches[0].Person != "Ada" || !strings.Contains(dispatches[0].TextBody, "all clear") {
				t.Errorf("the failover channel was given %+v", dispatches)
			}
			rec := o.incident()
			var text strings.Builder
			if err := postmortem.New(postmortem.Case{Record: rec, Now: o.time()}).Text(&text); err != nil {
				t.Fatal(err)
			}
			for _, part := range []string{fmt.Sprintf("it did not arrive: error %d", code), "once more, by the second channel, as it did not arrive"} {
				if !strings.Contains(text.String(), part) {
					t.Errorf("the document lacks %q:\n%s", part, text.String())
				}
			}
		})
	}
}
