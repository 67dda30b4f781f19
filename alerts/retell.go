package alerts

import "time"

// retellAfter is how long after a text that tells that something is over has not arrived the same is told again, each time.
// Then it is left at that: nobody waits for it, as they do for an alarm.
var retellAfter = []time.Duration{time.Minute, 10 * time.Minute}

// nobodyWaits is for how long a carrier that certainly took nothing is asked again to take such a text. Later it says
// nothing that the person has not seen otherwise.
const nobodyWaits = 24 * time.Hour

// tellsEnd reports whether a page tells that something is over, for which nobody else can be told instead.
func (p Page) tellsEnd() bool { return p.Purpose == AllClear || p.Purpose == Notice }

// missed reports whether a page was given to a carrier and certainly did not arrive.
func (p Page) missed() bool {
	return p.State == Ended && (p.Result == FailedCall || p.Result == Undelivered)
}

// again is what is told once more, when and by which carrier, as a page has not arrived: the same carrier is asked while it
// may take it another time, and the second, where there is one, in the end, or at once when the first never will. False: it
// was told often enough, or nobody would take it. The same in an e-mail went out when it was first told.
func again(p Page, o OnCall) (Page, bool) {
	if !p.missed() || !p.tellsEnd() || p.Channel != Text || p.Again >= len(retellAfter) {
		return Page{}, false
	}
	next := Page{
		Purpose: p.Purpose, Incidents: p.Incidents, Words: p.Words, Waking: p.Waking, Mute: p.Mute, Window: p.Window,
		Again: p.Again + 1, NotBefore: p.EndedAt.Add(retellAfter[p.Again]),
	}
	switch {
	case p.Final && (p.Via == Second || o.Second == nil):
		return Page{}, false
	case p.Final:
		next.Via, next.NotBefore = Second, p.EndedAt
	case next.Again == len(retellAfter) && o.Second != nil:
		next.Via = Second
	}
	return next, true
}

// retell plans a page that tells once more what has not arrived.
func (r *Route) retell(next Page, who Person, at hour) {
	p := r.add(Text, next.Purpose, who, next.Incidents, at.now)
	p.Words, p.Waking, p.Mute, p.Window = next.Words, next.Waking, next.Mute, next.Window
	p.Again, p.Via, p.NotBefore = next.Again, next.Via, next.NotBefore
}

// retellNotices tells once more the notices that have not arrived.
func (r *Route) retellNotices(at hour) {
	for _, p := range r.Pages {
		if p.Purpose != Notice {
			continue
		}
		next, ok := again(p, at.onCall)
		if who, known := at.onCall.person(p.Person); ok && known {
			r.retell(next, who, at)
		}
	}
}

// tooLate reports whether a text for which nobody waits was handed out so long ago that it is not tried any more.
func (p Page) tooLate(now time.Time) bool { return p.tellsEnd() && now.Sub(p.TriedAt) >= nobodyWaits }
