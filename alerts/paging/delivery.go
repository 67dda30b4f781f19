package paging

import (
	"context"
	"errors"
	"time"

	"valkyrie/alerts/incident"
)

// Errors of a Phone. Any other error leaves the outcome unknown: the provider may have accepted the page, so it is
// asked before a resend.
var (
	// ErrNotSent means that the provider certainly did not accept the page: it answered 429, or refused the connection.
	// A retry is safe.
	ErrNotSent = errors.New("not sent")
	// ErrRefused means that the provider will never accept the page: no such number, not permitted. The next person is
	// called at once. See also ErrProviderRejects.
	ErrRefused = errors.New("refused by the provider")
)

// A RetryAfter is an ErrNotSent with the time for which the provider wants no request.
type RetryAfter struct {
	Wait time.Duration
	Err  error
}

func (e RetryAfter) Error() string { return e.Err.Error() }
func (e RetryAfter) Unwrap() error { return e.Err }

// A Phone hands pages to a provider. alerts/twilio is the first provider, infra/amazon the failover channel.
type Phone interface {
	// Send places the call or sends the text, and returns the provider's id for it. Errors wrap ErrNotSent or
	// ErrRefused if they apply, and never contain a secret. It returns when ctx ends.
	Send(ctx context.Context, d Dispatch) (sid string, err error)
	// Find asks the provider for a dispatch whose Send had an unknown outcome, made at or after since. It returns the
	// newest match by channel, sender, destination and, for a text, body.
	Find(ctx context.Context, d Dispatch, since time.Time) (sid string, found bool, err error)
}

// A Dispatch is a page with its text, ready for the provider.
type Dispatch struct {
	PageID   string // part of the callbacks' path, to identify the page
	Channel  incident.Channel
	To       string   // E.164; or an e-mail address
	Play     string   // for a call: address of a sound that is played first; empty: none
	Language string   // for a call: of the voice, such as en-GB; empty: the provider's default
	Speech   []string // for a call: sentences, in order
	Prompt   string   // for a call: the keys, said after the speech. Empty: no key is asked for
	Details  []string // for a call: further sentences, after the keys
	TextBody string   // for a text, or an e-mail
	Subject  string   // for an e-mail
	Person   string   // the recipient's name

	// ValidFor bounds the time until the provider sends a text, and the duration of a call; 0: the provider's default. A text
	// that waits for longer is given up, as it is not true any more.
	ValidFor time.Duration
}

// A Report is a provider's callback about a page, or a person's key press in a call.
type Report struct {
	PageID string
	SID    string
	Result string // Human, Machine, Busy ... ; empty: not ended
	Key    string // the key that was pressed, if any
	Why    string // the provider's error, if any
	Final  bool   // of a failed page: the provider reports that it would fail again
}

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
