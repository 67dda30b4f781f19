package paging

import (
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
)

// resendAfter is the delay before each resend of an undelivered all-clear or notice. Then it is given up, because no
// one waits for it as for an alarm.
var resendAfter = []time.Duration{time.Minute, 10 * time.Minute}

// nextResend returns the page that resends an undelivered text, with its time and provider: the same provider while the
// failure may be temporary, the failover channel for the last attempt, or at once after a permanent failure. It returns
// false after the last attempt, or when no provider would accept it. An e-mail is never resent: it went out with the
// first text.
func nextResend(p incident.Page, o oncall.OnCall) (incident.Page, bool) {
	if !p.Undeliverable() || !p.ReportsAnEnd() || p.Channel != incident.Text || p.Again >= len(resendAfter) {
		return incident.Page{}, false
	}
	next := incident.Page{
		Purpose: p.Purpose, Incidents: p.Incidents, Words: p.Words, Waking: p.Waking, Mute: p.Mute, Maintenance: p.Maintenance,
		Again: p.Again + 1, NotBefore: p.EndedAt.Add(resendAfter[p.Again]),
	}
	switch {
	case p.Final && (p.Via == incident.Failover || o.Failover == nil):
		return incident.Page{}, false
	case p.Final:
		next.Via, next.NotBefore = incident.Failover, p.EndedAt
	case next.Again == len(resendAfter) && o.Failover != nil:
		next.Via = incident.Failover
	}
	return next, true
}

// planResend plans a page that resends an undelivered one.
func (r *NotificationState) planResend(next incident.Page, who oncall.Person, at evalContext) {
	p := r.addPage(incident.Text, next.Purpose, who, next.Incidents, at.now)
	p.Words, p.Waking, p.Mute, p.Maintenance = next.Words, next.Waking, next.Mute, next.Maintenance
	p.Again, p.Via, p.NotBefore = next.Again, next.Via, next.NotBefore
}

// resendNotices resends the notices that were not delivered.
func (r *NotificationState) resendNotices(at evalContext) {
	for _, p := range r.Pages {
		if p.Purpose != incident.Notice {
			continue
		}
		next, ok := nextResend(p, at.onCall)
		if who, known := at.onCall.FindPerson(p.Person); ok && known {
			r.planResend(next, who, at)
		}
	}
}

// retryLater returns a page that was certainly not sent (for example after a 429) to planned, with exponential backoff
// of at most maxBackoff, or as long as the provider asks for, up to maxRetryAfter.
func (r *NotificationState) retryLater(e NotSent, at evalContext) {
	id, why := e.PageID, e.Why
	p := r.page(id)
	if p == nil || p.State != incident.Claimed {
		return
	}
	if p.Stale(at.now) {
		r.endPage(id, incident.FailedCall, why, at.now)
		return
	}
	backoff := max(min(maxBackoff, time.Second<<min(p.Tries, 5)), min(e.After, maxRetryAfter))
	p.State, p.Why, p.NotBefore = incident.Planned, why, at.now.Add(backoff)
	if late := p.TriedAt.Add(failoverAfter); at.onCall.Failover != nil && p.Via == incident.Primary && p.SwitchedAt.IsZero() && late.Before(p.NotBefore) {
		p.NotBefore = late // for the failover channel
	}
	if probe := p.Via == incident.Primary && r.providerDown(); probe || p.Via == incident.Failover || !p.SwitchedAt.IsZero() {
		r.switchProvider(p, why, at)
	}
}
