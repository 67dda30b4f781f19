package regions

import (
	"context"
	"errors"
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
	versions := map[string]versionPair{}
	whole := true
	for i, item := range home {
		t := c.Versions[item.Key]
		if item.Version == 0 { // the home has no such item
			versions[item.Key] = versionPair{Here: here[i].Version}
			continue
		}
		if item.Version != t.Home || here[i].Version != t.Here {
			err := to.PutItem(ctx, incident.Item{Key: item.Key, Version: here[i].Version, Data: item.Data})
			if errors.Is(err, incident.ErrConflict) {
				versions[item.Key], whole = t, false
				continue
			}
			if err != nil {
				return err
			}
			t = versionPair{Home: item.Version, Here: here[i].Version + 1}
		}
		versions[item.Key] = t
	}
	c.Versions = versions
	if whole {
		c.Seen = at
	}
	return nil
}
