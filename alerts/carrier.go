package alerts

import (
	"errors"
	"time"
)

// A Carrier is a way out of the house: the first, which is Twilio, or the second channel, for when the first takes nothing.
type Carrier string

// The carriers.
const (
	First  Carrier = ""
	Second Carrier = "second"
)

// ErrClosed is an ErrRefused of a carrier that takes nothing from us at all, such as one that has closed our account:
// another person would not help, another carrier does.
var ErrClosed = closed{}

type closed struct{}

func (closed) Error() string        { return "the carrier takes nothing from us" }
func (closed) Is(target error) bool { return target == ErrRefused }

// errNoSecond is what Send says where alerts.yaml names a second channel, and the program has none.
var errNoSecond = errors.New("there is no second channel in this program")

// How the second channel is chosen.
const (
	// patience is how long after its first try a page is left to the first carrier. A try takes 10 s at most, so that the
	// second has it within 45 s.
	patience = 35 * time.Second
	// retryFirst is how long the first carrier is left alone before a page is tried with it again.
	retryFirst = 2 * time.Minute
)

// An Outage is a time in which the first carrier takes nothing, as far as is known.
type Outage struct {
	Since time.Time `json:"since"`
	Retry time.Time `json:"retry"` // when it is tried again
	Why   string    `json:"why"`   // its last error
}

// out reports whether the first carrier is known to take nothing.
func (r *Route) out() bool { return !r.Outage.Since.IsZero() }

// fail notes that the first carrier did not take a page.
func (r *Route) fail(why string, now time.Time) {
	if !r.out() {
		r.Outage.Since = now
	}
	r.Outage.Retry, r.Outage.Why = now.Add(retryFirst), why
}

// carrier is who gets a page that is due now for the first time.
func (r *Route) carrier(p Page, at hour) Carrier {
	switch {
	case p.Tries > 0:
		return p.Via // as it was left
	case at.onCall.Second == nil:
		return First
	case p.Channel == Email || p.Via == Second || r.out() && at.now.Before(r.Outage.Retry):
		return Second
	}
	return First
}

// switchOver gives a page that the first carrier did not take to the second, or, where that has been done already, back:
// while nobody takes it they take turns. It reports whether there is a second.
func (r *Route) switchOver(p *Page, why string, at hour) bool {
	if at.onCall.Second == nil || p.Channel == Email {
		return false
	}
	p.Resent = p.Resent || p.State == Unknown
	p.State, p.Why = Planned, why
	if p.Via == First {
		r.fail(why, at.now)
		p.Via, p.NotBefore = Second, time.Time{}
	} else {
		p.Via = First
	}
	if p.SwitchedAt.IsZero() {
		p.SwitchedAt = at.now
	}
	r.touch(*p)
	return true
}

// fallBack gives the pages that have waited for the first carrier for long enough to the second.
func (r *Route) fallBack(at hour) {
	for i := range r.Pages {
		p := &r.Pages[i]
		waits := p.State == Unknown || p.State == Planned && p.Tries > 0
		if waits && p.Via == First && p.SwitchedAt.IsZero() && !at.now.Before(p.TriedAt.Add(patience)) {
			r.switchOver(p, p.Why, at)
		}
	}
}

// shut ends a page that the first carrier refused, as it does all, or gives it to the second.
func (r *Route) shut(id, why string, at hour) {
	p := r.page(id)
	if p == nil || p.State != Claimed {
		return
	}
	if p.Via == Second || !r.switchOver(p, why, at) {
		r.end(id, FailedCall, why, at.now)
	}
}

// phone is the one that a page goes by.
func (p *Pager) phone(c Carrier) Phone {
	if c == Second {
		return p.Second
	}
	return p.Phone
}
