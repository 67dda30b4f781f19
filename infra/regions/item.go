package regions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"valkyrie/alerts/incident"
)

// The keys of this package's items.
const (
	beatKey = "PAGER#home"         // at home: the heartbeat of its pager
	copyKey = "STANDBY#copy"       // at the standby: the record of its copy
	hookKey = "STANDBY#webhook"    // at home: the address of the standby's webhook
	baseKey = "STANDBY#ROUTE#base" // at the standby: the notification state as an earlier version copied it
)

// errUnreadable is wrapped by the error about an item whose data cannot be decoded.
var errUnreadable = errors.New("it cannot be decoded")

// read decodes an item into state; an item that was never written leaves state unchanged.
func read(ctx context.Context, items incident.Items, key string, state any) (incident.Item, error) {
	item, err := items.Item(ctx, key)
	if err != nil || item.Version == 0 {
		item.Key = key
		return item, err
	}
	if err := json.Unmarshal(item.Data, state); err != nil {
		return item, fmt.Errorf("read the state %s: %w: %w", key, errUnreadable, err)
	}
	return item, nil
}

// write writes back an item that was read. A version conflict is no error: the other writer wrote the same, and the next
// write is a minute away.
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

// A hook is the item under hookKey.
type hook struct {
	URL string `json:"url"`
}

// StandbyWebhook returns the address of the standby's webhook, which the standby's pager has stored at home; "": it has not yet.
func StandbyWebhook(ctx context.Context, home incident.Items) (string, error) {
	var h hook
	_, err := read(ctx, home, hookKey, &h)
	return h.URL, err
}

// publishWebhook stores the address of the standby's webhook at home, where the home's pager names it to the provider as the fallback.
func (s Standby) publishWebhook(ctx context.Context) error {
	var h hook
	item, err := read(ctx, s.Pair.Home, hookKey, &h)
	if err != nil && !errors.Is(err, errUnreadable) || h.URL == s.Webhook {
		return err
	}
	return write(ctx, s.Pair.Home, item, hook{s.Webhook})
}
