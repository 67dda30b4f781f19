package paging

import (
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
)

// acknowledge makes incidents somebody's. What is theirs already is so anew: it expires later.
func (r *NotificationState) acknowledge(ids []string, who string, now time.Time) {
	for _, id := range ids {
		inc := r.incident(id)
		if inc == nil || !inc.AcknowledgeableBy(who) || inc.State == incident.Acknowledged && !now.After(inc.AckedAt) {
			continue
		}
		if inc.Unacknowledged() {
			r.Escalation = Escalation{} // what is still unanswered begins anew, with the first in the chain
		}
		inc.State, inc.AckedBy, inc.AckedAt = incident.Acknowledged, who, now
		inc.Rev++
	}
}

// expireAcks takes back the acknowledgements of what calls people, and is still bad when they have lasted for long enough.
// What only texts is told once, so that an acknowledgement of it has nothing to hold back.
func (r *NotificationState) expireAcks(at evalContext) {
	for i := range r.Incidents {
		inc := &r.Incidents[i]
		after := at.onCall.AckExpiryFor(inc.Journey)
		if inc.State != incident.Acknowledged || after == 0 || at.onCall.Severity(*inc) != oncall.Wake || !inc.IsBadAfter(inc.AckedAt.Add(after), at.now) {
			continue
		}
		inc.State = incident.Notified
		inc.Rev++
		r.Escalation = Escalation{}
	}
}
