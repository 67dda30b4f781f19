package incident

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"valkyrie/probes/journey"
)

// ErrConflict is returned by PutItem if the item has changed since it was read.
var ErrConflict = errors.New("the item was changed by another writer; read it again")

// A Store holds all state that survives a restart. infra/sqlite is the embedded one; infra/storetest holds the test that
// every store must pass. All methods are safe for use by several goroutines and several processes at once.
type Store interface {
	RunLog
	Items
	IncidentLog
}

// A RunLog keeps runs.
type RunLog interface {
	// PutRun adds a run. If a run of the same journey, region and slot is stored, it stays as it is, without an error: a
	// slot has one verdict. The exception is a stored run that is Unfinished: the same run, by its id, replaces it once it
	// has ended.
	PutRun(ctx context.Context, run journey.Run) error
	// Runs lists runs, oldest slot first (ties: by region, then id, then journey).
	Runs(ctx context.Context, q RunQuery) ([]journey.Run, error)
}

// A RunStreamer is a store that lists runs page by page, so that a reader needs little memory for a long history.
type RunStreamer interface {
	// Stream lists the same runs as Runs, in the same order. They are not of one moment: a run that is stored meanwhile is
	// listed or not, each at most once. It ends at the first error. No transaction is open while a run is looked at, so that the
	// store can be used meanwhile.
	Stream(ctx context.Context, q RunQuery) iter.Seq2[journey.Run, error]
}

// StreamRuns lists runs like Runs: page by page, if the log can.
func StreamRuns(ctx context.Context, log RunLog, q RunQuery) iter.Seq2[journey.Run, error] {
	if s, ok := log.(RunStreamer); ok && q.Limit <= 0 {
		return s.Stream(ctx, q)
	}
	return func(yield func(journey.Run, error) bool) {
		runs, err := log.Runs(ctx, q)
		if err != nil {
			yield(journey.Run{}, err)
			return
		}
		for _, run := range runs {
			if !yield(run, nil) {
				return
			}
		}
	}
}

// A RunAdder is a store that reports whether PutRun stored the run.
type RunAdder interface {
	// AddRun is PutRun. It reports false for a run that was left out, as its slot has another.
	AddRun(ctx context.Context, run journey.Run) (added bool, err error)
}

// A RunRenamer is a store that moves runs to another journey.
type RunRenamer interface {
	// RenameRuns moves the runs of a journey to another name, and returns how many it has moved. A run whose slot and region have one
	// under the new name is dropped, as a slot has one verdict. After an error it may be called again, and goes on. progress is called
	// now and then with the number of runs so far.
	RenameRuns(ctx context.Context, from, to string, progress func(moved int64)) (moved int64, err error)
}

// KeepRun stores a run and returns the one that its slot has then: this one, or that which another delivery of the slot has stored.
func KeepRun(ctx context.Context, log RunLog, run journey.Run) (journey.Run, error) {
	if adder, ok := log.(RunAdder); ok {
		if added, err := adder.AddRun(ctx, run); err != nil || added {
			return run, err
		}
	} else if err := log.PutRun(ctx, run); err != nil {
		return run, err
	}
	stored, err := log.Runs(ctx, RunQuery{Journey: run.Journey, Since: run.Slot, Until: run.Slot.Add(1)})
	if err != nil {
		return run, fmt.Errorf("read the run that the slot has: %w", err)
	}
	for _, r := range stored {
		if r.Region == run.Region && r.ID != run.ID {
			return r, nil
		}
	}
	return run, nil
}

// A RunQuery chooses runs.
type RunQuery struct {
	Journey string    // empty: every journey
	Since   time.Time // slots at or after it; zero: from the beginning
	Until   time.Time // slots before it; zero: to the end
	Limit   int       // the newest Limit runs; 0 or less: all

	// Lean asks for the fields that judging and summaries read, which is several times faster; a store may return more. These are the
	// id, journey, region, slot, every, start, duration, outcome, counts, error, tries, first error and certificates of a run, its evidence
	// if that is pending, and each step without its start and its waterfall.
	Lean bool
	// WithoutSteps asks for runs without their steps, which is several times faster again; a store may return them.
	WithoutSteps bool
}

