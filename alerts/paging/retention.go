package paging

import (
	"fmt"
	"slices"
	"strings"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/phrase"
)

// How many ended pages are kept in full: the first, which show how it began, and the latest.
const (
	keepFirst     = 4
	keepLast      = 12
	keepWords     = 3  // of the first and of the latest, the text is kept in full too
	condenseAbove = 24 // ended pages before they are condensed, so that not every step does it
)

// compact bounds the state when an incident stays unacknowledged for weeks: similar pages between the first and the
// latest are condensed into one with a count.
func (r *NotificationState) compact() {
	defer r.fit()
	var over []int
	for i, p := range r.Pages {
		if len(p.Why) > maxReasonText/2 {
			r.Pages[i].Why = incident.Clip(p.Why, maxReasonText)
		}
		if !p.Live() && p.Purpose != incident.Notice && p.GivenUpAt.IsZero() {
			over = append(over, i)
		}
	}
	if len(over) > 2*keepWords {
		for _, i := range over[keepWords : len(over)-keepWords] {
			r.Pages[i].Words = phrase.Shorten(r.Pages[i].Words)
		}
	}
	if len(over) <= condenseAbove {
		return
	}
	kept := map[string]int{} // by condenseKey: index of the page that the others are condensed into
	gone := map[int]bool{}
	for _, i := range over[keepFirst : len(over)-keepLast] {
		p := &r.Pages[i]
		p.Words = ""
		at, ok := kept[r.condenseKey(*p)]
		if !ok {
			kept[r.condenseKey(*p)] = i
			continue
		}
		one := &r.Pages[at]
		one.Times = one.Count() + p.Count()
		one.EndedAt = p.EndedAt
		gone[i] = true
		r.bumpRevision(*p)
	}
	if len(gone) == 0 {
		return
	}
	var pages []incident.Page
	for i, p := range r.Pages {
		if !gone[i] {
			pages = append(pages, p)
		}
	}
	r.Pages = pages
}

// condenseKey returns equal strings for pages that can be condensed: same person, incidents and result. Pages of an
// incident's present outage are kept apart from those of earlier ones.
func (r *NotificationState) condenseKey(p incident.Page) string {
	present := slices.DeleteFunc(slices.Clone(p.Incidents), func(id string) bool { return !r.concerns(p, id) })
	return fmt.Sprintf("%s|%s|%s|%s|%s|%s|%s|%t|%d|%t|%s|%s", p.Purpose, p.Channel, p.Person, p.State, p.Result, p.Key, p.Via, p.SID == "", p.Again, p.Final,
		strings.Join(p.Incidents, ","), strings.Join(present, ","))
}

// archive removes a resolved incident, and the pages that were only about it.
func (r *NotificationState) archive(id string) {
	inc := r.incident(id)
	if inc == nil {
		return
	}
	r.removeIncident(*inc)
	r.Pages = slices.DeleteFunc(r.Pages, func(p incident.Page) bool {
		return p.Purpose != incident.Notice && !slices.ContainsFunc(p.Incidents, func(id string) bool { return r.incident(id) != nil })
	})
}

// removeIncident removes an incident and keeps its tombstone.
func (r *NotificationState) removeIncident(gone incident.Incident) {
	const remembered = 50 // more incidents than can resolve while a slow pager still delivers an old update
	r.Tombstones = append(slices.Clone(r.Tombstones), Tombstone{gone.ID, gone.Runs, gone.Rev})
	r.Tombstones = r.Tombstones[max(0, len(r.Tombstones)-remembered):]
	r.setWorkingRegions(gone.ID, nil)
	r.Incidents = slices.DeleteFunc(r.Incidents, gone.SameID)
	r.Merged = slices.DeleteFunc(slices.Clone(r.Merged), func(id string) bool { return id == gone.ID })
}

// tombstone returns the latest tombstone of an incident, or the zero value.
func (r *NotificationState) tombstone(id string) Tombstone {
	for _, p := range slices.Backward(r.Tombstones) {
		if p.ID == id {
			return p
		}
	}
	return Tombstone{}
}

// Archivable lists the resolved incidents without pages in progress.
func (r NotificationState) Archivable() []incident.Incident {
	var done []incident.Incident
	for _, i := range r.Incidents {
		busy := slices.ContainsFunc(r.Pages, func(p incident.Page) bool {
			return (p.Live() || !p.GivenUpAt.IsZero()) && slices.Contains(p.Incidents, i.ID)
		})
		if i.State == incident.Resolved && !busy {
			done = append(done, i)
		}
	}
	return done
}

// Record returns the incident with its pages, for the history.
func (r NotificationState) Record(i incident.Incident) incident.Record {
	rec := incident.Record{Incident: i, Pages: []incident.Page{}}
	for _, p := range r.Pages {
		if slices.Contains(p.Incidents, i.ID) {
			rec.Pages = append(rec.Pages, p)
		}
	}
	return rec
}
