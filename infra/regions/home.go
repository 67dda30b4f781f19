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
}

// takeOverAfter is the silence after which the home's pager reads the standby's changes. It is shorter than the standby's
// own limit, as the two clocks may differ.
const takeOverAfter = paging.HomeSilence - 30*time.Second

// Turn must be called at the beginning of each round of the home's pager, before any page is sent. It writes the heartbeat,
// and after a silence merges the standby's changes. A standby that does not answer does not block paging.
func (h Home) Turn(ctx context.Context, now time.Time) error {
	var last beat
	item, err := read(ctx, h.Pair.Home, beatKey, &last)
	if err != nil {
		return err
	}
	if h.Pair.Standby != nil && item.Version > 0 && now.Sub(last.At) >= takeOverAfter {
		h.Log.Warn("take over from the standby: the home's pager was silent", "since", last.At)
		if err := h.takeOver(ctx); err != nil {
			h.Log.Error("take over from the standby: it failed; the standby hands over by itself", "err", err)
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

// states reads the items that paging depends on from a table: those of the journeys at once, then, in a request of its own, the
// notification state, as an incident goes from a journey to there.
func (s Deps) states(ctx context.Context, items incident.Items) ([]incident.Item, error) {
	keys := paging.StateKeys(s.Names)
	journeys, route := keys[:len(keys)-1], keys[len(keys)-1]
	states, err := incident.ReadItems(ctx, items, journeys)
	if err != nil {
		return nil, err
	}
	last, err := items.Item(ctx, route)
	if err != nil {
		return nil, fmt.Errorf("read the state %s: %w", route, err)
	}
	return append(states, last), nil
}
