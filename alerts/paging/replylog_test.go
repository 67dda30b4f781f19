package paging_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/infra/storetest"
)

// TestMachinesThatAnswer checks that texts which are no commands are answered at most once an hour, and that other texts which
// change nothing are not answered without end, while commands still work.
func TestMachinesThatAnswer(t *testing.T) {
	for _, bodies := range [][]string{
		{"STOP"}, {"Stop."}, {"unsubscribe"}, {"HELP"}, {"I am out of office until Monday."}, {"Automatic reply: I am on holiday"}, {"STOP", "HELP", "on holiday", ""},
	} {
		w := &simulation{now: alertstest.Start, onCall: sleepers(t, "")}
		answers := 0
		for n := range 120 {
			w.now = w.now.Add(30 * time.Second)
			if pagerOf(w).reply(t, paging.Reply{From: alertstest.AdasNumber, Body: bodies[n%len(bodies)], SID: fmt.Sprint("SM", n)}) != "" {
				answers++
			}
		}
		if answers != 1 {
			t.Errorf("%q: %d answers within an hour, want 1", bodies, answers)
		}
		if w.now = w.now.Add(time.Hour); pagerOf(w).reply(t, paging.Reply{From: alertstest.AdasNumber, Body: bodies[0]}) == "" {
			t.Errorf("%q: no answer after an hour", bodies)
		}
	}
	w := &simulation{now: alertstest.Start, onCall: sleepers(t, "")}
	w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
	answers := 0
	for range 100 { // each a text that its sender's machine writes about our answer
		if pagerOf(w).reply(t, paging.Reply{From: alertstest.AdasNumber, Body: "ok, I am away"}) != "" {
			answers++
		}
	}
	if answers == 0 || answers > 10 {
		t.Errorf("%d answers to a machine within an hour", answers)
	}
	if got := pagerOf(w).reply(t, paging.Reply{From: alertstest.AdasNumber, Body: "ack"}); got != "Thank you, Ada. Yours: a down #ca97." {
		t.Errorf("a command after them: %q", got)
	}
	if got := pagerOf(w).reply(t, paging.Reply{From: grace, Body: "status"}); got == "" {
		t.Error("another person is not answered")
	}
}

// TestTextSentAgain checks that a text which the provider hands over again runs nothing twice, and is answered as before.
func TestTextSentAgain(t *testing.T) {
	for body, check := range map[string]func(w *simulation) bool{
		"mute 1h": func(w *simulation) bool { return len(w.route.Mutes) == 0 },
		"ack":     func(w *simulation) bool { return w.route.Incidents[0].Acks == 1 },
		"resolve": func(w *simulation) bool { return w.route.Incidents[0].State != incident.Resolved },
	} {
		w := &simulation{now: alertstest.Start, onCall: sleepers(t, "")}
		w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
		rep := paging.Reply{From: alertstest.AdasNumber, Body: body, SID: "SM1"}
		first := pagerOf(w).reply(t, rep)
		if again := pagerOf(w).reply(t, rep); again != first {
			t.Errorf("%s: answered %q, then %q", body, first, again)
		}
		w.now = w.now.Add(2 * time.Hour) // the mute and the acknowledgement have expired, and it fails again
		w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 3, false)}))
		before := w.route
		w.step(rep)
		if !check(w) {
			t.Errorf("%s: it ran again: %s", body, cmp.Diff(before, w.route))
		}
	}
}

// TestKeySentAgain checks that a key's request does nothing when it is sent again later, whatever key came after it.
func TestKeySentAgain(t *testing.T) {
	for _, key := range []string{paging.AckKey, paging.MuteKey, paging.PassKey} {
		for _, then := range []string{"", paging.RepeatKey, "7", "77"} {
			w := &simulation{now: alertstest.Start, onCall: sleepers(t, "")}
			w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
			call := w.sent[0].ID
			w.step(paging.Report{PageID: call, Key: key})
			w.step(paging.Report{PageID: call, Key: then})
			w.step(paging.Report{PageID: call, Result: incident.Human})
			w.after(3 * time.Hour)
			before, escalation := w.route, w.route.Escalation
			w.step(paging.Report{PageID: call, Key: key})
			if diff := cmp.Diff(before.Incidents[0].AckedAt, w.route.Incidents[0].AckedAt); diff != "" || len(w.route.Mutes) != 0 || escalation != w.route.Escalation {
				t.Errorf("key %s, %q, and %s again after hours: mutes %v, escalation %+v, before %+v, %s", key, then, key, w.route.Mutes, w.route.Escalation, escalation, diff)
			}
		}
	}
}

