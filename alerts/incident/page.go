package incident

import (
	"slices"
	"strings"
	"time"
)

// A Channel is a means of reaching a person.
type Channel string

// The channels.
const (
	Call  Channel = "call"
	Text  Channel = "text"
	Email Channel = "email" // the facts of a text, by the failover channel
)

// A Purpose is the reason for a page.
type Purpose string

// The purposes of a page.
const (
	Alarm    Purpose = "alarm"     // an incident lasts: a call asks for a key, a text gives the facts
	AllClear Purpose = "all-clear" // it is resolved: sent only to people who were paged
	Notice   Purpose = "notice"    // about no incident: a mute or a maintenance window has ended
	Drill    Purpose = "drill"     // no incident: a call asks for a key, to test that the person can be reached
)

// A PageState is the delivery state of a page. The package comment shows the transitions.
type PageState string

// The states of a page.
const (
	Planned   PageState = "planned"   // intended, nothing sent
	Claimed   PageState = "claimed"   // one pager holds the lease and is sending it
	Unknown   PageState = "unknown"   // sent, but whether the provider accepted it is unknown
	Accepted  PageState = "accepted"  // the provider accepted it and returned its id
	Ended     PageState = "ended"     // the provider reported the result
	Cancelled PageState = "cancelled" // no longer needed, and not sent; if Resent: not sent again
)

// Results of a page that has ended.
const (
	Human       = "human"       // a person answered
	Machine     = "machine"     // voicemail: no person was reached
	Busy        = "busy"        // the line was busy
	NoAnswer    = "no-answer"   // not answered, or the provider never reported a result
	FailedCall  = "failed"      // the provider failed or refused; of calls and of texts
	HungUp      = "hung up"     // ended by the pager while it rang, as it was no longer needed
	Held        = "held"        // suppressed by a cap
	Undelivered = "undelivered" // a text that did not arrive
	Delivered   = "delivered"   // a text that arrived
)

// A Page is one attempt to reach one person over one channel. (A browser's page is a Tab.)
type Page struct {
	ID          string             `json:"id"`
	Incidents   []string           `json:"incidents"` // ids of the incidents it is about
	Purpose     Purpose            `json:"purpose"`
	Channel     Channel            `json:"channel"`
	Person      string             `json:"person"`
	To          string             `json:"to"`            // phone number, E.164; or an e-mail address
	Via         Provider           `json:"via,omitempty"` // the provider that has it, or gets it next
	State       PageState          `json:"state"`
	Result      string             `json:"result,omitempty"` // once it has ended
	Why         string             `json:"why,omitempty"`    // error of the provider if it refused or failed
	SID         string             `json:"sid,omitempty"`    // id at the provider
	Key         string             `json:"key,omitempty"`    // the key the person pressed
	Keys        string             `json:"keys,omitempty"`   // the keys pressed before it, each once
	Words       string             `json:"words,omitempty"`  // the text that was spoken or written
	Tries       int                `json:"tries"`            // number of times it was handed to a provider
	Resent      bool               `json:"resent,omitempty"` // sent again, as its outcome stayed unknown
	Final       bool               `json:"final,omitempty"`  // after a failure: a retry at this provider would fail too
	Again       int                `json:"again,omitempty"`  // number of earlier pages with the same content that did not arrive
	Waking      bool               `json:"waking,omitempty"` // it is sent, and retried, only in the waking hours of the person
	Mute        *Mute              `json:"mute,omitempty"`   // of a notice: the mute that ended
	Maintenance *ActiveMaintenance `json:"window,omitempty"` // of a notice: the window that ended
	Round       int                `json:"round,omitempty"`  // rounds of the escalation before it
	Times       int                `json:"times,omitempty"`  // over 1: number of like pages it stands for; it was the first, and the last ended by EndedAt
	Slot        time.Time          `json:"slot,omitzero"`    // of the run that triggered it: the start of TimeToAccept

	PlannedAt  time.Time `json:"planned_at"`
	NotBefore  time.Time `json:"not_before,omitzero"`
	TriedAt    time.Time `json:"tried_at,omitzero"`    // first handed to a provider
	SwitchedAt time.Time `json:"switched_at,omitzero"` // failover from the primary provider
	ClaimedAt  time.Time `json:"claimed_at,omitzero"`
	LeaseUntil time.Time `json:"lease_until,omitzero"` // end of waiting: while claimed for the sender, while accepted for the provider
	AcceptedAt time.Time `json:"accepted_at,omitzero"`
	AnsweredAt time.Time `json:"answered_at,omitzero"` // of a call: when a person or a machine answered
	KeyAt      time.Time `json:"key_at,omitzero"`      // time of Key
	HangUpAt   time.Time `json:"hang_up_at,omitzero"`  // latest request to end the call
	GivenUpAt  time.Time `json:"given_up_at,omitzero"` // of a call without a report: since when the provider is asked to end it; zero once it has
	EndedAt    time.Time `json:"ended_at,omitzero"`
}

