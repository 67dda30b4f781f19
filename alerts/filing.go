package alerts

import "slices"

// forget drops an incident that is over, and the pages that were about nothing else.
func (r *Route) forget(id string) {
	inc := r.incident(id)
	if inc == nil {
		return
	}
	r.drop(*inc)
	r.Pages = slices.DeleteFunc(r.Pages, func(p Page) bool {
		return p.Purpose != Notice && !slices.ContainsFunc(p.Incidents, func(id string) bool { return r.incident(id) != nil })
	})
}

// drop takes an incident out, and remembers that it was there.
func (r *Route) drop(gone Incident) {
	const remembered = 50 // more than can be over while a slow pager still brings what it read before
	r.Past = append(slices.Clone(r.Past), Past{gone.ID, gone.Runs, gone.Rev})
	r.Past = r.Past[max(0, len(r.Past)-remembered):]
	r.works(gone.ID, nil)
	r.Incidents = slices.DeleteFunc(r.Incidents, gone.same)
	r.Joined = slices.DeleteFunc(slices.Clone(r.Joined), func(id string) bool { return id == gone.ID })
}

// past is what is remembered of an incident that was forgotten, the latest; nothing, of one that never was.
func (r *Route) past(id string) Past {
	for _, p := range slices.Backward(r.Past) {
		if p.ID == id {
			return p
		}
	}
	return Past{}
}

// Done lists the incidents that are over and fully told.
func (r Route) Done() []Incident {
	var done []Incident
	for _, i := range r.Incidents {
		busy := slices.ContainsFunc(r.Pages, func(p Page) bool { return p.Live() && slices.Contains(p.Incidents, i.ID) })
		if i.State == Resolved && !busy {
			done = append(done, i)
		}
	}
	return done
}

// Record is the incident with its pages, for history.
func (r Route) Record(i Incident) Record {
	rec := Record{Incident: i, Pages: []Page{}}
	for _, p := range r.Pages {
		if slices.Contains(p.Incidents, i.ID) {
			rec.Pages = append(rec.Pages, p)
		}
	}
	return rec
}
