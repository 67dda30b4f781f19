package paging

import (
	"slices"
	"time"

	"valkyrie/alerts/incident"
)

// Time limits of a page, by state.
const (
	leaseDuration      = 20 * time.Second // to hand a page to the provider; longer than the provider client's own timeout
	resendUnknownAfter = 45 * time.Second // after a send with unknown outcome: resent when neither a callback nor a listing has found it
	callReportTimeout  = 2 * time.Minute  // for a call without a callback, which then counts as not answered
	maxCallLength      = 5 * time.Minute  // for an answered call; the longest speech takes four
	textReportTimeout  = 5 * time.Minute

	maxBackoff    = 30 * time.Second // after a rate limit (429)
	maxRetryAfter = 2 * time.Minute  // that a provider may ask for
)

// maxClockSkew is the difference between two pagers' clocks that is not repaired.
const maxClockSkew = 5 * time.Second

// repairClockSkew shortens every wait that exceeds its maximum: it was stored by a clock that ran ahead, or the clock
// has been set back since. Without this a call would wait for the wrong time.
func (r *NotificationState) repairClockSkew(at evalContext) {
	cut := func(t *time.Time, longest time.Duration) {
		if limit := at.now.Add(longest); t.After(limit.Add(maxClockSkew)) {
			*t = limit
		}
	}
	cut(&r.Escalation.Pause, at.onCall.LongestPause())
	cut(&r.ProviderOutage.Retry, retryFirstAfter)
	for c, f := range r.ChannelFailures {
		if !f.Retry.IsZero() {
			r.updateChannelFailure(c, func(f *ChannelFailure) { cut(&f.Since, 0); cut(&f.Retry, retryRefusedAfter) })
		}
	}
	for i := range r.Incidents {
		cut(&r.Incidents[i].Reopened, 0)
		cut(&r.Incidents[i].AckedAt, 0)
	}
	for i := range r.Pages {
		cut(&r.Pages[i].TriedAt, 0)
		cut(&r.Pages[i].HangUpAt, 0)
		cut(&r.Pages[i].GivenUpAt, 0)
		switch p := &r.Pages[i]; {
		case p.State == incident.Planned && (p.Channel == incident.Call || p.Tries > 0): // a text never tried may wait for waking hours
			cut(&p.NotBefore, max(maxRetryAfter, at.onCall.Gather))
		case p.State == incident.Claimed:
			cut(&p.LeaseUntil, leaseDuration)
		case p.State == incident.Unknown:
			cut(&p.ClaimedAt, 0)
		case p.State == incident.Accepted:
			cut(&p.LeaseUntil, max(maxCallLength, textReportTimeout))
		}
	}
}

// The events that a send was not accepted.
type (
	// SendError is the result of a send that was not accepted. Try is the number of the page's send, from 1; 0: the latest.
	SendError struct {
		PageID, Why string
		Try         int
	}
	// NotSent is a page that the provider certainly did not accept; a retry is safe.
	NotSent struct {
		PageID, Why string
		Try         int
		After       time.Duration // for which the provider wants no request; 0: it does not say
	}
	// Refused is a page that the provider will never accept.
	Refused SendError
	// ProviderRejected is a page that the provider will never accept, nor any other.
	ProviderRejected SendError
	// SendUnknown is a page that the provider may or may not have accepted.
	SendUnknown SendError
)

// isOutdated reports whether an event is the result of a send whose lease had expired: another pager has sent the page again since, and
// only that send's result counts. A page that was accepted late counts all the same.
func (r *NotificationState) isOutdated(e Event) bool {
	var of SendError
	switch e := e.(type) {
	case NotSent:
		of = SendError{e.PageID, e.Why, e.Try}
	case Refused:
		of = SendError(e)
	case ProviderRejected:
		of = SendError(e)
	case SendUnknown:
		of = SendError(e)
	}
	p := r.page(of.PageID)
	return p != nil && of.Try != 0 && of.Try != p.Tries
}

func (r *NotificationState) markUnknown(id, why string) {
	if p := r.page(id); p != nil && p.State == incident.Claimed {
		p.State, p.Why = incident.Unknown, why
	}
}

// resolveUnknown applies the provider's answer about a page with unknown outcome. Because a provider's list may lag,
// "not found" counts only after resendUnknownAfter; then the page is resent, once.
func (r *NotificationState) resolveUnknown(e SendResolved, at evalContext) {
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
		sid = "" // another page to the same person
	}
	switch {
	case sid != "":
		r.markAccepted(id, sid, now)
	case p.Via == incident.Primary && r.providerDown() && r.switchProvider(p, p.Why, at):
	case asked.Sub(p.ClaimedAt) < resendUnknownAfter:
	case p.Resent:
		r.endPage(id, incident.FailedCall, "outcome unknown twice: "+p.Why, now)
	default:
		p.State, p.Resent, p.NotBefore = incident.Planned, true, now
	}
}

// expireLeases handles missing answers: a sender that died holding its lease leaves the outcome unknown, and a page
// without a callback ends.
func (r *NotificationState) expireLeases(now time.Time) {
	for _, p := range slices.Clone(r.Pages) {
		switch {
		case p.State == incident.Claimed && !now.Before(p.LeaseUntil):
			r.markUnknown(p.ID, "the sender died holding its lease")
		case p.State != incident.Accepted || now.Before(p.LeaseUntil):
		case p.Channel == incident.Call:
			r.giveUpCall(p.ID, now)
		default:
			r.endPage(p.ID, "", "no report from the provider of whether it arrived", now)
		}
	}
}

// claim takes the lease on each due page, so that no other pager sends it too. Pages held back by a cap are not
// claimed; holds lists these caps.
func (r *NotificationState) claim(at evalContext) (commands []Command, holds []reachedCap) {
	now := at.now
	for i := range r.Pages {
		p := &r.Pages[i]
		if p.State != incident.Planned || now.Before(p.NotBefore) || !r.inWakingHours(p, at) {
			continue
		}
		if p.Channel == incident.Call && p.Purpose == incident.Alarm && r.drillCallActive(now) {
			continue
		}
		if h, held := r.capReached(*p, at); held {
			r.holdBackByCap(p, h, at)
			holds = append(holds, h)
			continue
		}
		p.Via = r.chooseProvider(*p, at)
		r.probePrimary(*p, now)
		p.State, p.ClaimedAt, p.LeaseUntil = incident.Claimed, now, now.Add(leaseDuration)
		if p.Tries++; p.Tries == 1 {
			p.TriedAt = now
		}
		limit := maxWords
		if p.Channel == incident.Email {
			limit = maxLetter
		}
		p.Words = incident.Clip(r.compose(*p, at), limit)
		commands = append(commands, Command{"send", *p})
	}
	for _, c := range commands {
		if c.Page.Resent {
			r.moveBehindAllClears(c.Page)
		}
	}
	return commands, holds
}

// findUnknown returns the commands that ask the provider about pages with unknown outcome.
func (r *NotificationState) findUnknown() []Command {
	var commands []Command
	for _, p := range r.Pages {
		if p.State == incident.Unknown {
			commands = append(commands, Command{"find", p})
		}
	}
	return commands
}