// Items holds the small states of judging and paging. A conditional write guards each against concurrent changes.
type Items interface {
	// Item returns the item under key. An item that was never written has version 0 and no data, without an error.
	Item(ctx context.Context, key string) (Item, error)
	// PutItem writes the data and version item.Version+1 if the stored version is item.Version; otherwise it writes nothing
	// and returns ErrConflict.
	PutItem(ctx context.Context, item Item) error
}

// A Clock is a store that compares this machine's clock with its own, which all machines that work on it share.
type Clock interface {
	// Ahead returns by how much this machine's clock is ahead of the store's; 0: they agree, or that is unknown.
	Ahead() time.Duration
}

// TimeOf returns a time of this machine's clock by the store's clock. Two pagers whose clocks differ by minutes would else find runs
// missing that are not, and take each other's pages for abandoned.
func TimeOf(items Items, now time.Time) time.Time {
	if c, ok := items.(Clock); ok {
		return now.Add(-c.Ahead())
	}
	return now
}

// An Item is a versioned value.
type Item struct {
	Key     string // such as "JOURNEY#print-card", "ROUTE#default"
	Version int64
	Data    []byte
}

// An IncidentLog keeps the history of incidents and their pages, for people to read.
type IncidentLog interface {
	// PutIncident adds or replaces a record and its pages. A record with a Rev below the stored one is dropped without an
	// error, so that a late writer does not undo a newer one.
	PutIncident(ctx context.Context, r Record) error
	// Incidents lists incidents opened or resolved at or after since, and all unresolved ones; oldest opening first (ties:
	// by id).
	Incidents(ctx context.Context, since time.Time) ([]Record, error)
}

// JourneyKey returns the key of the state of a journey or a batch.
func JourneyKey(name string) string { return "JOURNEY#" + name }

// NotificationKey is the key of the pager's state.
const NotificationKey = "ROUTE#default"

// LoadItem reads an item into state; state is unchanged if the item was never written.
func LoadItem(ctx context.Context, items Items, key string, state any) (Item, error) {
	item, err := items.Item(ctx, key)
	if err != nil || item.Version == 0 {
		item.Key = key
		return item, err
	}
	if err := json.Unmarshal(item.Data, state); err != nil {
		return item, fmt.Errorf("decode the state under %s: %w", key, err)
	}
	return item, nil
}

// A BatchReader is a store that reads many items in one request.
type BatchReader interface {
	// ItemsOf returns the items under the keys, which are distinct, by key; those that were never written are missing.
	ItemsOf(ctx context.Context, keys []string) (map[string]Item, error)
}

// ReadItems reads the items under distinct keys, in their order but at no particular time each; one that was never written has
// version 0.
func ReadItems(ctx context.Context, items Items, keys []string) ([]Item, error) {
	read := func(key string) (Item, error) { return items.Item(ctx, key) }
	if b, ok := items.(BatchReader); ok && len(keys) > 1 {
		all, err := b.ItemsOf(ctx, keys)
		if err != nil {
			return nil, err
		}
		read = func(key string) (Item, error) {
			item := all[key]
			item.Key = key
			return item, nil
		}
	}
	found := make([]Item, len(keys))
	for n, key := range keys {
		var err error
		if found[n], err = read(key); err != nil {
			return nil, fmt.Errorf("read the state %s: %w", key, err)
		}
	}
	return found, nil
}

// LoadItems reads the states under distinct keys, in their order; one that was never written is a zero S. It returns an error for
// each state that cannot be read, joined; such a state is nil.
func LoadItems[S any](ctx context.Context, items Items, keys []string) ([]*S, error) {
	read := func(key string) (Item, error) { return items.Item(ctx, key) }
	if b, ok := items.(BatchReader); ok && len(keys) > 1 {
		if all, err := b.ItemsOf(ctx, keys); err == nil { // otherwise one bad item would hide the others
			read = func(key string) (Item, error) { return all[key], nil }
		}
	}
	states, errs := make([]*S, len(keys)), make([]error, len(keys))
	for n, key := range keys {
		item, err := read(key)
		s := new(S)
		if err == nil && item.Version > 0 {
			if err = json.Unmarshal(item.Data, s); err != nil {
				err = fmt.Errorf("decode the state under %s: %w", key, err)
			}
		}
		if errs[n] = err; err == nil {
			states[n] = s
		}
	}
	return states, errors.Join(errs...)
}

// UpdateItem reads, changes and writes an item's state, and retries after a conflict. fold gets a fresh copy each time, and
// reports whether to write it.
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
