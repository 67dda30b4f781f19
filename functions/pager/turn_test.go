package main

import (
	"bytes"
	"context"
	"encoding/json"
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
	tn := takeTurn(t.Context(), r.Tables["eu-west-1"])
	began := time.Now()
	time.AfterFunc(100*time.Millisecond, func() {
		if other := takeTurn(t.Context(), r.Tables["eu-west-1"]); other != nil {
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
	next := takeTurn(t.Context(), r.Tables["eu-west-1"])
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
		got := takeTurn(t.Context(), items)
		if (got != nil) != c.free {
			t.Errorf("%s: free %t, want %t", name, got != nil, c.free)
		}
		if got != nil {
			got.end(t.Context(), true)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	tn := takeTurn(ended, items)
	if tn == nil {
		t.Fatal("a table that does not answer keeps every pager from working")
	}
	tn.end(t.Context(), true)
}
