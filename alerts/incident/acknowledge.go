package incident

import (
	"time"
)

// AcknowledgeableBy reports whether it would be somebody's if they acknowledged it: who was quicker keeps what they have.
func (i Incident) AcknowledgeableBy(who string) bool {
	return i.Unacknowledged() || i.State == Acknowledged && i.AckedBy == who
}

// IsBadAfter reports whether the journey is bad now that the acknowledgement has ended. One that comes and goes is so while
// it is down, and from its first failure after that end; in a quiet time nobody is called for nothing.
func (i Incident) IsBadAfter(end, now time.Time) bool {
	if now.Before(end) {
		return false
	}
	return i.Kind != Flapping || i.IsDownNow() || !i.Last.Before(end)
}

// AckExpired reports whether somebody had acknowledged the incident, and that has expired.
func (i Incident) AckExpired() bool { return i.Unacknowledged() && i.AckedBy != "" }
