package paging

import (
	"context"
	"slices"
	"time"

	"valkyrie/alerts/incident"
)

// endUnwatched ends the incidents of journeys and batches that exist no more, as no run will ever end them.
func (r *NotificationState) endUnwatched(watched []string, now time.Time) {
	if len(watched) > 0 {
		r.endOf(func(journey string) bool { return !slices.Contains(watched, journey) }, now)
	}
}

// endOf ends the incidents of some journeys as not watched, and returns them.
func (r *NotificationState) endOf(isGone func(journey string) bool, now time.Time) (ended []incident.Incident) {
	for i := range r.Incidents {
		inc := &r.Incidents[i]
		if inc.State == incident.Resolved || inc.Kind == incident.Drilled || !isGone(inc.Journey) {
			continue
		}
		runs := inc.Runs // judging counts them
		*inc = inc.End(incident.Unwatched, now, inc.Journey+" is not among the journeys any more; its state is unknown")
		inc.Runs, inc.Rev = runs, inc.Rev+1
		ended = append(ended, *inc)
	}
	return ended
}

// RenameJourney gives a journey another name in the pager's state, so that its open incidents go on under it, and returns their
// number. Their ids stay.
func RenameJourney(ctx context.Context, items incident.Items, from, to string) (open int, err error) {
	err = incident.UpdateItem(ctx, items, incident.NotificationKey, func(r *NotificationState) (changed bool) {
		rename := func(name *string) {
			if *name == from {
				*name, changed = to, true
			}
		}
		open = 0
		for i := range r.Incidents {
			inc := &r.Incidents[i]
			if inc.Journey != from {
				continue
			}
			rename(&inc.Journey)
			if inc.Rev++; inc.State != incident.Resolved {
				open++
			}
		}
		for i := range r.Mutes {
			rename(&r.Mutes[i].Journey)
		}
		for _, w := range r.Windows {
			for i := range w.Journeys {
				rename(&w.Journeys[i])
			}
		}
		for _, m := range r.Releases {
			for i := range m.Journeys {
				rename(&m.Journeys[i])
			}
		}
		return changed
	})
	return open, err
}

// EndWatch ends the open incidents of a journey that is no longer watched, and drops its mutes. The pager notifies the people paged.
func EndWatch(ctx context.Context, store incident.Store, name string, now time.Time) (ended []incident.Incident, err error) {
	var before, after NotificationState
	err = incident.UpdateItem(ctx, store, incident.NotificationKey, func(r *NotificationState) bool {
		before, after = *r, *r.clone()
		ended = after.endOf(func(journey string) bool { return journey == name }, now)
		after.Mutes = slices.DeleteFunc(after.Mutes, func(m incident.Mute) bool { return m.Journey == name })
		*r = after
		return len(ended) > 0 || len(after.Mutes) < len(before.Mutes)
	})
	if err != nil {
		return nil, err
	}
	return ended, recordHistory(ctx, store, before, after)
}
