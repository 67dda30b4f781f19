package regions

import (
	"context"
	"fmt"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

// Standby is the standby region's side of paging.
type Standby struct {
	Pair
	Deps
}

// An Assignment is the table that the standby's pager works on in a round, with the reason.
type Assignment struct {
	Place  paging.StandbyRole
	Store  incident.Store // to check for missing runs and to page from; nil: nothing to do
	Reason string
}

// Turn must be called at the beginning of each round of the standby's pager, and returns the table to page from. When the
// home answers, Turn hands over this region's changes and copies the home's states.
func (s Standby) Turn(ctx context.Context, now time.Time) (Assignment, error) {
	now = now.UTC()
	var c copied
	item, err := read(ctx, s.Pair.Standby, copyKey, &c)
	if err != nil {
		return Assignment{}, err
	}
	if c.Since.IsZero() {
		c.Since = now
	}
	here, err := s.states(ctx, s.Pair.Standby)
	if err != nil {
		return Assignment{}, err
	}
	own := c.differs(here)
	missed := s.visit(ctx, &c, here, own, now)
	if err := write(ctx, s.Pair.Standby, item, c); err != nil {
		return Assignment{}, err
	}
	seen := paging.HomeStatus{Reachable: missed == nil, Beat: c.Beat, Since: c.Since, HasOwnRuns: own}
	assigned := Assignment{}
	switch assigned.Place, assigned.Reason = seen.Role(now); assigned.Place {
	case paging.StandbyOnHomeTable:
		assigned.Store = s.Pair.Home
	case paging.StandbyOnOwnTable:
		assigned.Store = s.Pair.Standby
	}
	if missed != nil {
		s.Log.Warn("read the home's table: no answer", "err", missed)
	}
	return assigned, nil
}

// visit reads the home's heartbeat, hands over this region's changes if there are any, and copies the home's states. Its
// error is the reason why it could not, or not completely.
func (s Standby) visit(ctx context.Context, c *copied, here []incident.Item, own bool, now time.Time) error {
	brief, cancel := context.WithTimeout(ctx, s.patience())
	defer cancel()
	var b beat
	if _, err := read(brief, s.Pair.Home, beatKey, &b); err != nil {
		return err
	}
	if b.At.After(c.Beat) {
		c.Beat = b.At
	}
	ctx, cancel = context.WithTimeout(ctx, 4*s.patience()) // several requests
	defer cancel()
	if own {
		s.Log.Info("hand over this region's changes to the home")
		if err := s.handOver(ctx, s.Pair, *c); err != nil {
			return fmt.Errorf("hand over to the home: %w", err)
		}
	}
	home, err := s.states(ctx, s.Pair.Home)
	if err != nil {
		return err
	}
	if err := s.copyBase(ctx, home[len(home)-1]); err != nil {
		return err
	}
	return c.copyFrom(ctx, home, here, s.Pair.Standby, now)
}

// copyBase keeps the route, which is the last of the states, as copied, to detect later changes made here.
func (s Standby) copyBase(ctx context.Context, route incident.Item) error {
	have, err := s.Pair.Standby.Item(ctx, baseKey)
	if err != nil || string(have.Data) == string(route.Data) {
		return err
	}
	return s.Pair.Standby.PutItem(ctx, incident.Item{Key: baseKey, Version: have.Version, Data: route.Data})
}
