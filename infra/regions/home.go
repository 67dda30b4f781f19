package regions

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/paging"
)

// A Staff is who works on a table: made for the home's or for the standby's, by the same rules.
type Staff struct {
	Desk  func(incident.Store) judge.Recorder
	Pager func(incident.Store) *paging.Pager
	Names []string // of the journeys and the batches: alerts.Policy.Names
	Log   *slog.Logger
}

// Home is the part of the home region's pager.
type Home struct {
	Pair
	Staff
}

// overslept is after which silence of its own the home asks the standby what it has done meanwhile. It is less than what
// the standby waits for, whose clock may be another.
const overslept = paging.HomeSilence - 30*time.Second

// Turn is to be called at the beginning of each round of the home's pager, before it pages anybody. It leaves the heartbeat;
// and after a silence it takes over what the standby has done. A standby that does not answer keeps nobody from being paged.
func (h Home) Turn(ctx context.Context, now time.Time) error {
	var last beat
	item, err := read(ctx, h.Pair.Home, beatKey, &last)
	if err != nil {
		return err
	}
	if h.Pair.Standby != nil && item.Version > 0 && now.Sub(last.At) >= overslept {
		h.Log.Warn("the home's pager was silent; what the standby has done is taken over", "since", last.At)
		if err := h.takeOver(ctx); err != nil {
			h.Log.Error("what the standby has done could not be taken over; it brings it itself", "err", err)
		}
	}
	return write(ctx, h.Pair.Home, item, beat{At: now.UTC()})
}

func (h Home) takeOver(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 4*h.patience()) // several requests
	defer cancel()
	var c copied
	if _, err := read(ctx, h.Pair.Standby, copyKey, &c); err != nil {
		return err
	}
	states, err := h.states(ctx, h.Pair.Standby)
	if err != nil {
		return err
	}
	if !c.differs(states) {
		return nil
	}
	return h.handOver(ctx, h.Pair, c)
}

// states are the items that people are paged by, as they are in a table.
func (s Staff) states(ctx context.Context, items incident.Items) ([]incident.Item, error) {
	var states []incident.Item
	for _, key := range paging.StateKeys(s.Names) {
		item, err := items.Item(ctx, key)
		if err != nil {
			return nil, fmt.Errorf("the state under %s: %w", key, err)
		}
		states = append(states, item)
	}
	return states, nil
}
