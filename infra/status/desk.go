package status

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

// A Desk writes the page from a store.
type Desk struct {
	Store   incident.Store
	Setting Setting
	To      Publisher
}

const coverageKey = "STATUS#default"

// ErrBehind is returned by Write while the history is still being read for the first time: there is more of it than can be
// read before ctx ends. Nothing is published until the whole is known; the next Write goes on.
var ErrBehind = errors.New("the history is not read to its end yet")

// Write writes the page as of now.
func (d Desk) Write(ctx context.Context, now time.Time) error {
	known, err := d.catchUp(ctx, now)
	if err != nil {
		return err
	}
	records, err := d.Store.Incidents(ctx, dayOf(now).AddDate(0, 0, 1-Days))
	if err != nil {
		return err
	}
	route, err := paging.LoadState(ctx, d.Store)
	if err != nil {
		return err
	}
	files, err := Build(d.Setting, known, overlay(records, route), now).Files()
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := d.To.Publish(ctx, f.Name, f.ContentType, f.Data); err != nil {
			return err
		}
	}
	return nil
}

// overlay lays what is going on now over the history, which may be a moment older.
func overlay(records []incident.Record, route paging.NotificationState) []incident.Record {
	for _, i := range route.Incidents {
		at := slices.IndexFunc(records, func(r incident.Record) bool { return r.ID == i.ID })
		if at < 0 {
			records = append(records, route.Record(i))
		} else {
			records[at] = route.Record(i)
		}
	}
	return records
}

// catchUp folds in the runs since it was last asked, and remembers that. When somebody else was quicker, theirs is kept,
// and a run is folded in again the next time, which changes nothing. A long history may take longer than ctx has: what was
// read of it until then is kept too, and the next time goes on from there.
func (d Desk) catchUp(ctx context.Context, now time.Time) (Coverage, error) {
	var known Coverage
	item, err := d.Store.Item(ctx, coverageKey)
	if err != nil {
		return known, err
	}
	item.Key = coverageKey
	if item.Version > 0 {
		if err := json.Unmarshal(item.Data, &known); err != nil {
			return known, fmt.Errorf("the state under %s cannot be read: %w", coverageKey, err)
		}
	}
	known, err = d.readOn(ctx, known, now)
	return known, errors.Join(err, d.remember(ctx, item, known))
}

// readOn folds in the history from where it was read up to, stretch by stretch: so that the whole need not be in memory at
// once, and that one with little in it is read quickly.
func (d Desk) readOn(ctx context.Context, known Coverage, now time.Time) (Coverage, error) {
	const (
		late     = 15 * time.Minute // that a run may come behind one of a later slot
		shortest = time.Hour
		longest  = 24 * time.Hour
		few      = 1000 // runs
	)
	from := dayOf(now).AddDate(0, 0, 1-Days)
	if seen := known.Seen.Add(-late); seen.After(from) {
		from = seen
	}
	began := known.Seen
	for stretch := shortest; !from.After(now); {
		until := from.Add(stretch)
		runs, err := d.Store.Runs(ctx, incident.RunQuery{Since: from, Until: until})
		if err != nil && ctx.Err() != nil && known.Seen.After(began) {
			return known, fmt.Errorf("%w, but up to %s: %w", ErrBehind, known.Seen.Format(time.RFC3339), err)
		}
		if err != nil {
			return known, fmt.Errorf("the history after %s: %w", from.Format(time.RFC3339), err)
		}
		known = known.Add(runs, now)
		if until.Before(now) && until.After(known.Seen) {
			known.Seen = until // nothing is there
		}
		if from = until; len(runs) < few {
			stretch = min(2*stretch, longest)
		} else {
			stretch = max(stretch/2, shortest)
		}
	}
	return known, nil
}

// remember keeps how far the history was read, even if ctx has ended.
func (d Desk) remember(ctx context.Context, item incident.Item, known Coverage) error {
	const soon = 2 * time.Second
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), soon)
	defer cancel()
	var err error
	if item.Data, err = json.Marshal(known); err != nil {
		return err
	}
	if err = d.Store.PutItem(ctx, item); errors.Is(err, incident.ErrConflict) {
		return nil
	}
	return err
}

// Changed names what customers would be told now: see News. It costs one read.
func (d Desk) Changed(ctx context.Context) (string, error) {
	route, err := paging.LoadState(ctx, d.Store)
	return News(route), err
}

// News names what customers would be told of what is going on: another name, another page.
func News(route paging.NotificationState) string {
	name := ""
	for _, i := range route.Incidents {
		name += fmt.Sprintf("%s %s %v %d\n", i.ID, i.State, i.Regions, len(i.Outages))
	}
	return name
}
