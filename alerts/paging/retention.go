package paging

import (
	"fmt"
	"slices"
	"strings"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/phrase"
)

// How many of the pages that are over are kept whole, one by one: the first, which say how it began, and the latest.
const (
	wholeFirst = 4
	wholeLast  = 12
	wholeWords = 3  // of the first and of the latest, what they said is kept whole too
	wholeMost  = 24 // more are condensed, so that it need not be done at every step
)

// compact keeps the route small when nobody acknowledges for weeks: of the pages that are over, those in between that are
// alike become one that says how many it stands for.
func (r *NotificationState) compact() {
	var over []int
	for i, p := range r.Pages {
		if !p.Live() && p.Purpose != incident.Notice {
			over = append(over, i)
		}
	}
	if len(over) > 2*wholeWords {
		for _, i := range over[wholeWords : len(over)-wholeWords] {
			r.Pages[i].Words = phrase.Shorten(r.Pages[i].Words)
		}
	}
	if len(over) <= wholeMost {
		return
	}
	kept := map[string]int{} // by what they have in common: where the one that stands for them is
	gone := map[int]bool{}
	for _, i := range over[wholeFirst : len(over)-wholeLast] {
		p := &r.Pages[i]
		p.Words = ""
		at, ok := kept[r.alike(*p)]
		if !ok {
			kept[r.alike(*p)] = i
			continue
		}
		one := &r.Pages[at]
		one.Times = one.Count() + p.Count()
		one.EndedAt = p.EndedAt
		gone[i] = true
		r.touch(*p)
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

// alike is what pages that can be condensed have in common: for whom, about what, and how it ended. Those of the present
// spell of an incident are not mixed with those of earlier ones.
func (r *NotificationState) alike(p incident.Page) string {
	present := slices.DeleteFunc(slices.Clone(p.Incidents), func(id string) bool { return !r.concerns(p, id) })
	return fmt.Sprintf("%s|%s|%s|%s|%s|%s|%s|%t|%d|%t|%s|%s", p.Purpose, p.Channel, p.Person, p.State, p.Result, p.Key, p.Via, p.SID == "", p.Again, p.Final,
		strings.Join(p.Incidents, ","), strings.Join(present, ","))
}

// forget drops an incident that is over, and the pages that were about nothing else.
func (r *NotificationState) forget(id string) {
	inc := r.incident(id)
	if inc == nil {
		return
	}
	r.drop(*inc)
	r.Pages = slices.DeleteFunc(r.Pages, func(p incident.Page) bool {
		return p.Purpose != incident.Notice && !slices.ContainsFunc(p.Incidents, func(id string) bool { return r.incident(id) != nil })
	})
}

// drop takes an incident out, and remembers that it was there.
func (r *NotificationState) drop(gone incident.Incident) {
	const remembered = 50 // more than can be over while a slow pager still brings what it read before
	r.Past = append(slices.Clone(r.Past), Past{gone.ID, gone.Runs, gone.Rev})
	r.Past = r.Past[max(0, len(r.Past)-remembered):]
	r.works(gone.ID, nil)
	r.Incidents = slices.DeleteFunc(r.Incidents, gone.SameID)
	r.Joined = slices.DeleteFunc(slices.Clone(r.Joined), func(id string) bool { return id == gone.ID })
}

// past is what is remembered of an incident that was forgotten, the latest; nothing, of one that never was.
func (r *NotificationState) past(id string) Past {
	for _, p := range slices.Backward(r.Past) {
		if p.ID == id {
			return p
		}
	}
	return Past{}
}

// Done lists the incidents that are over and fully told.
func (r NotificationState) Done() []incident.Incident {
	var done []incident.Incident
	for _, i := range r.Incidents {
		busy := slices.ContainsFunc(r.Pages, func(p incident.Page) bool { return p.Live() && slices.Contains(p.Incidents, i.ID) })
		if i.State == incident.Resolved && !busy {
			done = append(done, i)
		}
	}
	return done
}

// Record is the incident with its pages, for history.
func (r NotificationState) Record(i incident.Incident) incident.Record {
	rec := incident.Record{Incident: i, Pages: []incident.Page{}}
	for _, p := range r.Pages {
		if slices.Contains(p.Incidents, i.ID) {
			rec.Pages = append(rec.Pages, p)
		}
	}
	return rec
}
