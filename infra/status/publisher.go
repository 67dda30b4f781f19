package status

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

// A Publisher keeps a page current for processes that are short-lived and may run concurrently: the store records the last
// publication.
type Publisher struct {
	Writer
	Every time.Duration // the interval between writings without changes; several times shorter than StaleAfter
}

const publishedKey = "STATUS#published"

// published records the last publication.
type published struct {
	News string    `json:"news"`
	At   time.Time `json:"at"`
}

// Turn publishes the page if route, the store's current state, has changed since the last publication, or if Every has passed. After a conflict with
// another publisher it is unknown which page is in place, so it writes again: the last page is never older than the
// recorded news.
func (p Publisher) Turn(ctx context.Context, route paging.NotificationState, now time.Time) error {
	for overtaken := false; ; overtaken = true {
		var last published
		item, err := p.Store.Item(ctx, publishedKey)
		if err != nil {
			return err
		}
		if item.Version > 0 {
			if err := json.Unmarshal(item.Data, &last); err != nil {
				return fmt.Errorf("decode the state %s: %w", publishedKey, err)
			}
		}
		news := ChangeKey(route)
		if !overtaken && last.News == news && now.Sub(last.At) < p.Every {
			return nil
		}
		if err := p.Write(ctx, now); err != nil {
			return err
		}
		item.Key = publishedKey
		if item.Data, err = json.Marshal(published{news, now.UTC()}); err != nil {
			return err
		}
		if err := p.Store.PutItem(ctx, item); !errors.Is(err, incident.ErrConflict) {
			return err
		}
		if route, err = paging.LoadState(ctx, p.Store); err != nil {
			return err
		}
	}
}
