package paging

import (
	"errors"
	"time"

	"valkyrie/alerts/incident"
)

// ErrProviderRejects is an ErrRefused of a carrier that takes nothing from us at all, such as one that has closed our account:
// another person would not help, another carrier does.
var ErrProviderRejects = providerRejects{}

type providerRejects struct{}

func (providerRejects) Error() string        { return "the carrier takes nothing from us" }
func (providerRejects) Is(target error) bool { return target == ErrRefused }

// errNoFailover is what Send says where alerts.yaml names a second channel, and the program has none.
var errNoFailover = errors.New("there is no second channel in this program")

// How the second channel is chosen.
const (
	// patience is how long after its first try a page is left to the first carrier. A try takes 10 s at most, so that the
	// second has it within 45 s.
	patience = 35 * time.Second
	// retryFirst is how long the first carrier is left alone before a page is tried with it again.
	retryFirst = 2 * time.Minute
)

// A ProviderOutage is a time in which the first carrier takes nothing, as far as is known.
type ProviderOutage struct {
	Since time.Time `json:"since"`
	Retry time.Time `json:"retry"` // when it is tried again
	Why   string    `json:"why"`   // its last error
}

// out reports whether the first carrier is known to take nothing.
func (r *NotificationState) out() bool { return !r.ProviderOutage.Since.IsZero() }

// fail notes that the first carrier did not take a page.
func (r *NotificationState) fail(why string, now time.Time) {
	if !r.out() {
		r.ProviderOutage.Since = now
	}
	r.ProviderOutage.Retry, r.ProviderOutage.Why = now.Add(retryFirst), why
}

// carrier is who gets a page that is due now for the first time.
func (r *NotificationState) carrier(p incident.Page, at evalContext) incident.Provider {
	switch {
	case p.Tries > 0:
		return p.Via // as it was left
	case at.onCall.Failover == nil:
		return incident.Primary
	case p.Channel == incident.Email || p.Via == incident.Failover || r.out() && at.now.Before(r.ProviderOutage.Retry):
		return incident.Failover
	}
	return incident.Primary
}

// switchOver gives a page that the first carrier did not take to the second, or, where that has been done already, back:
// while nobody takes it they take turns. It reports whether there is a second.
func (r *NotificationState) switchOver(p *incident.Page, why string, at evalContext) bool {
	if at.onCall.Failover == nil || p.Channel == incident.Email {
		return false
	}
	p.Resent = p.Resent || p.State == incident.Unknown
	p.State, p.Why = incident.Planned, why
	if p.Via == incident.Primary {
		r.fail(why, at.now)
		p.Via, p.NotBefore = incident.Failover, time.Time{}
	} else {
		p.Via = incident.Primary
	}
	if p.SwitchedAt.IsZero() {
		p.SwitchedAt = at.now
	}
	r.touch(*p)
	return true
}

// fallBack gives the pages that have waited for the first carrier for long enough to the second.
func (r *NotificationState) fallBack(at evalContext) {
	for i := range r.Pages {
		p := &r.Pages[i]
		waits := p.State == incident.Unknown || p.State == incident.Planned && p.Tries > 0
		if waits && p.Via == incident.Primary && p.SwitchedAt.IsZero() && !at.now.Before(p.TriedAt.Add(patience)) {
			r.switchOver(p, p.Why, at)
		}
	}
}

// rejectedByProvider ends a page that the first carrier refused, as it does all, or gives it to the second.
func (r *NotificationState) rejectedByProvider(id, why string, at evalContext) {
	p := r.page(id)
	if p == nil || p.State != incident.Claimed {
		return
	}
	if p.Via == incident.Failover || !r.switchOver(p, why, at) {
		r.end(id, incident.FailedCall, why, at.now)
	}
}

// phone is the one that a page goes by.
func (p *Pager) phone(c incident.Provider) Phone {
	if c == incident.Failover {
		return p.Second
	}
	return p.Phone
}
