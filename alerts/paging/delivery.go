package paging

import (
	"slices"
	"time"

	"valkyrie/alerts/incident"
)

// sent notes that a carrier answered that it took the page.
func (r *NotificationState) sent(e Sent, now time.Time) {
	if e.Via == incident.Primary {
		r.ProviderOutage = ProviderOutage{}
	}
	if p := r.page(e.PageID); p != nil && p.State != incident.Accepted && p.State != incident.Ended {
		p.Via = e.Via
	}
	r.accepted(e.PageID, e.SID, now)
}

// accepted notes that the carrier took the page.
func (r *NotificationState) accepted(id, sid string, now time.Time) {
	p := r.page(id)
	if p == nil || p.State == incident.Ended || p.State == incident.Accepted || p.State == incident.Cancelled {
		return
	}
	p.State, p.SID, p.AcceptedAt, p.LeaseUntil = incident.Accepted, sid, now, now.Add(callSilence)
	if p.Channel != incident.Call {
		p.LeaseUntil = now.Add(textSilence)
	}
	r.Meter.count(*p, now)
	for _, id := range p.Incidents {
		if inc := r.incident(id); inc != nil && inc.State == incident.Open && (p.Purpose == incident.Alarm || p.Purpose == incident.Drill) {
			inc.State = incident.Notified
			inc.Rev++
		}
	}
	r.touch(*p)
}

// touch raises the revision of the page's incidents: their record has changed.
func (r *NotificationState) touch(p incident.Page) {
	for _, id := range p.Incidents {
		if inc := r.incident(id); inc != nil {
			inc.Rev++
		}
	}
}

// postpone puts a page that was certainly not sent back, to be tried again a little later each time.
func (r *NotificationState) postpone(id, why string, at evalContext) {
	p := r.page(id)
	if p == nil || p.State != incident.Claimed {
		return
	}
	if p.Stale(at.now) {
		r.end(id, incident.FailedCall, why, at.now)
		return
	}
	backoff := min(longestBackoff, time.Second<<min(p.Tries, 5))
	p.State, p.Why, p.NotBefore = incident.Planned, why, at.now.Add(backoff)
	if late := p.TriedAt.Add(patience); at.onCall.Failover != nil && p.Via == incident.Primary && p.SwitchedAt.IsZero() && late.Before(p.NotBefore) {
		p.NotBefore = late // then it is the second carrier's
	}
	if probe := p.Via == incident.Primary && r.out(); probe || p.Via == incident.Failover || !p.SwitchedAt.IsZero() {
		r.switchOver(p, why, at)
	}
}

func (r *NotificationState) lost(id, why string) {
	if p := r.page(id); p != nil && p.State == incident.Claimed {
		p.State, p.Why = incident.Unknown, why
	}
}

// settle ends the doubt about a lost page. The carrier's list may lag, so that it does not know of it counts only when it
// was asked after a while; then it is sent once more, and never a third time.
func (r *NotificationState) settle(e SendResolved, at evalContext) {
	now := at.now
	id, sid, asked := e.PageID, e.SID, e.Asked
	if asked.IsZero() {
		asked = now
	}
	p := r.page(id)
	if p == nil || p.State != incident.Unknown {
		return
	}
	if sid != "" && slices.ContainsFunc(r.Pages, func(o incident.Page) bool { return o.SID == sid }) {
		sid = "" // it is another page to the same person that was found
	}
	switch {
	case sid != "":
		r.accepted(id, sid, now)
	case p.Via == incident.Primary && r.out() && r.switchOver(p, p.Why, at):
	case asked.Sub(p.ClaimedAt) < settleAfter:
	case p.Resent:
		r.end(id, incident.FailedCall, "lost twice: "+p.Why, now)
	default:
		p.State, p.Resent, p.NotBefore = incident.Planned, true, now
	}
}

// end ends a page. What has ended stays as it is.
func (r *NotificationState) end(id, result, why string, now time.Time) {
	p := r.page(id)
	if p == nil || p.State == incident.Ended || p.State == incident.Cancelled {
		return
	}
	if !p.HangUpAt.IsZero() && p.AnsweredAt.IsZero() {
		result = incident.HungUp // whatever the carrier calls it
	}
	p.State, p.Result, p.EndedAt = incident.Ended, result, now
	if why != "" {
		p.Why = why
	}
	r.touch(*p)
}

// refused ends a page that the carrier will never take.
func (r *NotificationState) refused(e Refused, now time.Time) {
	if p := r.page(e.PageID); p != nil && p.Live() {
		p.Final = true
	}
	r.end(e.PageID, incident.FailedCall, e.Why, now)
}

// report folds in what the carrier, or the person through it, says. It may come before the carrier's answer to our
// request has, and it says that the page was taken.
func (r *NotificationState) report(rep Report, at evalContext) {
	p := r.page(rep.PageID)
	if p == nil {
		return
	}
	if rep.SID != "" {
		if p.State == incident.Planned || p.State == incident.Claimed || p.State == incident.Unknown {
			p.Via = incident.Primary // which was given up too soon
		}
		r.accepted(rep.PageID, rep.SID, at.now)
	}
	if p.State == incident.Accepted && p.Channel == incident.Call {
		p.LeaseUntil = at.now.Add(callLength) // somebody has answered
		if p.AnsweredAt.IsZero() && rep.Result == "" {
			p.AnsweredAt = at.now
		}
	}
	if rep.Key != "" {
		r.press(p, rep.Key, at)
		if p.Key != rep.Key {
			p.Key, p.KeyAt = rep.Key, at.now
		}
	}
	if other := p.Via == incident.Failover && rep.SID != p.SID; rep.Result != "" && !other {
		p.Final = p.Final || rep.Final && p.Live()
		r.end(rep.PageID, rep.Result, rep.Why, at.now)
	}
}