// TestReplyLogIsBounded checks that any number of texts leaves a small item.
func TestReplyLogIsBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &simulation{now: alertstest.Start, onCall: sleepers(t, "")}
		bodies := rapid.SliceOfN(rapid.SampledFrom([]string{"ack", "status", "mute 1h", "stop", "hello", strings.Repeat("x", 2000)}), 1, 300).Draw(t, "bodies")
		for n, body := range bodies {
			w.now = w.now.Add(time.Minute)
			w.step(paging.Reply{From: alertstest.AdasNumber, Body: body, SID: fmt.Sprintf("SM%032d", n)})
		}
		if text, err := json.Marshal(w.route); err != nil || len(text) > 12_000 {
			t.Fatalf("%d bytes: %v", len(text), err)
		}
	})
}

// TestShorterMute checks that a person's shorter mute leaves the longer one of another person as it is, and that the answer says so.
func TestShorterMute(t *testing.T) {
	open := func() *simulation {
		w := &simulation{now: alertstest.Start, onCall: sleepers(t, "")}
		w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
		w.step(paging.Reply{From: grace, Body: "mute 2d"})
		return w
	}
	muted := func(w *simulation) string {
		if len(w.route.Mutes) != 1 {
			return fmt.Sprint(w.route.Mutes)
		}
		return w.route.Mutes[0].By + " " + w.route.Mutes[0].Until.Sub(alertstest.Start).String()
	}
	w := open()
	if got, want := pagerOf(w).reply(t, paging.Reply{From: alertstest.AdasNumber, Body: "mute 1h"}), "a is muted until Mon 04:00 CET already by Grace; that stays."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := muted(w); got != "Grace 48h0m0s" {
		t.Error(got)
	}
	w.step(paging.Report{PageID: w.sent[0].ID, Key: paging.MuteKey})
	if got := muted(w); got != "Grace 48h0m0s" {
		t.Errorf("after key 6: %s", got)
	}
	w.step(paging.Reply{From: alertstest.AdasNumber, Body: "mute 3d"})
	if got := muted(w); got != "Ada 72h0m0s" {
		t.Errorf("a longer one: %s", got)
	}
	w.step(paging.Report{PageID: w.sent[0].ID, Key: paging.MuteKey})
	w.step(paging.Reply{From: grace, Body: "mute 1h"})
	if got := muted(w); got != "Ada 72h0m0s" {
		t.Errorf("Ada's own key, and Grace: %s", got)
	}
	w.step(paging.Reply{From: alertstest.AdasNumber, Body: "mute 30m"})
	if got := muted(w); got != "Ada 30m0s" {
		t.Errorf("one's own, shortened: %s", got)
	}
}

// TestAllClearAfterRename checks that a person who was renamed, or removed, or who has another number since the alarm, gets the
// all-clear, once.
func TestAllClearAfterRename(t *testing.T) {
	for name, c := range map[string]struct {
		change func(w *simulation)
		want   string // the all-clears
	}{
		"nothing changed": {func(*simulation) {}, "Ada +12025550143"},
		"renamed":         {func(w *simulation) { w.onCall.People[0].Name, w.onCall.Escalation[0].Call = "Ada L.", "Ada L." }, "Ada L. +12025550143"},
		"removed": {func(w *simulation) {
			w.onCall.People, w.onCall.Escalation = w.onCall.People[1:], w.onCall.Escalation[1:]
		}, "Ada +12025550143"},
		"another number": {func(w *simulation) { w.onCall.People[0].Phone = "+12025550111" }, "Ada +12025550111"},
	} {
		w := &simulation{now: alertstest.Start, onCall: sleepers(t, "")}
		w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
		w.step(paging.Report{PageID: w.sent[0].ID, Key: paging.AckKey})
		w.step(paging.Report{PageID: w.sent[0].ID, Result: incident.Human})
		c.change(w)
		w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 2, true)}))
		for range 5 {
			w.now = w.now.Add(time.Hour)
			w.accept(w.step(paging.Tick{}))
		}
		var got []string
		for _, p := range w.sent {
			if p.Purpose == incident.AllClear {
				got = append(got, p.Person+" "+p.To)
			}
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s: all-clears to %q, want %q", name, got, c.want)
		}
	}
}

// TestAnswerOnSharedNumber checks that where deployments share a number, the answer to a text that changes nothing states that the text
// reaches only one of them.
func TestAnswerOnSharedNumber(t *testing.T) {
	for _, shared := range []bool{false, true} {
		p := &paging.Pager{Store: storetest.Memory(), OnCall: alertstest.OnCall, Log: slog.New(slog.DiscardHandler)}
		p.OnCall.SharedNumber = shared
		said, err := p.Reply(t.Context(), paging.Reply{From: alertstest.OnCall.People[0].Phone, Body: "ack 3f", SID: "SM1"})
		want := "Nothing is wrong now."
		if shared {
			want += " Only one of the deployments on this number reads texts; what others report, acknowledge in their calls."
		}
		if err != nil || said != want {
			t.Errorf("shared %v: %q, %v", shared, said, err)
		}
	}
}
