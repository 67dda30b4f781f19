package regions

import (
	"context"
	"fmt"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

// Standby is the part of the standby region's pager.
type Standby struct {
	Pair
	Staff
}

// A Post is where the standby's pager has to work in a round, and why.
type Post struct {
	Place  paging.StandbyRole
	Store  incident.Store // to look at what is missing, and to page from; nil: nothing is to be done
	Reason string
}

// Turn is to be called at the beginning of each round of the standby's pager, and says where it has to page from. A home
// that answers is handed over what this region has done, and its states are copied.
func (s Standby) Turn(ctx context.Context, now time.Time) (Post, error) {
	now = now.UTC()
	var c copied
	item, err := read(ctx, s.Pair.Standby, copyKey, &c)
	if err != nil {
		return Post{}, err
	}
	if c.Since.IsZero() {
		c.Since = now
	}
	here, err := s.states(ctx, s.Pair.Standby)
	if err != nil {
		return Post{}, err
	}
	own := c.differs(here)
	missed := s.visit(ctx, &c, here, own, now)
	if err := write(ctx, s.Pair.Standby, item, c); err != nil {
		return Post{}, err
	}
	seen := paging.HomeStatus{Reachable: missed == nil, Beat: c.Beat, Since: c.Since, HasOwnRuns: own}
	post := Post{}
	switch post.Place, post.Reason = seen.Role(now); post.Place {
	case paging.StandbyOnHomeTable:
		post.Store = s.Pair.Home
	case paging.StandbyOnOwnTable:
		post.Store = s.Pair.Standby
	}
	if missed != nil {
		s.Log.Warn("the home's table does not answer", "err", missed)
	}
	return post, nil
}

// visit looks at the home: at its heartbeat, and if there is something, hands over; and copies. Its error says why the home
// could not be visited, or not to the end.
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
		s.Log.Info("what was done here is handed over to the home")
		if err := s.handOver(ctx, s.Pair, *c); err != nil {
			return fmt.Errorf("handing over: %w", err)
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

// copyBase keeps the route, which is the last of the states, as it is copied, to tell later what was added to it here.
func (s Standby) copyBase(ctx context.Context, route incident.Item) error {
	have, err := s.Pair.Standby.Item(ctx, baseKey)
	if err != nil || string(have.Data) == string(route.Data) {
		return err
	}
	return s.Pair.Standby.PutItem(ctx, incident.Item{Key: baseKey, Version: have.Version, Data: route.Data})
}
