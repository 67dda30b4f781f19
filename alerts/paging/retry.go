package paging

import (
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
)

// retellAfter is how long after a text that tells that something is over has not arrived the same is told again, each time.
// Then it is left at that: nobody waits for it, as they do for an alarm.
var retellAfter = []time.Duration{time.Minute, 10 * time.Minute}

// resend is what is told once more, when and by which carrier, as a page has not arrived: the same carrier is asked while it
// may take it another time, and the second, where there is one, in the end, or at once when the first never will. False: it
// was told often enough, or nobody would take it. The same in an e-mail went out when it was first told.
func resend(p incident.Page, o oncall.OnCall) (incident.Page, bool) {
	if !p.Undeliverable() || !p.ReportsAnEnd() || p.Channel != incident.Text || p.Again >= len(retellAfter) {
		return incident.Page{}, false
	}
	next := incident.Page{
		Purpose: p.Purpose, Incidents: p.Incidents, Words: p.Words, Waking: p.Waking, Mute: p.Mute, Maintenance: p.Maintenance,
		Again: p.Again + 1, NotBefore: p.EndedAt.Add(retellAfter[p.Again]),
	}
	switch {
	case p.Final && (p.Via == incident.Failover || o.Failover == nil):
		return incident.Page{}, false
	case p.Final:
		next.Via, next.NotBefore = incident.Failover, p.EndedAt
	case next.Again == len(retellAfter) && o.Failover != nil:
		next.Via = incident.Failover
	}
	return next, true
}

// retell plans a page that tells once more what has not arrived.
func (r *NotificationState) retell(next incident.Page, who oncall.Person, at evalContext) {
	p := r.add(incident.Text, next.Purpose, who, next.Incidents, at.now)
	p.Words, p.Waking, p.Mute, p.Maintenance = next.Words, next.Waking, next.Mute, next.Maintenance
	p.Again, p.Via, p.NotBefore = next.Again, next.Via, next.NotBefore
}

// retellNotices tells once more the notices that have not arrived.
func (r *NotificationState) retellNotices(at evalContext) {
	for _, p := range r.Pages {
		if p.Purpose != incident.Notice {
			continue
		}
		next, ok := resend(p, at.onCall)
		if who, known := at.onCall.FindPerson(p.Person); ok && known {
			r.retell(next, who, at)
		}
	}
}
