package paging

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/message"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/phrase"
)

// retryRefusedAfter is the time after which one page tries a first provider that delivered nothing to anyone. It is long,
// because such causes (a suspended account, a missing permission or registration, filtering) need a person to cure them.
const retryRefusedAfter = 15 * time.Minute

// A ChannelFailure records that the provider in use refuses the pages over one channel, or fails to deliver them after
// it accepted them. It ignores error codes, because providers add new ones.
type ChannelFailure struct {
	People    []string  `json:"people,omitempty"`    // whose latest page failed, since the provider in use last reached anyone
	Since     time.Time `json:"since,omitzero"`      // since when the pages go to the failover channel; zero: they do not
	Retry     time.Time `json:"retry,omitzero"`      // when one page tries the first provider again
	Why       string    `json:"why,omitempty"`       // the provider's last reason
	Announced bool      `json:"announced,omitempty"` // the operator was notified
}

// updateChannelFailure changes the record of a channel, without changing the state's copies.
func (r *NotificationState) updateChannelFailure(c incident.Channel, update func(*ChannelFailure)) {
	f := r.ChannelFailures[c]
	f.People = slices.Clone(f.People)
	update(&f)
	r.ChannelFailures = maps.Clone(r.ChannelFailures)
	if r.ChannelFailures == nil {
		r.ChannelFailures = map[incident.Channel]ChannelFailure{}
	}
	r.ChannelFailures[c] = f
}

// recordUndelivered records a page that did not reach its person although the provider in use was given it.
func (r *NotificationState) recordUndelivered(p incident.Page) {
	f := r.ChannelFailures[p.Channel]
	inUse := incident.Primary
	if !f.Since.IsZero() {
		inUse = incident.Failover
	}
	if !p.Undeliverable() || p.Channel == incident.Email || p.Via != inUse || slices.Contains(f.People, p.Person) {
		return
	}
	r.updateChannelFailure(p.Channel, func(f *ChannelFailure) {
		f.People, f.Why = append(f.People, p.Person), phrase.Shorten(p.Why)
	})
}

// recordReached records that a provider reached a phone: the first provider works again, or the failover channel works.
// The failover channel reports no results, so that acceptance is all that is known of it.
func (r *NotificationState) recordReached(p incident.Page) {
	f, failing := r.ChannelFailures[p.Channel]
	switch {
	case !failing:
	case p.Via == incident.Primary:
		r.ChannelFailures = maps.Clone(r.ChannelFailures)
		delete(r.ChannelFailures, p.Channel)
	case !f.Since.IsZero() && len(f.People) > 0:
		r.updateChannelFailure(p.Channel, func(f *ChannelFailure) { f.People = nil })
	}
}

// reachedPhone reports whether a result shows that the provider reached a phone, or the person's own voicemail.
func reachedPhone(result string) bool {
	return slices.Contains([]string{incident.Human, incident.Machine, incident.Busy, incident.NoAnswer, incident.Delivered}, result)
}

// avoidsPrimary reports whether the pages over a channel go to the failover channel.
func (r *NotificationState) avoidsPrimary(c incident.Channel, now time.Time) bool {
	f := r.ChannelFailures[c]
	return !f.Since.IsZero() && now.Before(f.Retry)
}

// switchRefusedRounds moves a channel to the other provider after a round in which the page to each person of the
// escalation was refused or failed. The next round by the failover channel does not wait, because no phone has rung.
func (r *NotificationState) switchRefusedRounds(at evalContext) {
	steps := at.onCall.EscalationAt(at.now)
	for _, c := range []incident.Channel{incident.Call, incident.Text} {
		if f := r.ChannelFailures[c]; !f.Since.IsZero() && at.onCall.Failover == nil { // it was removed from alerts.yaml
			r.updateChannelFailure(c, func(f *ChannelFailure) { f.Since, f.Retry, f.People = time.Time{}, time.Time{}, nil })
		}
		f := r.ChannelFailures[c]
		all := !slices.ContainsFunc(steps, func(s oncall.ResolvedStep) bool { return !slices.Contains(f.People, s.Person.Name) })
		if len(f.People) == 0 || len(steps) == 0 || !all {
			continue
		}
		switch {
		case !f.Since.IsZero(): // the failover channel fails too: the next round tries the first provider
			r.updateChannelFailure(c, func(f *ChannelFailure) { f.Since, f.Retry, f.People = time.Time{}, time.Time{}, nil })
		case at.onCall.Failover != nil:
			r.updateChannelFailure(c, func(f *ChannelFailure) {
				f.Since, f.Retry, f.People = at.now, at.now.Add(retryRefusedAfter), nil
			})
			if c == incident.Call && r.Escalation.Next == 0 {
				r.Escalation.Pause = time.Time{}
			}
		}
		r.announceRefusals(c, steps[0].Person, at)
	}
}

// announceRefusals notifies the first person of the escalation, once until it works again, that the first provider
// delivers nothing over a channel.
func (r *NotificationState) announceRefusals(c incident.Channel, who oncall.Person, at evalContext) {
	f := r.ChannelFailures[c]
	if f.Announced || at.onCall.Failover == nil && c == incident.Text { // nothing is left to send it by
		return
	}
	r.updateChannelFailure(c, func(f *ChannelFailure) { f.Announced = true })
	instead := "No other channel is configured."
	if at.onCall.Failover != nil {
		instead = "They go by the second channel now, which takes no key and no reply."
	}
	why := strings.TrimRight(f.Why, ".")
	if why == "" {
		why = "it gives no reason"
	}
	words := message.FitSMS(fmt.Sprintf("VALKYRIE: the phone provider delivers no %ss to anyone: %s. %s Run valkyrie doctor.", c, why, instead), "")
	channels := []incident.Channel{incident.Text}
	if at.onCall.CanEmail(who) {
		channels = append(channels, incident.Email)
	}
	for _, by := range channels {
		p := r.addPage(by, incident.Notice, who, nil, at.now)
		p.Words = words
		if at.onCall.Failover != nil {
			p.Via = incident.Failover
		}
		if by == incident.Email {
			p.To = who.Email
		}
	}
}

// probePrimary defers the next try of a first provider that delivers nothing, because this page tries it.
func (r *NotificationState) probePrimary(p incident.Page, now time.Time) {
	if f := r.ChannelFailures[p.Channel]; p.Via == incident.Primary && !f.Since.IsZero() {
		r.updateChannelFailure(p.Channel, func(f *ChannelFailure) { f.Retry = now.Add(retryRefusedAfter) })
	}
}

// resumeByFailover gives a refused page that only tried the first provider again to the failover channel.
func (r *NotificationState) resumeByFailover(id, why string, at evalContext) bool {
	p := r.page(id)
	if p == nil || p.State != incident.Claimed || p.Via != incident.Primary || at.onCall.Failover == nil || r.ChannelFailures[p.Channel].Since.IsZero() {
		return false
	}
	p.State, p.Why, p.Via, p.NotBefore, p.SwitchedAt = incident.Planned, why, incident.Failover, time.Time{}, at.now
	r.bumpRevision(*p)
	return true
}

// switchedSince reports whether a channel moved to the failover channel at or after a time.
func (r *NotificationState) switchedSince(c incident.Channel, at time.Time) bool {
	f := r.ChannelFailures[c]
	return !f.Since.IsZero() && !f.Since.Before(at)
}
