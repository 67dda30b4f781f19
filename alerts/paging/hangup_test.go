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
func (w *world) hangUps(e paging.Event) int {
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

// TestHangUp: a call that nobody needs any more is hung up, again until it is over; whoever has pressed a key hears what
// came of it.
func TestHangUp(t *testing.T) {
	ring := func() (*world, string) {
		w := &world{now: alertstest.Start, onCall: &alertstest.OnCall}
		w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
		return w, w.sent[0].ID
	}
	ack := paging.Reply{From: alertstest.OnCall.People[1].Phone, Body: "ack"}
	over := paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 2, true)}
	for name, c := range map[string]struct {
		do   func(w *world, call string) int
		want int
	}{
		"somebody else acknowledges": {func(w *world, _ string) int { return w.hangUps(ack) }, 1},
		"somebody else mutes":        {func(w *world, _ string) int { return w.hangUps(paging.Reply{From: ack.From, Body: "mute"}) }, 1},
		"it is over while it rings":  {func(w *world, _ string) int { return w.hangUps(over) }, 1},
		"it is over while somebody listens": {func(w *world, call string) int {
			w.step(paging.Report{PageID: call, SID: "CA"})
			return w.hangUps(over)
		}, 0},
		"somebody else acknowledges while somebody listens": {func(w *world, call string) int {
			w.step(paging.Report{PageID: call, SID: "CA"})
			return w.hangUps(ack)
		}, 1},
		"the person acknowledges": {func(w *world, call string) int { return w.hangUps(paging.Report{PageID: call, Key: paging.AckKey}) }, 0},
		"the person mutes":        {func(w *world, call string) int { return w.hangUps(paging.Report{PageID: call, Key: paging.MuteKey}) }, 0},
		"it was asked just now":   {func(w *world, _ string) int { w.hangUps(ack); return w.hangUps(paging.Tick{}) }, 0},
		"nothing was heard since": {func(w *world, _ string) int {
			w.hangUps(ack)
			w.now = w.now.Add(10 * time.Second)
			return w.hangUps(paging.Tick{})
		}, 1},
		"it has ended": {func(w *world, call string) int {
			w.hangUps(ack)
			w.now = w.now.Add(time.Minute)
			return w.hangUps(paging.Report{PageID: call, Result: incident.FailedCall})
		}, 0},
		"the carrier has not answered yet": {func(w *world, _ string) int {
			w.step(paging.Report{PageID: w.sent[0].ID, Result: incident.Busy})
			w.hangUps(ack) // while Grace's call is being handed over
			return w.hangUps(paging.Sent{PageID: last(w, incident.Call).ID, SID: "CA2"})
		}, 1},
	} {
		w, call := ring()
		if got := c.do(w, call); got != c.want {
			t.Errorf("%s: %d calls are hung up, want %d", name, got, c.want)
		}
	}
}

// A clumsy phone cannot hang up at first.
type clumsy struct {
	paging.Phone
	fails int
}

func (p *clumsy) HangUp(ctx context.Context, sid string) error {
	if p.fails--; p.fails >= 0 {
		return errors.New("the receiver is stuck")
	}
	return p.Phone.(paging.Hanger).HangUp(ctx, sid)
}

// TestHangUpForReal: Ada's phone rings; Grace acknowledges by text, and it stops, also when that did not work at once.
func TestHangUpForReal(t *testing.T) {
	for _, fails := range []int{0, 1} {
		t.Run(fmt.Sprint(fails), func(t *testing.T) {
			t.Parallel()
			o := newRingingTown(t, time.Second, time.Minute).open(nil)
			o.pager.Phone = &clumsy{o.phone, fails}
			o.down()
			if err := o.pager.Tick(t.Context()); err != nil {
				t.Fatal(err)
			}
			if _, err := o.exchange.SendText(t.Context(), grace, "+12025550100", "ack"); err != nil {
				t.Fatal(err)
			}
			o.later(10 * time.Second)
			if err := o.pager.Tick(t.Context()); err != nil {
				t.Fatal(err)
			}
			o.settle()
			if c := o.exchange.Calls()[0]; c.Status != "canceled" || len(c.Words) > 0 {
				t.Errorf("the call is %s, and has said %q", c.Status, c.Words)
			}
			if p := o.incident().Pages[0]; p.Result != incident.HungUp {
				t.Errorf("its page is %s %s", p.State, p.Result)
			}
			if err := o.hear(2, journey.Passed); err != nil {
				t.Fatal(err)
			}
			o.mustPass(time.Minute)
			o.wantCalls("Ada")
			o.wantAcked("Grace")
			o.wantTexts("Ada:alarm Ada:all-clear")
		})
	}
}