// TimeToAccept returns the time from the slot of the triggering run until a provider accepted the page; false if unknown.
func (p Page) TimeToAccept() (time.Duration, bool) {
	return p.AcceptedAt.Sub(p.Slot), !p.AcceptedAt.IsZero() && !p.Slot.IsZero()
}

// TimeToAnswer returns the time from that slot until a person or a machine answered; false if unknown.
func (p Page) TimeToAnswer() (time.Duration, bool) {
	return p.AnsweredAt.Sub(p.Slot), !p.AnsweredAt.IsZero() && !p.Slot.IsZero()
}

// TimeToKey returns the time from the acceptance until a key was pressed: ringing and listening; false if unknown.
func (p Page) TimeToKey() (time.Duration, bool) {
	return p.KeyAt.Sub(p.AcceptedAt), !p.AcceptedAt.IsZero() && !p.KeyAt.IsZero()
}

// Live reports whether the page may still reach the person.
func (p Page) Live() bool {
	return p.State == Planned || p.State == Claimed || p.State == Unknown || p.State == Accepted
}

// Sent reports whether the person may have received the page, and so gets the all-clear.
func (p Page) Sent() bool {
	return p.Resent || p.State == Unknown || p.State == Accepted || (p.State == Ended && p.SID != "")
}

// A Provider is a service that delivers pages: the primary one is Twilio; the failover channel is used when Twilio fails.
type Provider string

// The providers.
const (
	Primary  Provider = ""
	Failover Provider = "second"
)

// AddIncidents adds incidents to a page that was not sent yet, and renews its PlannedAt.
func (p *Page) AddIncidents(ids []string, now time.Time) {
	p.Incidents, p.PlannedAt = slices.Clone(p.Incidents), now
	for _, id := range ids {
		if !slices.Contains(p.Incidents, id) {
			p.Incidents = append(p.Incidents, id)
		}
	}
}

// Count returns the number of pages that the page stands for.
func (p Page) Count() int { return max(1, p.Times) }

// ReportsAnEnd reports whether the page announces an end; it does not escalate to another person.
func (p Page) ReportsAnEnd() bool { return p.Purpose == AllClear || p.Purpose == Notice }

// Pressed reports whether a key was pressed in the call before.
func (p Page) Pressed(key string) bool {
	return p.Key == key || len(key) == 1 && strings.Contains(p.Keys, key)
}

// Press records a key.
func (p *Page) Press(key string, now time.Time) {
	if p.Key == key {
		return
	}
	if len(p.Key) == 1 && !strings.Contains(p.Keys, p.Key) {
		p.Keys += p.Key
	}
	p.Key, p.KeyAt = key, now
}

// Undeliverable reports whether the page was handed to a provider and certainly did not arrive.
func (p Page) Undeliverable() bool {
	return p.State == Ended && (p.Result == FailedCall || p.Result == Undelivered)
}

// Stale reports whether an announcement of an end is too old to be retried.
func (p Page) Stale(now time.Time) bool { return p.ReportsAnEnd() && now.Sub(p.TriedAt) >= staleAfter }

// staleAfter is the time for which an announcement of an end is retried. After it, the person has seen the end otherwise.
const staleAfter = 24 * time.Hour
