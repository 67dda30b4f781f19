package incident

import (
	"time"
)

// AcknowledgeableBy reports whether a person can acknowledge the incident: the first acknowledgement wins, and repeating it
// is allowed.
func (i Incident) AcknowledgeableBy(who string) bool {
	return i.Unacknowledged() || i.State == Acknowledged && i.AckedBy == who
}

// maxAckGrowth bounds the growth of AckExpiry: the tenth acknowledgement holds 512 times as long as the first.
const maxAckGrowth = 9

// AckExpiry returns how long the present acknowledgement holds, if the first one holds for d: twice as long as the one
// before, so that a long outage calls again after 30 minutes, then 1 hour, 2 hours and so on.
func (i Incident) AckExpiry(d time.Duration) time.Duration {
	return d << min(max(0, i.Acks-1), maxAckGrowth)
}

// IsBadAfter reports whether the acknowledgement has ended and the journey is bad. A flapping journey counts as bad while it
// is down; and if it is evident after the end, and its failures cost twice as much as at the acknowledgement, so that
// neither a chance failure nor a few in a hundred call again and again. A silence that comes and goes is bad while no run comes.
func (i Incident) IsBadAfter(end, now time.Time) bool {
	if now.Before(end) {
		return false
	}
	if i.Kind == Silent && len(i.Bouts) > 1 && i.Slow.After(i.Last) {
		return false // its runs come again
	}
	return i.Kind != Flapping || i.IsDownNow() || !i.EvidentUntil().Before(end) && i.CostMS >= 2*i.AckCostMS
}

// AckExpired reports whether the incident was acknowledged and the acknowledgement has expired.
func (i Incident) AckExpired() bool { return i.Unacknowledged() && i.AckedBy != "" }

// Unanswered reports whether the escalation still runs: it calls until a person acknowledges.
func (i Incident) Unanswered() bool {
	return i.Rings() && (i.State == Open || i.State == Notified)
}

// Unacknowledged reports whether the incident is unresolved, and no person has acknowledged it.
func (i Incident) Unacknowledged() bool { return i.State == Open || i.State == Notified }

// HasNextNotice reports whether a certificate, of which people know, is close enough to its end to notify them again. Bouts
// holds the times of its notices.
func (i Incident) HasNextNotice(known Incident) bool {
	latest := func(i Incident) (at time.Time) {
		if n := len(i.Bouts); n > 0 {
			at = i.Bouts[n-1]
		}
		return at
	}
	return i.Kind == Certificate && latest(i).After(latest(known))
}
