package proof

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

// hangUpAgain is the time after which an unneeded call that has not ended is hung up again.
const hangUpAgain = 10 * time.Second

// HangUp ends a call, as Twilio does. It may fail once.
func (l line) HangUp(_ context.Context, sid string) error {
	c := &l.w.provider
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.requests, func(r *request) bool { return r.sid == sid && r.page.Via == l.via })
	if i < 0 || l.via != incident.Primary {
		c.complain("%q is hung up, which is not a call of this provider", sid)
		return errors.New("there is no such call")
	}
	r := c.requests[i]
	l.hung[sid] = true
	if r.stays && !l.w.calm {
		r.stays = false
		return errors.New("it could not be ended")
	}
	if l.w.ends(r).After(l.w.now) {
		l.w.hungUp(r)
	}
	return nil
}

// hungUp ends a call in progress. Earlier events may still be reported, and later ones do not happen.
func (w *simulation) hungUp(r *request) {
	w.counts.hangups++
	r.hung = w.now
	r.reports = slices.DeleteFunc(r.reports, func(d due) bool { return d.at.After(w.now) })
	if r.manner != never {
		end := paging.Report{PageID: r.page.ID, SID: r.sid, Result: incident.NoAnswer}
		r.reports = append(r.reports, due{at: w.now.Add(time.Second), report: end})
	}
}

// useless reports whether a call serves no purpose: another person has acknowledged or muted all its incidents, or they
// are resolved. A person who has just pressed a key hears the answer, and one who has picked up hears a resolved
// incident's call to its end.
func (w *simulation) useless(r paging.NotificationState, page incident.Page, now time.Time) bool {
	drill := page.Purpose == incident.Drill
	if page.Channel != incident.Call || page.Purpose != incident.Alarm && !drill || page.Via != incident.Primary || page.State != incident.Accepted || page.SID == "" ||
		slices.Contains([]string{"4", "6", "9"}, page.Key) {
		return false
	}
	over := true
	for _, id := range page.Incidents {
		i := incidentOf(r, id)
		if i != nil && i.Unacknowledged() && (drill || !w.quiet(r, i.Journey, now)) {
			return false
		}
		over = over && (i == nil || i.State == incident.Resolved)
	}
	return !over || drill || page.AnsweredAt.IsZero()
}

// queuedAtMost is how long Twilio queues a call.
const queuedAtMost = 24 * time.Hour

// hangsUp checks that the write that makes a call useless also decides to hang it up, repeatedly until it ends, and
// that no other call is hung up.
func (w *simulation) hangsUp(p *program, before, after paging.NotificationState) {
	now := p.saidLast()
	for _, page := range after.Pages {
		age := now.Sub(page.HangUpAt)
		useless := w.useless(after, page, now) || !page.GivenUpAt.IsZero()
		if useless && (age >= hangUpAgain || age < -maxClockSkew) {
			w.Fatalf("call %s to %s about %v goes on at %v without need; it was hung up at %v", page.ID, page.Person, page.Incidents, now, page.HangUpAt)
		}
		i := slices.IndexFunc(before.Pages, func(o incident.Page) bool { return o.ID == page.ID })
		if i >= 0 && before.Pages[i].State == incident.Accepted && page.State == incident.Ended && page.Channel == incident.Call && page.Via == incident.Primary &&
			strings.HasPrefix(page.Why, "no report from the provider") && page.GivenUpAt.IsZero() && now.Sub(page.AcceptedAt) <= queuedAtMost {
			w.Fatalf("call %s to %s is given up without a report, and the provider is not asked to end it: it may ring for a day", page.ID, page.Person)
		}
		if page.HangUpAt.IsZero() || i >= 0 && !page.HangUpAt.After(before.Pages[i].HangUpAt) || age != 0 {
			continue
		}
		if !useless {
			w.Fatalf("call %s to %s about %v is hung up, and is needed", page.ID, page.Person, page.Incidents)
		}
		p.toEnd = append(p.toEnd, page.SID)
	}
}

// allHungUp checks that a program has hung up the calls that it decided to, unless it could not know of its decision.
func (w *simulation) allHungUp(p *program) {
	if p.dead.Load() || p.mishap.what == conflictAfter {
		return
	}
	for _, sid := range p.toEnd {
		if !p.hung[sid] {
			w.Fatalf("call %s was to be hung up, and the provider was not asked to", sid)
		}
	}
}

// linesAreFree lets a little time pass after an acknowledgement, without faults. Then all useless calls that the pager
// knows are over.
func (w *simulation) linesAreFree() {
	useless := func(r *request) bool {
		return slices.ContainsFunc(w.route.Pages, func(p incident.Page) bool { return p.SID == r.sid && w.useless(w.route, p, w.now) })
	}
	up := slices.Clone(w.provider.requests)
	up = slices.DeleteFunc(up, func(r *request) bool { return !useless(r) })
	w.passUntil(hangUpAgain+time.Second, func() bool { return false })
	for _, r := range up {
		if w.ends(r).After(w.now) && useless(r) { // a person who has pressed a key meanwhile hears the answer
			w.Fatalf("call %s to %s goes on after all was acknowledged", r.page.ID, r.page.Person)
		}
	}
}
