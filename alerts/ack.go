package alerts

import (
	"fmt"
	"time"
)

// acknowledge makes incidents somebody's. What is theirs already is so anew: it expires later.
func (r *Route) acknowledge(ids []string, who string, now time.Time) {
	for _, id := range ids {
		inc := r.incident(id)
		if inc == nil || !inc.acknowledgeable(who) || inc.State == Acknowledged && !now.After(inc.AckedAt) {
			continue
		}
		if inc.Awaits() {
			r.Chain = Chain{} // what is still unanswered begins anew, with the first in the chain
		}
		inc.State, inc.AckedBy, inc.AckedAt = Acknowledged, who, now
		inc.Rev++
	}
}

// acknowledgeable reports whether it would be somebody's if they acknowledged it: who was quicker keeps what they have.
func (i Incident) acknowledgeable(who string) bool {
	return i.Awaits() || i.State == Acknowledged && i.AckedBy == who
}

// lapseAcks takes back the acknowledgements of what calls people, and is still bad when they have lasted for long enough.
// What only texts is told once, so that an acknowledgement of it has nothing to hold back.
func (r *Route) lapseAcks(at hour) {
	for i := range r.Incidents {
		inc := &r.Incidents[i]
		after := at.onCall.ackExpires(inc.Journey)
		if inc.State != Acknowledged || after == 0 || at.onCall.Severity(*inc) != Wake || !inc.stillBad(inc.AckedAt.Add(after), at.now) {
			continue
		}
		inc.State = Notified
		inc.Rev++
		r.Chain = Chain{}
	}
}

// stillBad reports whether the journey is bad now that the acknowledgement has ended. One that comes and goes is so while
// it is down, and from its first failure after that end; in a quiet time nobody is called for nothing.
func (i Incident) stillBad(end, now time.Time) bool {
	if now.Before(end) {
		return false
	}
	return i.Kind != Flapping || i.inSpell() || !i.Last.Before(end)
}

// lapsed reports whether somebody had acknowledged the incident, and that has expired.
func (i Incident) lapsed() bool { return i.Awaits() && i.AckedBy != "" }

// again says of an incident whose acknowledgement has expired who had it, and that it is not over.
func (v voice) again(i Incident) string {
	if !i.lapsed() {
		return ""
	}
	still := "it is not over"
	if i.failing() {
		still = "it still fails"
	}
	return fmt.Sprintf("%s acknowledged it %s ago, and %s.", i.AckedBy, v.spell(v.now.Sub(i.AckedAt)), still)
}

// ackExpires is for how long an acknowledgement of a journey's incident holds; 0: for ever.
func (o OnCall) ackExpires(journey string) time.Duration {
	if d := o.Journeys[journey].AckExpires; d > 0 {
		return d
	}
	return o.AckExpires
}
