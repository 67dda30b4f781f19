package paging_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/probes/journey"
)

// hangUps steps and counts the calls that are hung up.
func (w *simulation) hangUps(e paging.Event) int {
	n := 0
	var commands []paging.Command
	w.route, commands = w.route.Step(e, *w.onCall, w.now)
	for _, c := range commands {
		if c.Verb == "hang up" {
			n++
		}
	}
	return n
}

// TestHangUp checks that an unneeded call is hung up, repeatedly until it is over, and that a person who has pressed a
// key hears the answer.
func TestHangUp(t *testing.T) {
	ring := func() (*simulation, string) {
		w := &simulation{now: alertstest.Start, onCall: &alertstest.OnCall}
		w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
		return w, w.sent[0].ID
	}
	ack := paging.Reply{From: alertstest.OnCall.People[1].Phone, Body: "ack"}
	over := paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 2, true)}
	for name, c := range map[string]struct {
		do   func(w *simulation, call string) int
		want int
	}{
		"another person acknowledges": {func(w *simulation, _ string) int { return w.hangUps(ack) }, 1},
		"another person mutes":        {func(w *simulation, _ string) int { return w.hangUps(paging.Reply{From: ack.From, Body: "mute"}) }, 1},
		"it is over while it rings":   {func(w *simulation, _ string) int { return w.hangUps(over) }, 1},
		"resolved while a person listens": {func(w *simulation, call string) int {
			w.step(paging.Report{PageID: call, SID: "CA"})
			return w.hangUps(over)
		}, 0},
		"another person acknowledges while one listens": {func(w *simulation, call string) int {
			w.step(paging.Report{PageID: call, SID: "CA"})
			return w.hangUps(ack)
		}, 1},
		"the person acknowledges": {func(w *simulation, call string) int {
			return w.hangUps(paging.Report{PageID: call, Key: paging.AckKey})
		}, 0},
		"the person mutes": {func(w *simulation, call string) int {
			return w.hangUps(paging.Report{PageID: call, Key: paging.MuteKey})
		}, 0},
		"it was asked just now": {func(w *simulation, _ string) int { w.hangUps(ack); return w.hangUps(paging.Tick{}) }, 0},
		"nothing was heard since": {func(w *simulation, _ string) int {
			w.hangUps(ack)
			w.now = w.now.Add(10 * time.Second)
			return w.hangUps(paging.Tick{})
		}, 1},
		"it has ended": {func(w *simulation, call string) int {
			w.hangUps(ack)
			w.now = w.now.Add(time.Minute)
			return w.hangUps(paging.Report{PageID: call, Result: incident.FailedCall})
		}, 0},
		"the provider has not answered yet": {func(w *simulation, _ string) int {
			w.step(paging.Report{PageID: w.sent[0].ID, Result: incident.Busy})
			w.hangUps(ack) // while Grace's call is being sent
			return w.hangUps(paging.Sent{PageID: last(w, incident.Call).ID, SID: "CA2"})
		}, 1},
	} {
		w, call := ring()
		if got := c.do(w, call); got != c.want {
			t.Errorf("%s: %d calls are hung up, want %d", name, got, c.want)
		}
	}
}

// A failingHanger fails to hang up at first.
type failingHanger struct {
	paging.Phone
	fails int
}

func (p *failingHanger) HangUp(ctx context.Context, sid string) error {
	if p.fails--; p.fails >= 0 {
		return errors.New("the receiver is stuck")
	}
	return p.Phone.(paging.Hanger).HangUp(ctx, sid)
}

// TestHangUpEndToEnd checks that Ada's phone stops ringing when Grace acknowledges by text, also when the first hang-up
// fails.
func TestHangUpEndToEnd(t *testing.T) {
	for _, fails := range []int{0, 1} {
		t.Run(fmt.Sprint(fails), func(t *testing.T) {
			t.Parallel()
			o := newRingingTestbed(t, time.Second, time.Minute).open(nil)
			o.pager.Phone = &failingHanger{o.phone, fails}
			o.down()
			if err := o.pager.Tick(t.Context()); err != nil {
				t.Fatal(err)
			}
			if _, err := o.exchange.SendText(t.Context(), grace, "+12025550100", "ack"); err != nil {
				t.Fatal(err)
			}
			o.advanceClock(10 * time.Second)
			if err := o.pager.Tick(t.Context()); err != nil {
				t.Fatal(err)
			}
			o.waitIdle()
			if c := o.exchange.Calls()[0]; c.Status != "canceled" || len(c.Words) > 0 {
				t.Errorf("the call is %s, and has said %q", c.Status, c.Words)
			}
			if p := o.incident().Pages[0]; p.Result != incident.HungUp {
				t.Errorf("its page is %s %s", p.State, p.Result)
			}
			if err := o.recordRun(2, journey.Passed); err != nil {
				t.Fatal(err)
			}
			o.mustAdvance(time.Minute)
			o.wantCalls("Ada")
			o.wantAcked("Grace")
			o.wantTexts("Ada:alarm Ada:all-clear")
		})
	}
}
