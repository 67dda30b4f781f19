package regions

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"valkyrie/alerts/incident"
)

// copied is the standby's record of the copy in its table.
type copied struct {
	Since    time.Time              `json:"since"` // first time the standby read the home
	Seen     time.Time              `json:"seen"`  // last time all of the home's states were copied
	Beat     time.Time              `json:"beat"`  // latest heartbeat read from the home
	Versions map[string]versionPair `json:"versions"`
}

// versionPair holds the versions of an item at home and of its copy here. A different version here means the copy was
// changed here.
type versionPair struct {
	Home int64 `json:"home"`
	Here int64 `json:"here"`
}

// differs reports whether probes or the pager changed the standby's items after they were copied.
func (c copied) differs(here []incident.Item) bool {
	for _, item := range here {
		if item.Version != c.Versions[item.Key].Here {
			return true
		}
	}
	return false
}

// copyFrom overwrites the standby's items with the home's. here holds the items read before the handover: the write of an
// item that changed since conflicts, so its changes stay until the next handover.
func (c *copied) copyFrom(ctx context.Context, home, here []incident.Item, to incident.Items, at time.Time) error {
	now := make([]versionPair, len(home))
	errs := make([]error, len(home))
	put := func(i int) { now[i], errs[i] = c.copyItem(ctx, home[i], here[i], to) }
	var copying sync.WaitGroup
	free := make(chan struct{}, copiesAtOnce)
	last := len(home) - 1 // the notification state, after the journeys that hand incidents to it
	for i := range last {
		free <- struct{}{}
		copying.Go(func() {
			put(i)
			<-free
		})
	}
	copying.Wait()
	if !slices.ContainsFunc(errs, func(err error) bool { return err != nil && !errors.Is(err, incident.ErrConflict) }) {
		put(last)
	}
	versions, whole := map[string]versionPair{}, true
	for i, item := range home {
		if errors.Is(errs[i], incident.ErrConflict) {
			whole = false
		} else if errs[i] != nil {
			return errs[i]
		}
		versions[item.Key] = now[i]
	}
	c.Versions = versions
	if whole {
		c.Seen = at
	}
	return nil
}

// copiesAtOnce is the number of items that are written at the same time: one after the other, a thousand would take longer than a round
// of the pager has.
const copiesAtOnce = 16

// copyItem overwrites one of the standby's items if it differs, and returns the versions; with ErrConflict those of before.
func (c *copied) copyItem(ctx context.Context, home, here incident.Item, to incident.Items) (versionPair, error) {
	t := c.Versions[home.Key]
	switch {
	case home.Version == 0: // the home has no such item
		return versionPair{Here: here.Version}, nil
	case home.Version == t.Home && here.Version == t.Here:
		return t, nil
	}
	if err := to.PutItem(ctx, incident.Item{Key: home.Key, Version: here.Version, Data: home.Data}); err != nil {
		return t, err
	}
	return versionPair{Home: home.Version, Here: here.Version + 1}, nil
}
