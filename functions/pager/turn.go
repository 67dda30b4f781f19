package main

import (
	"context"
	"time"

	"github.com/google/uuid"

	"valkyrie/alerts/incident"
)

// turnItem is the item by which the pagers of a region agree that one of them works.
const turnItem = "PAGER#turn"

// A turnState is the state of the item. A pager that a probe invokes while another works leaves a poke and exits: the other one
// makes a further round for it. One that the schedule invokes waits for the turn, and so takes over from a worker that ends with
// work to come, or that died.
type turnState struct {
	Worker string    `json:"worker"` // id of the invocation that works
	Until  time.Time `json:"until"`  // zero: none works; past: it ended without saying so
	Pokes  int64     `json:"pokes"`  // invocations so far that left the work to the worker
	Seen   int64     `json:"seen"`   // those for which a round has begun
}

const (
	turnLasts  = 15 * time.Second // without renewal; then the worker counts as dead
	turnRenews = 5 * time.Second
	turnLooks  = time.Second // between two looks for pokes: that much later does the worker page
)

// A turn is the right of one invocation to work. Errors of the table grant it: two workers are harmless, none is not.
type turn struct {
	items   incident.Items
	id      string
	stop    context.CancelFunc
	stopped chan struct{}
	poked   chan struct{} // capacity 1: a poke has come
}

// takeTurn takes the turn, or leaves a poke to the pager that has it, if so asked. Then it returns nil.
func takeTurn(ctx context.Context, items incident.Items, poke bool) *turn {
	t := &turn{items: items, id: uuid.NewString(), stopped: make(chan struct{}), poked: make(chan struct{}, 1)}
	mine := true
	err := t.update(ctx, func(s *turnState, now time.Time) bool {
		if mine = !s.works(now); mine {
			s.Worker, s.Until, s.Seen = t.id, now.Add(turnLasts), s.Pokes
			return true
		}
		if !poke || s.Pokes > s.Seen {
			return false // or another round is to come anyway
		}
		s.Pokes++
		return true
	})
	if !mine && err == nil {
		return nil
	}
	renewing, stop := context.WithCancel(context.WithoutCancel(ctx))
	t.stop = stop
	go t.renew(renewing)
	return t
}

// awaitTurn takes the turn as soon as it is free; nil: not before a time.
func awaitTurn(ctx context.Context, items incident.Items, until time.Time) *turn {
	for {
		if t := takeTurn(ctx, items, false); t != nil {
			return t
		}
		if !wait(ctx, turnLooks) || time.Now().After(until) {
			return nil
		}
	}
}

// works reports whether a pager works. A time too far ahead is that of a wrong clock.
func (s turnState) works(now time.Time) bool {
	return s.Until.After(now) && s.Until.Before(now.Add(2*turnLasts))
}

// renew keeps the turn, and signals pokes, until it is stopped.
func (t *turn) renew(ctx context.Context) {
	defer close(t.stopped)
	renewed := time.Now()
	for wait(ctx, turnLooks) {
		_ = t.update(ctx, func(s *turnState, now time.Time) bool {
			if s.Worker == t.id && s.Pokes > s.Seen {
				select {
				case t.poked <- struct{}{}:
				default:
				}
			}
			if s.Worker != t.id || now.Sub(renewed) < turnRenews {
				return false
			}
			s.Until, renewed = now.Add(turnLasts), now
			return true
		})
	}
}

// beginRound records that a round begins, which is for all pokes so far.
func (t *turn) beginRound(ctx context.Context) {
	select {
	case <-t.poked:
	default:
	}
	_ = t.update(ctx, func(s *turnState, now time.Time) bool {
		if s.Worker != t.id || s.Seen == s.Pokes {
			return false
		}
		s.Seen, s.Until = s.Pokes, now.Add(turnLasts)
		return true
	})
}

// wait waits for d or for a poke. It returns false if ctx ended.
func (t *turn) wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-t.poked:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}

// end gives the turn up. It returns false, and keeps the turn, if a poke has come for which no round has begun; unless last.
func (t *turn) end(ctx context.Context, last bool) bool {
	ended := true
	_ = t.update(ctx, func(s *turnState, _ time.Time) bool {
		if ended = last || s.Worker != t.id || s.Pokes == s.Seen; !ended || s.Worker != t.id {
			return false
		}
		s.Until = time.Time{}
		return true
	})
	if ended {
		t.stop()
		<-t.stopped
	}
	return ended
}

// update changes the state, within a second, also after the end of ctx: a worker that is out of time must give the turn up.
func (t *turn) update(ctx context.Context, fold func(*turnState, time.Time) bool) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), turnLooks)
	defer cancel()
	return incident.UpdateItem(ctx, t.items, turnItem, func(s *turnState) bool { return fold(s, time.Now().UTC()) })
}
