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
	"valkyrie/infra/days"
	"valkyrie/probes/journey"
)

// A Writer writes the page from a store.
type Writer struct {
	Store   incident.Store
	Setting Setting
	To      Destination
	Read    func(until time.Time) // called while the history is read, with how far it is read by then; nil: not called
}

const coverageKey = "STATUS#default"

// ErrBehind is returned by Write while the history is still being read for the first time and cannot be read completely
// before ctx ends. Nothing is published until all of it is read; the next Write continues.
var ErrBehind = errors.New("the history is not read completely yet")

// Write writes the page as of now.
func (w Writer) Write(ctx context.Context, now time.Time) error {
	known, err := w.catchUp(ctx, now)
	if err != nil {
		return err
	}
	records, err := w.Store.Incidents(ctx, dayOf(now).AddDate(0, 0, 1-Days))
	if err != nil {
		return err
	}
	route, err := paging.LoadState(ctx, w.Store)
	if err != nil {
		return err
	}
	files, err := Build(w.Setting, known, overlay(records, route), now).Files()
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := w.To.Publish(ctx, f.Name, f.ContentType, f.Data); err != nil {
			return err
		}
	}
	return nil
}

// overlay replaces records of the history with the current ones of the route, since the history may lag.
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

// catchUp folds in the runs since the last call, and stores the result. In a conflict the other writer's result is kept,
// and the next call folds the run in again, which changes nothing. A long history may take longer than ctx allows: the part
// already read is stored, and the next call continues there.
func (w Writer) catchUp(ctx context.Context, now time.Time) (Coverage, error) {
	var known Coverage
	item, err := w.Store.Item(ctx, coverageKey)
	if err != nil {
		return known, err
	}
	item.Key = coverageKey
	if item.Version > 0 {
		if err := json.Unmarshal(item.Data, &known); err != nil {
			return known, fmt.Errorf("decode the state %s: %w", coverageKey, err)
		}
	}
	known, err = w.readRest(ctx, known, now)
	return known, errors.Join(err, w.storeCoverage(ctx, item, known))
}

// readRest folds in the rest of the history in stretches: it needs little memory for a long history, and few requests for a
// sparse one. A store that keeps the days of its runs is asked for these, and for the runs of today.
func (w Writer) readRest(ctx context.Context, known Coverage, now time.Time) (Coverage, error) {
	const late = 15 * time.Minute // how much later a run may arrive than one of a later slot
	today := dayOf(now)
	from := today.AddDate(0, 0, 1-Days)
	if seen := known.Seen.Add(-late); seen.After(from) {
		from = seen
	}
	began := known.Seen
	log, _ := w.Store.(days.Log)
	for length := newStretch(); !from.After(now); {
		until, err := from.Add(length.current), error(nil)
		if midnight := dayOf(from); log != nil && midnight.Equal(from) && from.Before(today) {
			until = days.Next(from)
			known, err = addDay(ctx, log, known, from, now)
		} else {
			if log != nil && from.Before(today) {
				until = incident.Earliest(until, days.Next(midnight))
			}
			var runs []journey.Run
			runs, err = w.Store.Runs(ctx, incident.RunQuery{Since: from, Until: until, Lean: true, WithoutSteps: true})
			length.next(len(runs))
			known = known.Add(runs, now)
		}
		if err != nil && ctx.Err() != nil && known.Seen.After(began) {
			return known, fmt.Errorf("read the history: %w, only up to %s: %w", ErrBehind, known.Seen.Format(time.RFC3339), err)
		}
		if err != nil {
			return known, fmt.Errorf("read the history after %s: %w", from.Format(time.RFC3339), err)
		}
		if until.Before(now) && until.After(known.Seen) {
			known.Seen = until // no runs in this stretch
		}
		if from = until; w.Read != nil {
			w.Read(from)
		}
	}
	return known, nil
}

// addDay folds in a day before today, of all journeys; of none if one cannot be read.
func addDay(ctx context.Context, log days.Log, known Coverage, midnight, now time.Time) (Coverage, error) {
	more := known
	for day, err := range log.Days(ctx, "", midnight, days.Next(midnight)) {
		if err != nil {
			return known, err
		}
		more = more.AddDay(day, now)
	}
	return more, nil
}

// A stretch is a time of which the runs are read at once. It is longer, the fewer there are.
type stretch struct{ current time.Duration }

const shortestStretch = time.Hour

func newStretch() *stretch { return &stretch{shortestStretch} }

// next chooses the length of the next stretch by the number of runs in this one.
func (s *stretch) next(runs int) {
	const (
		longest = 24 * time.Hour
		few     = 1000
	)
	if runs < few {
		s.current = min(2*s.current, longest)
	} else {
		s.current = max(s.current/2, shortestStretch)
	}
}

// storeCoverage stores how far the history was read, even if ctx has ended.
func (w Writer) storeCoverage(ctx context.Context, item incident.Item, known Coverage) error {
	const soon = 2 * time.Second
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), soon)
	defer cancel()
	var err error
	if item.Data, err = json.Marshal(known); err != nil {
		return err
	}
	if err = w.Store.PutItem(ctx, item); errors.Is(err, incident.ErrConflict) {
		return nil
	}
	return err
}

// Changed returns the key of the current state: see ChangeKey. It costs one read.
func (w Writer) Changed(ctx context.Context) (string, error) {
	route, err := paging.LoadState(ctx, w.Store)
	return ChangeKey(route), err
}

// ChangeKey returns a key for the customer-visible state of the incidents: a different key requires a new page.
func ChangeKey(route paging.NotificationState) string {
	name := ""
	for _, i := range route.Incidents {
		name += fmt.Sprintf("%s %s %v %d\n", i.ID, i.State, i.Regions, len(i.Outages))
	}
	return name
}
