package paging

import (
	"slices"

	"valkyrie/alerts/incident"
)

// gather adds to a call that has not gone out yet, and to its text, what has gone wrong since it was planned, so that many
// incidents at once make one call. While they keep coming it waits for more, but not for ever.
func (r *NotificationState) gather(ids []string, at evalContext) {
	for i := range r.Pages {
		p := &r.Pages[i]
		if p.State != incident.Planned || p.Purpose != incident.Alarm || p.Channel != incident.Call {
			continue
		}
		more := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return r.concerns(*p, id) })
		if len(more) == 0 {
			return
		}
		p.AddIncidents(more, at.now)
		if p.Tries == 0 && at.onCall.Gather > 0 {
			p.NotBefore = incident.Earliest(at.now.Add(at.onCall.Gather), r.Escalation.Gathers)
		}
		r.touch(*p)
		r.gatherText(*p, at)
	}
}

// gatherText has the text that goes with a call tell of the same.
func (r *NotificationState) gatherText(call incident.Page, at evalContext) {
	who, _ := at.onCall.FindPerson(call.Person)
	untold := r.untold(who, call.Incidents)
	if len(untold) == 0 {
		return
	}
	found := false
	for i := range r.Pages {
		p := &r.Pages[i]
		with := !slices.ContainsFunc(p.Incidents, func(id string) bool { return !slices.Contains(call.Incidents, id) })
		if p.State == incident.Planned && p.Purpose == incident.Alarm && p.Channel != incident.Call && p.Person == call.Person && p.Tries == 0 && with {
			p.AddIncidents(untold, at.now)
			p.NotBefore, found = call.NotBefore, true
		}
	}
	if !found {
		r.write(incident.Page{Purpose: incident.Alarm, Incidents: untold, NotBefore: call.NotBefore}, who, at)
	}
}
