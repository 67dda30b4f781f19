package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"valkyrie/alerts/incident"
)

// runningItem is the item in which the pagers of a table record that they run.
const runningItem = "PAGER#watching"

// A runningPeriod is a period without a gap in which pagers ran.
type runningPeriod struct {
	Since time.Time `json:"since"`
	Last  time.Time `json:"last"`
}

const (
	gap  = 3 * time.Minute  // without a round, after which the period ends
	note = 30 * time.Second // how often it is recorded: about one write a minute
)

// runningSince returns since when pagers have run on this table without a gap. Runs missing from before that are not reported:
// after an outage of the whole region all of them are missing, for a known reason.
func runningSince(ctx context.Context, items incident.Items, now time.Time) (time.Time, error) {
	item, err := items.Item(ctx, runningItem)
	if err != nil {
		return time.Time{}, err
	}
	var w runningPeriod
	if item.Version > 0 {
		if err := json.Unmarshal(item.Data, &w); err != nil {
			return time.Time{}, fmt.Errorf("decode the state %s: %w", runningItem, err)
		}
	}
	if now.Sub(w.Last) < note {
		return w.Since, nil
	}
	if now.Sub(w.Last) > gap {
		w.Since = now.UTC()
	}
	w.Last = now.UTC()
	if item.Data, err = json.Marshal(w); err != nil {
		return time.Time{}, err
	}
	item.Key = runningItem
	if err := items.PutItem(ctx, item); err != nil && !errors.Is(err, incident.ErrConflict) {
		return time.Time{}, err // in a conflict, another pager has recorded the same
	}
	return w.Since, nil
}
