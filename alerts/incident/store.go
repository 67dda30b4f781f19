package incident

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"valkyrie/probes/journey"
)

// ErrConflict is returned by PutItem when the item has changed since it was read.
var ErrConflict = errors.New("the item was changed by somebody else meanwhile")

// A Store keeps what must survive a restart. infra/sqlite is the embedded one; infra/storetest holds the test that
// every store must pass. All methods are safe for use by several goroutines and several processes at once.
type Store interface {
	RunLog
	Items
	IncidentLog
}

// A RunLog keeps runs.
type RunLog interface {
	// PutRun adds a run. A run of the same journey, region and slot that is already there stays as it is, and that is
	// not an error: a slot has one verdict.
	PutRun(ctx context.Context, run journey.Run) error
	// Runs lists runs, oldest slot first (ties: by region, then id, then journey).
	Runs(ctx context.Context, q RunQuery) ([]journey.Run, error)
}

// A RunQuery chooses runs.
type RunQuery struct {
	Journey string    // empty: every journey
	Since   time.Time // slots at or after it; zero: from the beginning
	Until   time.Time // slots before it; zero: to the end
	Limit   int       // the newest so many; 0 or less: all

	// Lean asks for what judging looks at only, which is read several times faster; a store may bring more. That is
	// the id, journey, region, slot, every, outcome, counts and error of a run; and all of a step but when it started
	// and its waterfall.
	Lean bool
}

// Items keeps the small states that judging and paging fold over, each changed only by whoever saw its latest version.
type Items interface {
	// Item returns the item under key. One that was never written has version 0 and no data; that is not an error.
	Item(ctx context.Context, key string) (Item, error)
	// PutItem writes data if the stored version still is item.Version, and makes it item.Version+1; otherwise it writes
	// nothing and returns ErrConflict.
	PutItem(ctx context.Context, item Item) error
}

// An Item is a versioned value.
type Item struct {
	Key     string // such as "JOURNEY#print-card", "ROUTE#default"
	Version int64
	Data    []byte
}

// An IncidentLog keeps the history of incidents and their pages, for people to read.
type IncidentLog interface {
	// PutIncident adds or replaces a record and its pages. One with a Rev lower than the stored one is left out
	// silently, so that a late writer does not undo a newer one.
	PutIncident(ctx context.Context, r Record) error
	// Incidents lists those opened, or resolved, at or after since, and all that are unresolved; by the time of opening,
	// oldest first (ties: by id).
	Incidents(ctx context.Context, since time.Time) ([]Record, error)
}

func JourneyKey(name string) string { return "JOURNEY#" + name }

const NotificationKey = "ROUTE#default"

// LoadItem reads an item's state; one that was never written stays as it is.
func LoadItem(ctx context.Context, items Items, key string, state any) (Item, error) {
	item, err := items.Item(ctx, key)
	if err != nil || item.Version == 0 {
		item.Key = key
		return item, err
	}
	if err := json.Unmarshal(item.Data, state); err != nil {
		return item, fmt.Errorf("the state under %s cannot be read: %w", key, err)
	}
	return item, nil
}

// UpdateItem reads, changes and writes an item's state, again when somebody else was quicker. fold works on a fresh copy each
// time, and reports whether there is something to write.
func UpdateItem[S any](ctx context.Context, items Items, key string, fold func(*S) bool) error {
	for {
		var s S
		item, err := LoadItem(ctx, items, key, &s)
		if err != nil {
			return err
		}
		if !fold(&s) {
			return nil
		}
		if item.Data, err = json.Marshal(s); err != nil {
			return err
		}
		err = items.PutItem(ctx, item)
		if !errors.Is(err, ErrConflict) {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}
