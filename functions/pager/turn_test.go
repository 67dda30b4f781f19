package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/twilio/standin"
)

// TestOneWorks: of many pagers that are poked at once, one works, and the others leave it the work and exit.
func TestOneWorks(t *testing.T) {
	r := newRig(t)
	r.fail("eu-west-1")
	r.Exchange.Default(standin.Listen)
	var worked atomic.Int64
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			var out bytes.Buffer
			other := &pager{Services: r.Services, out: &out}
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second+leave)
			defer cancel()
			if err := other.Handle(ctx, json.RawMessage(`{"poked":"a test"}`)); err != nil {
				t.Error(err)
			}
			if out.Len() > 0 { // the line about its rounds
				worked.Add(1)
			}
		})
	}
	all.Wait()
	if calls := len(r.Exchange.Calls()); worked.Load() != 1 || calls != 1 {
		t.Errorf("%d pagers worked, %d calls; want one of each", worked.Load(), calls)
	}
}

// TestPokeDuringWait: a pager that waits for the end of a call makes a further round as soon as it is poked.
func TestPokeDuringWait(t *testing.T) {
	r := newRig(t)
	tn := takeTurn(t.Context(), r.Tables["eu-west-1"], true)
	began := time.Now()
	time.AfterFunc(100*time.Millisecond, func() {
		if other := takeTurn(t.Context(), r.Tables["eu-west-1"], true); other != nil {
			t.Error("two have the turn")
		}
	})
	if !tn.wait(t.Context(), time.Minute) || time.Since(began) > 30*time.Second {
		t.Errorf("it waited for %v", time.Since(began))
	}
	if tn.end(t.Context(), false) {
		t.Error("it ended before a round for the poke")
	}
	tn.beginRound(t.Context())
	if !tn.end(t.Context(), false) {
		t.Error("it did not end after the round")
	}
	next := takeTurn(t.Context(), r.Tables["eu-west-1"], true)
	if next == nil {
		t.Fatal("the turn was not given up")
	}
	next.end(t.Context(), true)
}

// TestTurnOfTheDead: the turn of a pager that ended without giving it up expires, as does one from a clock far ahead, and a table
// that fails hinders no pager.
func TestTurnOfTheDead(t *testing.T) {
	r := newRig(t)
	items := r.Tables["eu-west-1"]
	for name, c := range map[string]struct {
		until time.Duration // from now
		free  bool
	}{
		"it works": {turnLasts / 2, false}, "its turn is over": {-time.Second, true}, "its clock is ahead": {time.Hour, true},
	} {
		err := incident.UpdateItem(t.Context(), items, turnItem, func(s *turnState) bool {
			*s = turnState{Worker: "another", Until: time.Now().Add(c.until)}
			return true
		})
		if err != nil {
			t.Fatal(err)
		}
		got := takeTurn(t.Context(), items, true)
		if (got != nil) != c.free {
			t.Errorf("%s: free %t, want %t", name, got != nil, c.free)
		}
		if got != nil {
			got.end(t.Context(), true)
		}
	}
	tn := takeTurn(t.Context(), failing{}, true)
	if tn == nil {
		t.Fatal("a table that does not answer keeps every pager from working")
	}
	tn.end(t.Context(), true)
}

// TestEndOutOfTime: a worker whose time is over gives the turn up, and one that the schedule has invoked meanwhile takes it.
func TestEndOutOfTime(t *testing.T) {
	r := newRig(t)
	items := r.Tables["eu-west-1"]
	ctx, cancel := context.WithCancel(t.Context())
	worker := takeTurn(ctx, items, true)
	next := make(chan *turn)
	go func() { next <- awaitTurn(t.Context(), items, time.Now().Add(time.Minute)) }()
	cancel()
	worker.end(ctx, true)
	got := <-next
	if got == nil {
		t.Fatal("nobody works")
	}
	got.end(t.Context(), true)
	var s turnState
	if _, err := incident.LoadItem(t.Context(), items, turnItem, &s); err != nil || s.Pokes > 0 {
		t.Errorf("%+v, %v; waiting leaves no poke", s, err)
	}
}

// TestPokeDuringError: a poke during a round that ends with an error gets another round.
func TestPokeDuringError(t *testing.T) {
	r := newRig(t)
	bad := incident.JourneyKey("create-order")
	if err := r.Tables["eu-west-1"].PutItem(t.Context(), incident.Item{Key: bad, Data: []byte("no JSON")}); err != nil {
		t.Fatal(err)
	}
	r.Exchange.Default(standin.Listen)
	r.fail("eu-west-1")
	r.Exchange.Behave("", standin.TimeoutBefore) // the first round takes ten seconds
	time.AfterFunc(2*time.Second, func() {
		if other := takeTurn(t.Context(), r.Tables["eu-west-1"], true); other != nil {
			t.Error("the worker does not have the turn")
		}
	})
	line, err := r.tick(`{}`, 40*time.Second)
	if err == nil || metric(line, "rounds") < 2 {
		t.Errorf("%v, %v; want an error about %s, and a round for the poke", line, err, bad)
	}
}

// failing is a table that answers no request.
type failing struct{}

func (failing) Item(context.Context, string) (incident.Item, error) {
	return incident.Item{}, errors.New("no answer")
}
func (failing) PutItem(context.Context, incident.Item) error { return errors.New("no answer") }
