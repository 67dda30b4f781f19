package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"valkyrie/alerts/incident"
)

// wakingItem is where the pagers of a table note that somebody is watching.
const wakingItem = "PAGER#watching"

// A watching says since when, without a gap, and until when at least.
type watching struct {
	Since time.Time `json:"since"`
	Last  time.Time `json:"last"`
}

const (
	gap  = 3 * time.Minute  // without a round, after which nobody has been watching
	note = 30 * time.Second // how often it is noted: one write a minute, mostly
)

// awake is since when pagers have been watching this table without a gap. Runs that did not come before it are not
// missed: after an outage of the whole region it would be all of them, and none of it news.
func awake(ctx context.Context, items incident.Items, now time.Time) (time.Time, error) {
	item, err := items.Item(ctx, wakingItem)
	if err != nil {
		return time.Time{}, err
	}
	var w watching
	if item.Version > 0 {
		if err := json.Unmarshal(item.Data, &w); err != nil {
			return time.Time{}, fmt.Errorf("the state under %s cannot be read: %w", wakingItem, err)
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
	item.Key = wakingItem
	if err := items.PutItem(ctx, item); err != nil && !errors.Is(err, incident.ErrConflict) {
		return time.Time{}, err // in a conflict, another pager has noted the same
	}
	return w.Since, nil
}
