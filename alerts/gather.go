package alerts

import (
	"slices"
	"time"
)

// gatherMost is how long a first call waits at most, however much else goes wrong meanwhile.
const gatherMost = time.Minute

// gather adds to a call that has not gone out yet, and to its text, what has gone wrong since it was planned, so that many
// incidents at once make one call. While they keep coming it waits for more, but not for ever.
func (r *Route) gather(ids []string, at hour) {
	for i := range r.Pages {
		p := &r.Pages[i]
		if p.State != Planned || p.Purpose != Alarm || p.Channel != Call {
			continue
		}
		more := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return r.concerns(*p, id) })
		if len(more) == 0 {
			return
		}
		p.add(more, at.now)
		if p.Tries == 0 && at.onCall.Gather > 0 {
			p.NotBefore = earlier(at.now.Add(at.onCall.Gather), r.Chain.Gathers)
		}
		r.touch(*p)
		r.gatherText(*p, at)
	}
}

// gatherText has the text that goes with a call tell of the same.
func (r *Route) gatherText(call Page, at hour) {
	who, _ := at.onCall.person(call.Person)
	untold := r.untold(who, call.Incidents)
	if len(untold) == 0 {
		return
	}
	found := false
	for i := range r.Pages {
		p := &r.Pages[i]
		with := !slices.ContainsFunc(p.Incidents, func(id string) bool { return !slices.Contains(call.Incidents, id) })
		if p.State == Planned && p.Purpose == Alarm && p.Channel != Call && p.Person == call.Person && p.Tries == 0 && with {
			p.add(untold, at.now)
			p.NotBefore, found = call.NotBefore, true
		}
	}
	if !found {
		r.write(Page{Purpose: Alarm, Incidents: untold, NotBefore: call.NotBefore}, who, at)
	}
}

// add has a page that was not sent yet tell of more; it is about what they are now.
func (p *Page) add(ids []string, now time.Time) {
	p.Incidents, p.PlannedAt = slices.Clone(p.Incidents), now
	for _, id := range ids {
		if !slices.Contains(p.Incidents, id) {
			p.Incidents = append(p.Incidents, id)
		}
	}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
