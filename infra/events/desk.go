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

// A Receiver is told of events.
type Receiver interface {
	// Name is always the same, and no other receiver's; it holds no secret.
	Name() string
	// Tell returns nil when the receiver has taken the event; it may be told again, with the same id, if not.
	Tell(ctx context.Context, e Event) error
}

// A Desk tells a receiver all that is due.
type Desk struct {
	Store    incident.Store
	Receiver Receiver
	Log      *slog.Logger
}

const (
	kept     = 7 * 24 * time.Hour // that an incident may have been over, and still be news
	soonest  = time.Second        // until what failed is tried again; twice as long each time, up to
	latest   = 10 * time.Minute
	deadline = 15 * time.Second // of one attempt
)

// Keep tells the receiver, now and whenever something is new, until ctx ends.
func (d Desk) Keep(ctx context.Context) {
	wait := soonest
	for ctx.Err() == nil {
		if err := d.Tell(ctx, time.Now()); err == nil || errors.Is(err, incident.ErrConflict) {
			wait = soonest
		} else if ctx.Err() == nil {
			d.Log.Error("a receiver could not be told of an incident; it is tried again", "receiver", d.Receiver.Name(), "again_in", wait, "err", err)
			wait = min(2*wait, latest)
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

// Tell tells the receiver all that is due. After a failure the rest of the same incident waits, as its order counts. While
// somebody else is telling the receiver, nothing is told, so that it does not come twice: alerts.ErrConflict.
func (d Desk) Tell(ctx context.Context, now time.Time) error {
	told, item, err := d.plan(ctx, now)
	if err != nil || len(told.Outbox) == 0 {
		return err
	}
	var errs []error
	waits := map[string]bool{}
	for _, e := range told.Outbox {
		if waits[e.Incident.ID] {
			continue
		}
		if err := d.tell(ctx, e); err != nil {
			errs = append(errs, fmt.Errorf("%s of %s: %w", e.Type, e.Incident.ID, err))
			waits[e.Incident.ID] = true
			continue
		}
		// What was taken is noted at once, and even if the program is told to stop: else it would come twice.
		told = told.Took(e.ID)
		if item, err = d.note(context.WithoutCancel(ctx), told, item); err != nil {
			return errors.Join(append(errs, err)...)
		}
	}
	if len(errs) > 0 { // whoever comes next may try again at once
		told.Busy = time.Time{}
		_, err = d.note(context.WithoutCancel(ctx), told, item)
	}
	return errors.Join(append(errs, err)...)
}

// plan puts into the receiver's outbox what is missing, and takes it on, before anything of it is sent.
func (d Desk) plan(ctx context.Context, now time.Time) (Told, incident.Item, error) {
	records, err := d.Store.Incidents(ctx, now.Add(-kept))
	if err != nil {
		return Told{}, incident.Item{}, err
	}
	route, err := paging.LoadState(ctx, d.Store)
	if err != nil {
		return Told{}, incident.Item{}, err
	}
	told, item, err := d.load(ctx, now)
	if err != nil {
		return told, item, err
	}
	if told.Busy.After(now) {
		return Told{}, item, fmt.Errorf("somebody else is telling it until %s: %w", told.Busy.Format(time.RFC3339), incident.ErrConflict)
	}
	next := told.Plan(records, route.Releases)
	if len(next.Outbox) > 0 {
		next.Busy = now.Add(deadline).UTC()
		item, err = d.note(ctx, next, item)
	}
	return next, item, err
}

func (d Desk) tell(ctx context.Context, e Event) error {
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	return d.Receiver.Tell(ctx, e)
}

// load reads what the receiver was told. A new one is not told of what was over before it came.
func (d Desk) load(ctx context.Context, now time.Time) (Told, incident.Item, error) {
	var told Told
	key := "TOLD#" + d.Receiver.Name()
	item, err := d.Store.Item(ctx, key)
	if err != nil {
		return told, item, err
	}
	item.Key = key
	if item.Version == 0 {
		told.Since = now.UTC()
		item, err = d.note(ctx, told, item)
		return told, item, err
	}
	if err := json.Unmarshal(item.Data, &told); err != nil {
		return told, item, fmt.Errorf("the state under %s cannot be read: %w", key, err)
	}
	return told, item, nil
}

// note keeps what the receiver was told. A conflict means that somebody else tells it too: theirs is kept, and what both
// have sent has the same id.
func (d Desk) note(ctx context.Context, told Told, item incident.Item) (incident.Item, error) {
	var err error
	if item.Data, err = json.Marshal(told); err != nil {
		return item, err
	}
	err = d.Store.PutItem(ctx, item)
	item.Version++
	return item, err
}
