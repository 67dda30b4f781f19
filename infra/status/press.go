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

// A Press keeps a page true for programs that come and go, and may be there several at a time: what was published last is in
// the store.
type Press struct {
	Desk
	Every time.Duration // how often the page is written when there is no news; several times shorter than it may be believed
}

const publishedKey = "STATUS#published"

// published is what was published last.
type published struct {
	News string    `json:"news"`
	At   time.Time `json:"at"`
}

// Turn publishes the page if route, which is that of the store, has something new to tell, or it is time to. When another
// press has published meanwhile, it is not known whose page is there now, so it is written again: the last one is never older
// than the news that were noted.
func (p Press) Turn(ctx context.Context, route paging.NotificationState, now time.Time) error {
	for overtaken := false; ; overtaken = true {
		var last published
		item, err := p.Store.Item(ctx, publishedKey)
		if err != nil {
			return err
		}
		if item.Version > 0 {
			if err := json.Unmarshal(item.Data, &last); err != nil {
				return fmt.Errorf("the state under %s cannot be read: %w", publishedKey, err)
			}
		}
		news := News(route)
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
