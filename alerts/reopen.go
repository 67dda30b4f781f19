package alerts

import (
	"slices"
	"time"
)

// reopen goes on with an incident that was over: those who were told so have to be told again, and whoever had
// acknowledged it had acknowledged what is over. One that came back and went before anybody could be told only has a
// longer story.
func (r *Route) reopen(have *Incident, in Incident, now time.Time) {
	in.Rev, in.Reopened = have.Rev+1, have.Reopened
	if in.State == Resolved {
		in.AckedBy, in.AckedAt = have.AckedBy, have.AckedAt
		*have = in
		return
	}
	in.Reopened = now
	*have = in
}

// concerns reports whether a page is about the present spell of an incident, or, where it never was over, about it at
// all.
func (r *Route) concerns(p Page, id string) bool {
	if !slices.Contains(p.Incidents, id) {
		return false
	}
	inc := r.incident(id)
	return inc == nil || !p.PlannedAt.Before(inc.Reopened)
}
