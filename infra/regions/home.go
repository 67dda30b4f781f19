package regions

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/paging"
)

// Deps are the services that work on a table: the home's or the standby's, by the same rules.
type Deps struct {
	Recorder func(incident.Store) judge.Recorder
	Pager    func(incident.Store) *paging.Pager
	Names    []string // of the journeys and the batches: alerts.Policy.Names
	Log      *slog.Logger
}

// Home is the home region's side of paging.
type Home struct {
	Pair
	Deps

	// Heartbeat is set by a pager that calls Worked after each round. Without it Turn writes the heartbeat, which then only means that the
	// pager woke.
	Heartbeat *Heartbeat
}

// A Heartbeat is what Turn has read of the heartbeat, for Worked to go on from.
type Heartbeat struct {
	item incident.Item
	last beat
}

// takeOverAfter is the silence after which the home's pager reads the standby's changes. It is shorter than the silence after which
// the standby pages where probes cannot reach the home either, so that a home that was away for little more than a minute calls
// nobody whom the standby has called.
const takeOverAfter = 70 * time.Second

// Turn must be called at the beginning of each round of the home's pager, before any page is sent. After a silence it merges the
// standby's changes. A standby that does not answer does not block paging.
func (h Home) Turn(ctx context.Context, now time.Time) error {
	var last beat
	item, err := read(ctx, h.Pair.Home, beatKey, &last)
	if err != nil && !errors.Is(err, errUnreadable) {
		return err
	}
	if h.Pair.Standby != nil && item.Version == 0 {
		if err := h.becomeHome(ctx); err != nil {
			h.Log.Error("begin as the home: the states may be taken for a standby's copy", "err", err)
		}
	}
	if silence := now.Sub(last.At); h.Pair.Standby != nil && item.Version > 0 && (silence >= takeOverAfter || silence < -takeOverAfter) {
		h.Log.Warn("take over from the standby: the home's pager was silent", "since", last.At)
		if err := h.takeOver(ctx); err != nil {
			h.Log.Error("take over from the standby: it failed; the standby hands over by itself", "err", err)
		}
	}
	if h.Heartbeat != nil {
		*h.Heartbeat = Heartbeat{item, last}
		return nil
	}
	return write(ctx, h.Pair.Home, item, beat{At: now.UTC()})
}

// Worked writes the heartbeat after a round that Turn began, with what worked in it. The standby pages when no round has worked for
// [paging.HomeSilence].
func (h Home) Worked(ctx context.Context, r Round, now time.Time) error {
	return write(ctx, h.Pair.Home, h.Heartbeat.item, h.Heartbeat.last.after(r, now))
}

// becomeHome makes the states of a table that was a standby's, and has become the home's, expect runs from every region.
func (h Home) becomeHome(ctx context.Context) error {
	was, err := h.Pair.Home.Item(ctx, copyKey)
	if err != nil || was.Version == 0 {
		return err
	}
	errs := make([]error, len(h.Names))
	atOnce(len(h.Names), copiesAtOnce, func(i int) {
		errs[i] = incident.UpdateItem(ctx, h.Pair.Home, incident.JourneyKey(h.Names[i]), func(s *judge.JourneyState) bool {
			copied := s.Copy
			*s = s.AsHome()
			return copied
		})
	})
	return errors.Join(errs...)
}

// takeOver merges the states that the standby changed. Its runs come by its own pager, as no page waits for them.
func (h Home) takeOver(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 4*h.patience()) // several requests
	defer cancel()
	var c copied
	if _, err := read(ctx, h.Pair.Standby, copyKey, &c); err != nil && !errors.Is(err, errUnreadable) {
		return err
	}
	states, err := h.states(ctx, h.Pair.Standby)
	if err != nil {
		return err
	}
	return joined(h.handOver(ctx, h.Pair, c.changed(states)))
}

// states reads the items that paging depends on from a table: those of the journeys at once, then, in a request of its own, the
// notification state, as an incident goes from a journey to there.
func (s Deps) states(ctx context.Context, items incident.Items) ([]incident.Item, error) {
	keys := paging.StateKeys(s.Names)
	journeys, route := keys[:len(keys)-1], keys[len(keys)-1]
	states, err := readItems(ctx, items, journeys)
	if err != nil {
		return nil, err
	}
	last, err := items.Item(ctx, route)
	if err != nil {
		return nil, fmt.Errorf("read the state %s: %w", route, err)
	}
	return append(states, last), nil
}

// readItems is [incident.ReadItems], with several requests at the same time where the store cannot read many items in one.
func readItems(ctx context.Context, items incident.Items, keys []string) ([]incident.Item, error) {
	if _, ok := items.(incident.BatchReader); ok {
		return incident.ReadItems(ctx, items, keys)
	}
	found, errs := make([]incident.Item, len(keys)), make([]error, len(keys))
	atOnce(len(keys), copiesAtOnce, func(i int) {
		found[i], errs[i] = items.Item(ctx, keys[i])
		found[i].Key = keys[i]
	})
	return found, errors.Join(errs...)
}
