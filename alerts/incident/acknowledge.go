package incident

import (
	"time"
)

// AcknowledgeableBy reports whether a person can acknowledge the incident: the first acknowledgement wins, and repeating it
// is allowed.
func (i Incident) AcknowledgeableBy(who string) bool {
	return i.Unacknowledged() || i.State == Acknowledged && i.AckedBy == who
}

// IsBadAfter reports whether the acknowledgement has ended and the journey is bad. A flapping journey counts as bad while it
// is down, and from its first failure after the end, so that its quiet periods do not page.
func (i Incident) IsBadAfter(end, now time.Time) bool {
	if now.Before(end) {
		return false
	}
	return i.Kind != Flapping || i.IsDownNow() || !i.Last.Before(end)
}

// AckExpired reports whether the incident was acknowledged and the acknowledgement has expired.
func (i Incident) AckExpired() bool { return i.Unacknowledged() && i.AckedBy != "" }

// Unanswered reports whether the escalation still runs: it calls until a person acknowledges.
func (i Incident) Unanswered() bool {
	return i.Rings() && (i.State == Open || i.State == Notified)
}

// Unacknowledged reports whether the incident is unresolved, and no person has acknowledged it.
func (i Incident) Unacknowledged() bool { return i.State == Open || i.State == Notified }
