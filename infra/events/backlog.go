package events

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	alertconfig "valkyrie/alerts/config"
	"valkyrie/alerts/incident"
)

// A Backlog counts the events that wait for a receiver.
type Backlog struct {
	Receiver string    // its name
	Events   int       // made and not known to be delivered
	Since    time.Time // of the oldest of them; zero: none waits
}

// Backlogs returns the backlog of each receiver that alerts.yaml configures, without its secrets and without AWS.
func Backlogs(ctx context.Context, items incident.Items, subscribers alertconfig.Subscribers) ([]Backlog, error) {
	var all []Backlog
	for _, w := range subscribers.Webhooks {
		all = append(all, Backlog{Receiver: Webhook{URL: w.URL}.Name()})
	}
	for _, arn := range []string{subscribers.EventBus, subscribers.Topic} {
		if arn != "" {
			all = append(all, Backlog{Receiver: arn})
		}
	}
	for i := range all {
		key := stateKey(all[i].Receiver)
		item, err := items.Item(ctx, key)
		if err != nil {
			return nil, err
		}
		var state ReceiverState
		if item.Version > 0 {
			if err := json.Unmarshal(item.Data, &state); err != nil {
				return nil, fmt.Errorf("decode item %s: %w", key, err)
			}
		}
		if all[i].Events = len(state.Outbox); all[i].Events > 0 {
			all[i].Since = state.Outbox[0].At
		}
	}
	return all, nil
}
