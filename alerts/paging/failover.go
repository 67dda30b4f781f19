package paging

import (
	"errors"
	"time"

	"valkyrie/alerts/incident"
)

// ErrProviderRejects is an ErrRefused from a provider that rejects every request, for example because the account is
// closed. Another person cannot be reached through it either; the failover channel can.
var ErrProviderRejects = providerRejects{}

type providerRejects struct{}

func (providerRejects) Error() string        { return "the provider rejects every request" }
func (providerRejects) Is(target error) bool { return target == ErrRefused }

// errNoFailover is returned when alerts.yaml configures a failover channel that the program was built without.
var errNoFailover = errors.New("send page: this program has no failover channel")

// Timing of failover.
const (
	// failoverAfter is the time after its first attempt that a page is left to the first provider. An attempt takes at
	// most 10 s, so that the failover channel has the page within 45 s.
	failoverAfter = 35 * time.Second
	// retryFirstAfter is the time for which a failed first provider is not tried with new pages.
	retryFirstAfter = 2 * time.Minute
)

// A ProviderOutage is a period in which the first provider is known to accept nothing.
type ProviderOutage struct {
	Since time.Time `json:"since"`
	Retry time.Time `json:"retry"` // when the first provider is tried again
	Why   string    `json:"why"`   // the last error
}

// providerDown reports whether the first provider is known to accept nothing.
func (r *NotificationState) providerDown() bool { return !r.ProviderOutage.Since.IsZero() }

// recordProviderFailure starts or extends the outage of the first provider.
func (r *NotificationState) recordProviderFailure(why string, now time.Time) {
	if !r.providerDown() {
		r.ProviderOutage.Since = now
	}
	r.ProviderOutage.Retry, r.ProviderOutage.Why = now.Add(retryFirstAfter), why
}

// chooseProvider selects the provider of a page that is due. A page that was tried before keeps its provider.
func (r *NotificationState) chooseProvider(p incident.Page, at evalContext) incident.Provider {
	switch {
	case at.onCall.Failover == nil: // it may have been removed from alerts.yaml meanwhile
		return incident.Primary
	case p.Tries > 0:
		return p.Via // retryLater and switchProvider have decided
	case p.Channel == incident.Email || p.Via == incident.Failover || r.providerDown() && at.now.Before(r.ProviderOutage.Retry) || r.avoidsPrimary(p.Channel, at.now):
		return incident.Failover
	}
	return incident.Primary
}

// switchProvider moves a page that the first provider did not accept to the failover channel, or back if it was moved
// before: while neither accepts it, they alternate. It returns false when no failover channel is configured.
func (r *NotificationState) switchProvider(p *incident.Page, why string, at evalContext) bool {
	if at.onCall.Failover == nil || p.Channel == incident.Email {
		return false
	}
	p.Resent = p.Resent || p.State == incident.Unknown
	p.State, p.Why = incident.Planned, why
	if p.Via == incident.Primary {
		r.recordProviderFailure(why, at.now)
		p.Via, p.NotBefore = incident.Failover, time.Time{}
	} else {
		p.Via = incident.Primary
	}
	if p.SwitchedAt.IsZero() {
		p.SwitchedAt = at.now
	}
	r.bumpRevision(*p)
	return true
}

// failOverOverdue moves pages that have waited for the first provider for failoverAfter to the failover channel.
func (r *NotificationState) failOverOverdue(at evalContext) {
	for i := range r.Pages {
		p := &r.Pages[i]
		waits := p.State == incident.Unknown || p.State == incident.Planned && p.Tries > 0
		if waits && p.Via == incident.Primary && p.SwitchedAt.IsZero() && !at.now.Before(p.TriedAt.Add(failoverAfter)) {
			r.switchProvider(p, p.Why, at)
		}
	}
}

// rejectedByProvider moves a page that the first provider rejected, as it does every page, to the failover channel;
// without one the page ends.
func (r *NotificationState) rejectedByProvider(id, why string, at evalContext) {
	p := r.page(id)
	if p == nil || p.State != incident.Claimed {
		return
	}
	if p.Via == incident.Failover || !r.switchProvider(p, why, at) {
		r.endPage(id, incident.FailedCall, why, at.now)
	}
}

// phoneFor returns the phone of a provider.
func (p *Pager) phoneFor(c incident.Provider) Phone {
	if c == incident.Failover {
		return p.Failover
	}
	return p.Phone
}
