package regions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"sync"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/paging"
)

// copied is the standby's record of the copy in its table, and of its view of the home. Of a record that an earlier version
// wrote, the later fields are zero.
type copied struct {
	Since    time.Time              `json:"since"` // first time the standby read the home
	Seen     time.Time              `json:"seen"`  // last time all of the home's states were copied
	Beat     time.Time              `json:"beat"`  // latest sign of the home's pager, by this region's clock
	Versions map[string]versionPair `json:"versions"`

	BeatAt   time.Time            `json:"beat_at,omitzero"`   // that heartbeat, by the home's clock
	Looked   time.Time            `json:"looked,omitzero"`    // last time the home's table answered
	Missed   time.Time            `json:"missed,omitzero"`    // since when it does not answer; zero: it does
	Brought  time.Time            `json:"brought,omitzero"`   // every run here of a slot before it is at home
	Bringing bool                 `json:"bringing,omitempty"` // there are runs left to bring
	Checked  time.Time            `json:"checked,omitzero"`   // last time the standby looked for runs to bring
	Stalled  int                  `json:"stalled,omitempty"`  // turns in a row with work to hand over and without progress
	Waiting  map[string]time.Time `json:"waiting,omitempty"`  // pages and incidents that wait for the home's pager, since when
	Helps    time.Time            `json:"helps,omitzero"`     // until then the standby pages beside the home's pager, which let something wait
	Blind    time.Time            `json:"blind,omitzero"`     // since when the home is not seen, of which a text was planned
	Webhook  string               `json:"webhook,omitempty"`  // address of this region\'s webhook, as the home has it
}

// versionPair holds the versions of an item at home and of its copy here. A different version here means the copy was
// changed here. Sum is a checksum of the home's data, as a table that was lost and made again counts from 1.
type versionPair struct {
	Home int64  `json:"home"`
	Here int64  `json:"here"`
	Sum  uint32 `json:"sum,omitempty"` // 0: unknown, stored by an earlier version
}

// record reads the standby's record. One that cannot be decoded is begun anew: at worst, unchanged states are handed over again.
func (s Standby) record(ctx context.Context, now time.Time) (copied, incident.Item, error) {
	var c copied
	item, err := s.Pair.Standby.Item(ctx, copyKey)
	if err != nil {
		return c, item, err
	}
	item.Key = copyKey
	if item.Version > 0 && json.Unmarshal(item.Data, &c) != nil {
		s.Log.Error("read the standby's record: it cannot be decoded, and is begun anew", "key", copyKey)
		c = copied{}
	}
	if c.Since.IsZero() {
		c.Since = now
	}
	if c.Checked.IsZero() {
		c.Checked = now
	}
	c.Brought = c.bringFrom(now)
	return c, item, nil
}

// changed returns the keys of the items that probes or the pager changed here after they were copied.
func (c copied) changed(here []incident.Item) map[string]bool {
	keys := map[string]bool{}
	for _, item := range here {
		if item.Version != c.Versions[item.Key].Here {
			keys[item.Key] = true
		}
	}
	return keys
}

// copyFrom overwrites the standby's items with the home's, except those in kept. here holds the items read before the
// handover: the write of an item that changed since conflicts, so its changes stay until the next handover. An item that cannot
// be copied keeps none of the others. The notification state comes last, after the journeys that hand incidents to it.
func (c *copied) copyFrom(ctx context.Context, home, here []incident.Item, kept map[string]bool, to incident.Items, at time.Time) error {
	now := make([]versionPair, len(home))
	errs := make([]error, len(home))
	put := func(i int) {
		now[i] = c.Versions[home[i].Key]
		if kept[home[i].Key] {
			errs[i] = incident.ErrConflict
			return
		}
		now[i], errs[i] = c.copyItem(ctx, home[i], here[i], to)
	}
	last := len(home) - 1
	atOnce(last, copiesAtOnce, put)
	put(last)
	versions, whole := map[string]versionPair{}, true
	var failed []error
	for i, item := range home {
		if errs[i] != nil {
			whole = false
			if !errors.Is(errs[i], incident.ErrConflict) {
				failed = append(failed, fmt.Errorf("copy the state %s: %w", item.Key, errs[i]))
			}
		}
		versions[item.Key] = now[i]
	}
	c.Versions = versions
	if whole {
		c.Seen = at
	}
	return errors.Join(failed...)
}

// copiesAtOnce is the number of items that are read or written at the same time: one after the other, a thousand would take
// longer than a round of the pager has.
const copiesAtOnce = 16

// atOnce calls do for 0 to n-1, at most limit of them at the same time.
func atOnce(n, limit int, do func(int)) {
	var working sync.WaitGroup
	free := make(chan struct{}, limit)
	for i := range n {
		free <- struct{}{}
		working.Go(func() {
			do(i)
			<-free
		})
	}
	working.Wait()
}

// copyItem overwrites one of the standby's items if it differs, and returns the versions; with an error those of before.
func (c *copied) copyItem(ctx context.Context, home, here incident.Item, to incident.Items) (versionPair, error) {
	t := c.Versions[home.Key]
	sum := checksum(home.Data)
	switch {
	case home.Version == 0 && t.Home == 0: // the home has no such item
		return versionPair{Here: here.Version}, nil
	case home.Version == t.Home && here.Version == t.Here && (t.Sum == sum || t.Sum == 0):
		return t, nil
	}
	data, err := copyOf(home)
	if err != nil {
		return t, err
	}
	if err := to.PutItem(ctx, incident.Item{Key: home.Key, Version: here.Version, Data: data}); err != nil {
		return t, err
	}
	return versionPair{Home: home.Version, Here: here.Version + 1, Sum: sum}, nil
}

func checksum(data []byte) uint32 {
	h := fnv.New32a()
	_, _ = h.Write(data) // never fails
	return max(1, h.Sum32())
}

// copyOf returns the data of the copy of a home's item: the notification state with the settings as copied, from which later
// changes here are told apart, and a journey's state with its regions marked as copied, so that none counts as silent here before
// it has sent a run here. The copy of an item that the home has lost is an empty state.
func copyOf(home incident.Item) ([]byte, error) {
	if home.Version == 0 {
		return []byte("{}"), nil
	}
	if home.Key == incident.NotificationKey {
		return paging.CopyOf(home)
	}
	var s judge.JourneyState
	if err := json.Unmarshal(home.Data, &s); err != nil {
		return nil, fmt.Errorf("decode the state: %w", err)
	}
	return json.Marshal(s.AsCopy())
}
