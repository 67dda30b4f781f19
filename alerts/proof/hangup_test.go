package proof

import (
	"context"
	"errors"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

// hangUpAgain is after how long a call that nobody needs, and that has not ended, is hung up again.
const hangUpAgain = 10 * time.Second

// HangUp ends a call, as Twilio does. It may fail once.
func (l line) HangUp(_ context.Context, sid string) error {
	c := &l.w.carrier
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.requests, func(r *request) bool { return r.sid == sid && r.page.Via == l.via })
	if i < 0 || l.via != incident.Primary {
		c.complain("%q is hung up, which is no call of this carrier", sid)
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

// hungUp ends a call that goes on. What happened in it before may still be reported, and what would have happened is not.
func (w *world) hungUp(r *request) {
	w.counts.hangups++
	r.hung = w.now
	r.reports = slices.DeleteFunc(r.reports, func(d due) bool { return d.at.After(w.now) })
	if r.manner != never {
		end := paging.Report{PageID: r.page.ID, SID: r.sid, Result: incident.NoAnswer}
		r.reports = append(r.reports, due{at: w.now.Add(time.Second), report: end})
	}
}

// useless reports whether a call goes on for nothing: somebody has taken on, or muted, all that it is about, or it is over.
// Who has just done so hears what came of it, and who has picked up hears that it is over.
func (w *world) useless(r paging.NotificationState, page incident.Page, now time.Time) bool {
	if page.Channel != incident.Call || page.Purpose != incident.Alarm || page.Via != incident.Primary || page.State != incident.Accepted || page.SID == "" ||
		slices.Contains([]string{"4", "6", "9"}, page.Key) {
		return false
	}
	over := true
	for _, id := range page.Incidents {
		i := incidentOf(r, id)
		if i != nil && i.Unacknowledged() && !w.quiet(r, i.Journey, now) {
			return false
		}
		over = over && (i == nil || i.State == incident.Resolved)
	}
	return !over || page.AnsweredAt.IsZero()
}

// hangsUp checks that with the write that makes a call useless it is decided to hang it up, again every so often until it
// ends; and that no other call is.
func (w *world) hangsUp(p *program, before, after paging.NotificationState) {
	now := p.saidLast()
	for _, page := range after.Pages {
		age := now.Sub(page.HangUpAt)
		useless := w.useless(after, page, now)
		if useless && (age >= hangUpAgain || age < -fast) {
			w.Fatalf("call %s to %s about %v goes on at %v, and nobody needs it; it was hung up at %v", page.ID, page.Person, page.Incidents, now, page.HangUpAt)
		}
		i := slices.IndexFunc(before.Pages, func(o incident.Page) bool { return o.ID == page.ID })
		if page.HangUpAt.IsZero() || i >= 0 && !page.HangUpAt.After(before.Pages[i].HangUpAt) || age != 0 {
			continue
		}
		if !useless {
			w.Fatalf("call %s to %s about %v is hung up, and is needed", page.ID, page.Person, page.Incidents)
		}
		p.toEnd = append(p.toEnd, page.SID)
	}
}

// allHungUp checks that a program has done what it decided; unless it could not know that it had.
func (w *world) allHungUp(p *program) {
	if p.dead.Load() || p.mishap.what == conflictAfter {
		return
	}
	for _, sid := range p.toEnd {
		if !p.hung[sid] {
			w.Fatalf("call %s was to be hung up, and the carrier was not asked to", sid)
		}
	}
}

// linesAreFree lets a little time pass after an acknowledgement, when everything works. Then all calls are over that the
// pager knows, and nobody needs.
func (w *world) linesAreFree() {
	useless := func(r *request) bool {
		return slices.ContainsFunc(w.route.Pages, func(p incident.Page) bool { return p.SID == r.sid && w.useless(w.route, p, w.now) })
	}
	up := slices.Clone(w.carrier.requests)
	up = slices.DeleteFunc(up, func(r *request) bool { return !useless(r) })
	w.passUntil(hangUpAgain+time.Second, func() bool { return false })
	for _, r := range up {
		if w.ends(r).After(w.now) && useless(r) { // who has pressed a key meanwhile hears what came of it
			w.Fatalf("call %s to %s goes on after all was acknowledged", r.page.ID, r.page.Person)
		}
	}
}
