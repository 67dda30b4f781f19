package regions

import (
	"context"
	"errors"
	"time"

	"valkyrie/alerts/incident"
)

// copied is what the standby knows of the copy in its table.
type copied struct {
	Since    time.Time        `json:"since"` // the first look at the home
	Seen     time.Time        `json:"seen"`  // when all of the home's states were last here
	Beat     time.Time        `json:"beat"`  // the last heartbeat of the home that was seen
	Versions map[string]twins `json:"versions"`
}

// twins are the versions of an item at home and of its copy here. A copy that has another version has been worked on.
type twins struct {
	Home int64 `json:"home"`
	Here int64 `json:"here"`
}

// differs reports whether the standby's items are not what was copied: probes or its pager have worked on them.
func (c copied) differs(here []incident.Item) bool {
	for _, item := range here {
		if item.Version != c.Versions[item.Key].Here {
			return true
		}
	}
	return false
}

// copyFrom brings the standby's items to what the home's are. here is what they were when all that was in them was known at
// home: one that was worked on since then is left, and handed over first, the next time.
func (c *copied) copyFrom(ctx context.Context, home, here []incident.Item, to incident.Items, at time.Time) error {
	versions := map[string]twins{}
	whole := true
	for i, item := range home {
		t := c.Versions[item.Key]
		if item.Version == 0 { // the home has nothing to say about it
			versions[item.Key] = twins{Here: here[i].Version}
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
			t = twins{Home: item.Version, Here: here[i].Version + 1}
		}
		versions[item.Key] = t
	}
	c.Versions = versions
	if whole {
		c.Seen = at
	}
	return nil
}
