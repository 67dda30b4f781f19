package alerts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"valkyrie/probes/journey"
)

// A Desk takes in runs: it keeps each, and judges it.
type Desk struct {
	Store  Store
	Policy Policy
	Titles map[string]string // of the journeys, by name
	Awake  time.Time         // since when runs can come; zero: always. Before it, none is missed
}

func journeyKey(name string) string { return "JOURNEY#" + name }

// Record keeps run and folds it into its journey's state; a decision to page is in the same write as the state that it
// follows from. Recording a run again changes nothing.
func (d Desk) Record(ctx context.Context, run journey.Run) ([]Decision, error) {
	if err := d.Store.PutRun(ctx, run); err != nil {
		return nil, fmt.Errorf("the run of %s could not be kept: %w", run.Journey, err)
	}
	return d.judge(ctx, run)
}

// CatchUp judges the runs that were kept, but not judged because the program stopped in between.
func (d Desk) CatchUp(ctx context.Context, journeys []string) error {
	for _, name := range journeys {
		var s JourneyState
		if _, err := load(ctx, d.Store, journeyKey(name), &s); err != nil {
			return err
		}
		runs, err := d.Store.Runs(ctx, RunQuery{Journey: name, Since: s.earliest(), Limit: most})
		if err != nil {
			return err
		}
		for _, run := range runs {
			if _, err := d.judge(ctx, run); err != nil {
				return err
			}
		}
	}
	return nil
}

// earliest is the slot up to which every region has been judged.
func (s JourneyState) earliest() time.Time {
	var first time.Time
	for _, r := range s.Regions {
		if first.IsZero() || r.Slot.Before(first) {
			first = r.Slot
		}
	}
	return first
}

func (d Desk) judge(ctx context.Context, run journey.Run) ([]Decision, error) {
	var decisions []Decision
	err := change(ctx, d.Store, journeyKey(run.Journey), func(s *JourneyState) bool {
		*s, decisions = Judge(d.Policy.For(run.Journey), *s, run, d.Titles[run.Journey])
		return decisions[0].Verb != Ignores
	})
	if err != nil {
		return nil, fmt.Errorf("the run of %s could not be judged: %w", run.Journey, err)
	}
	return decisions, nil
}

// load reads an item's state; one that was never written stays as it is.
func load(ctx context.Context, items Items, key string, state any) (Item, error) {
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

// change reads, changes and writes an item's state, again when somebody else was quicker. fold works on a fresh copy each
// time, and reports whether there is something to write.
func change[S any](ctx context.Context, items Items, key string, fold func(*S) bool) error {
	for {
		var s S
		item, err := load(ctx, items, key, &s)
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
