package regions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"valkyrie/alerts/incident"
)

// The items of this package.
const (
	beatKey = "PAGER#home"         // at home: when its pager was last at work
	copyKey = "STANDBY#copy"       // at the standby: what it has a copy of
	baseKey = "STANDBY#ROUTE#base" // at the standby: the route as it was copied
)

// A beat is the home's heartbeat.
type beat struct {
	At time.Time `json:"at"`
}

// read reads an item into state; one that was never written leaves it as it is.
func read(ctx context.Context, items incident.Items, key string, state any) (incident.Item, error) {
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

// write writes an item that was read. That somebody else was quicker is no error: they have written the same, and will
// again in a minute.
func write(ctx context.Context, items incident.Items, item incident.Item, state any) error {
	var err error
	if item.Data, err = json.Marshal(state); err != nil {
		return err
	}
	if err = items.PutItem(ctx, item); errors.Is(err, incident.ErrConflict) {
		return nil
	}
	return err
}
