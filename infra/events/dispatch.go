package events

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

// A Receiver accepts events.
type Receiver interface {
	// Name identifies the receiver: it is stable, unique among receivers, and contains no secret.
	Name() string
	// Deliver returns nil once the receiver has accepted the event. After an error the same event may be delivered again,
	// with the same id.
	Deliver(ctx context.Context, e Event) error
}

// ErrGone is wrapped by the error of Deliver when the receiver says that it will never accept an event again.
var ErrGone = errors.New("the receiver is gone")

// A Dispatcher delivers all due events to one receiver.
type Dispatcher struct {
	Store    incident.Store
	Receiver Receiver
	Log      *slog.Logger
	TimeNow  func() time.Time // measures how long a dispatch takes; nil: time.Now
}

func (d Dispatcher) clock() time.Time {
	if d.TimeNow == nil {
		return time.Now()
	}
	return d.TimeNow()
}

const (
	retention    = 7 * 24 * time.Hour // after its end an incident still yields events, and an event is retried, for this long
	maxOutbox    = 200                // events that wait for a receiver; the oldest are dropped beyond it, as its item must stay small
	maxBatch     = 50                 // events that are delivered in one dispatch
	minBackoff   = time.Second        // before the first retry of a failed delivery; doubles each time, up to
	maxBackoff   = 10 * time.Minute
	deliverLimit = 15 * time.Second // deadline of one attempt, and duration of the lease
)

// Run dispatches immediately and then polls for new events until ctx ends.
func (d Dispatcher) Run(ctx context.Context) {
	backoff := minBackoff
	for ctx.Err() == nil {
		wait := minBackoff
		if err := d.Dispatch(ctx, time.Now()); err == nil || errors.Is(err, incident.ErrConflict) {
			backoff = minBackoff
		} else if ctx.Err() == nil {
			wait, backoff = backoff, min(2*backoff, maxBackoff)
			d.Log.Error("deliver events: failed; will retry", "receiver", d.Receiver.Name(), "again_in", wait, "err", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

// Dispatch delivers all due events. After a failure the later events of the same incident wait, because their order
// matters. While another process holds the receiver's lease it delivers nothing and returns incident.ErrConflict, so that
// events are not duplicated. It delivers at most maxBatch events, and renews the lease with each. A receiver that is gone
// for good (ErrGone) loses the events that wait.
func (d Dispatcher) Dispatch(ctx context.Context, now time.Time) error {
	state, item, err := d.plan(ctx, now)
	if err != nil || len(state.Outbox) == 0 {
		return err
	}
	var errs []error
	blocked := map[string]bool{}
	began := d.clock()
	tried := 0
	for _, e := range state.Outbox {
		if blocked[e.Incident.ID] {
			continue
		}
		if tried++; tried > maxBatch {
			break // the lease ends, and the next dispatch continues
		}
		err := d.deliver(ctx, e)
		if errors.Is(err, ErrGone) {
			d.Log.Error("deliver events: the receiver is gone; the events that wait are dropped", "receiver", d.Receiver.Name(), "events", len(state.Outbox), "err", err)
			state.Outbox, state.LeasedUntil = nil, time.Time{}
			_, err = d.save(context.WithoutCancel(ctx), state, item)
			return errors.Join(append(errs, err)...)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s of %s: %w", e.Type, e.Incident.ID, err))
			blocked[e.Incident.ID] = true
			if d.clock().Sub(began) >= deliverLimit/2 {
				break // a receiver that does not answer takes the whole lease
			}
			continue
		}
		// Save each delivery immediately, even during shutdown: otherwise it would be repeated.
		if state = state.Delivered(e.ID); !state.LeasedUntil.IsZero() {
			state.LeasedUntil = now.Add(d.clock().Sub(began) + deliverLimit).UTC()
		}
		if item, err = d.save(context.WithoutCancel(ctx), state, item); err != nil {
			return errors.Join(append(errs, err)...)
		}
	}
	if len(errs) > 0 || tried > maxBatch { // release the lease, so that a retry need not wait for it to expire
		state.LeasedUntil = time.Time{}
		_, err = d.save(context.WithoutCancel(ctx), state, item)
	}
	return errors.Join(append(errs, err)...)
}

// plan adds the missing events to the receiver's outbox and takes the lease, before anything is sent.
func (d Dispatcher) plan(ctx context.Context, now time.Time) (ReceiverState, incident.Item, error) {
	records, err := d.Store.Incidents(ctx, now.Add(-retention))
	if err != nil {
		return ReceiverState{}, incident.Item{}, err
	}
	pager, err := paging.LoadState(ctx, d.Store)
	if err != nil {
		return ReceiverState{}, incident.Item{}, err
	}
	state, item, err := d.load(ctx, now)
	if err != nil {
		return state, item, err
	}
	if state.LeasedUntil.After(now) {
		return ReceiverState{}, item, fmt.Errorf("deliver events: another process holds the lease until %s: %w", state.LeasedUntil.Format(time.RFC3339), incident.ErrConflict)
	}
	next := state.Plan(records, pager.Releases).expire(now)
	if dropped := len(state.Outbox) > 0 && len(next.Outbox) == 0; len(next.Outbox) > 0 || dropped {
		if !next.LeasedUntil.After(now) && len(next.Outbox) > 0 {
			next.LeasedUntil = now.Add(deliverLimit).UTC()
		}
		item, err = d.save(ctx, next, item)
	}
	return next, item, err
}

func (d Dispatcher) deliver(ctx context.Context, e Event) error {
	ctx, cancel := context.WithTimeout(ctx, deliverLimit)
	defer cancel()
	return d.Receiver.Deliver(ctx, e)
}

// stateKey returns the key of a receiver's state.
func stateKey(receiver string) string { return "TOLD#" + receiver }

// load reads the receiver's state. A new receiver starts at now: incidents that ended earlier yield no events.
func (d Dispatcher) load(ctx context.Context, now time.Time) (ReceiverState, incident.Item, error) {
	var state ReceiverState
	key := stateKey(d.Receiver.Name())
	item, err := d.Store.Item(ctx, key)
	if err != nil {
		return state, item, err
	}
	item.Key = key
	if item.Version == 0 {
		state.Since = now.UTC()
		item, err = d.save(ctx, state, item)
		return state, item, err
	}
	if err := json.Unmarshal(item.Data, &state); err != nil {
		return state, item, fmt.Errorf("decode item %s: %w", key, err)
	}
	return state, item, nil
}

// save writes the receiver's state. A conflict means that another process delivers too: its state wins, and events that
// both have sent have the same id.
func (d Dispatcher) save(ctx context.Context, state ReceiverState, item incident.Item) (incident.Item, error) {
	var err error
	if item.Data, err = json.Marshal(state); err != nil {
		return item, err
	}
	err = d.Store.PutItem(ctx, item)
	item.Version++
	return item, err
}
