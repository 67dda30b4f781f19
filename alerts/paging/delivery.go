package paging

import (
	"time"

	"valkyrie/alerts/incident"
)

// markSent records that a provider accepted the page, which ends a known outage of the first provider.
func (r *NotificationState) markSent(e Sent, now time.Time) {
	if e.Via == incident.Primary {
		r.ProviderOutage = ProviderOutage{}
	}
	if p := r.page(e.PageID); p != nil && p.State != incident.Accepted && p.State != incident.Ended {
		p.Via = e.Via
	}
	r.markAccepted(e.PageID, e.SID, now)
}

// markAccepted records the provider's id and marks the page's open incidents as notified.
func (r *NotificationState) markAccepted(id, sid string, now time.Time) {
	p := r.page(id)
	if p == nil || p.State == incident.Ended || p.State == incident.Accepted || p.State == incident.Cancelled {
		return
	}
	p.State, p.SID, p.AcceptedAt, p.LeaseUntil = incident.Accepted, sid, now, now.Add(callReportTimeout)
	if p.Channel != incident.Call {
		p.LeaseUntil = now.Add(textReportTimeout)
	}
	r.Meter.record(*p, now)
	if p.Via == incident.Failover {
		r.recordReached(*p)
	}
	for _, id := range p.Incidents {
		if inc := r.incident(id); inc != nil && inc.State == incident.Open && (p.Purpose == incident.Alarm || p.Purpose == incident.Drill) {
			inc.State = incident.Notified
			inc.Rev++
		}
	}
	r.bumpRevision(*p)
}

// bumpRevision raises the revision of the page's incidents, because their stored record has changed.
func (r *NotificationState) bumpRevision(p incident.Page) {
	for _, id := range p.Incidents {
		if inc := r.incident(id); inc != nil {
			inc.Rev++
		}
	}
}

// endPage ends a page with a result. A page that has ended keeps its result.
func (r *NotificationState) endPage(id, result, why string, now time.Time) {
	p := r.page(id)
	if p == nil || p.State == incident.Ended || p.State == incident.Cancelled {
		return
	}
	if !p.HangUpAt.IsZero() && p.AnsweredAt.IsZero() {
		result = incident.HungUp // whatever result the provider reports
	}
	p.State, p.Result, p.EndedAt = incident.Ended, result, now
	if why != "" {
		p.Why = why
	}
	r.recordUndelivered(*p)
	r.bumpRevision(*p)
}

// markRefused ends a page that the provider will never accept.
func (r *NotificationState) markRefused(e Refused, at evalContext) {
	if r.resumeByFailover(e.PageID, e.Why, at) {
		return
	}
	if p := r.page(e.PageID); p != nil && p.Live() {
		p.Final = true
	}
	r.endPage(e.PageID, incident.FailedCall, e.Why, at.now)
}

// applyReport applies a provider's callback, or the person's key press in it. A callback may precede the response to
// our request, and proves that the page was accepted.
func (r *NotificationState) applyReport(rep Report, at evalContext) {
	p := r.page(rep.PageID)
	if p == nil {
		return
	}
	if rep.SID != "" {
		if p.State == incident.Planned || p.State == incident.Claimed || p.State == incident.Unknown {
			p.Via = incident.Primary // failover was too early
		}
		r.markAccepted(rep.PageID, rep.SID, at.now)
	}
	if p.State == incident.Accepted && p.Channel == incident.Call {
		p.LeaseUntil = at.now.Add(maxCallLength) // the call was answered
		if p.AnsweredAt.IsZero() && rep.Result == "" {
			p.AnsweredAt = at.now
			r.recordReached(*p)
		}
	}
	if rep.Key != "" {
		r.handleKey(p, rep.Key, at)
		p.Press(rep.Key, at.now)
	}
	if other := p.Via == incident.Failover && rep.SID != p.SID; rep.Result != "" && !other {
		p.Final = p.Final || rep.Final && p.Live()
		r.confirmEnd(rep.PageID, rep.Result, rep.Why)
		if reachedPhone(rep.Result) {
			r.recordReached(*p)
		}
		r.endPage(rep.PageID, rep.Result, rep.Why, at.now)
	}
}
