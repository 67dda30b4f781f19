package incident

import (
	"slices"
	"time"
)

// A Channel is a way to reach a person.
type Channel string

// The channels.
const (
	Call  Channel = "call"
	Text  Channel = "text"
	Email Channel = "email" // the same facts as in a text, by the second channel
)

// A Purpose is what a page wants of the person.
type Purpose string

// The purposes of a page.
const (
	Alarm    Purpose = "alarm"     // something is bad: a call asks for a key, a text gives the facts
	AllClear Purpose = "all-clear" // it is over: told only to those who were paged
	Notice   Purpose = "notice"    // it is about no incident: a mute that has ended
	Drill    Purpose = "drill"     // nothing is wrong: a call asks for a key, to see that somebody is there
)

// A PageState is how far one attempt to reach one person has got. The picture is in the package comment.
type PageState string

// The states of a page.
const (
	Planned   PageState = "planned"   // intended, nothing sent
	Claimed   PageState = "claimed"   // one pager holds the lease and is sending it
	Unknown   PageState = "unknown"   // sent, but whether the carrier took it is not known
	Accepted  PageState = "accepted"  // the carrier took it and gave its id
	Ended     PageState = "ended"     // the carrier said how it went
	Cancelled PageState = "cancelled" // no longer needed, and not sent; of one that is Resent: not once more
)

// Results of a page that has ended.
const (
	Human       = "human"       // somebody listened
	Machine     = "machine"     // voicemail: nobody has been told
	Busy        = "busy"        // the line was engaged
	NoAnswer    = "no-answer"   // it rang out, or the carrier never said how it went
	FailedCall  = "failed"      // the carrier could not, or refused
	HungUp      = "hung up"     // by us, while it rang: nobody needed it any more
	Held        = "held"        // by a cap: never sent
	Undelivered = "undelivered" // a text that never arrived
	Delivered   = "delivered"   // a text that did
)

// A Page is one attempt to reach one person over one channel. (A browser's page is a Tab.)
type Page struct {
	ID          string             `json:"id"`
	Incidents   []string           `json:"incidents"` // ids of the incidents it tells of
	Purpose     Purpose            `json:"purpose"`
	Channel     Channel            `json:"channel"`
	Person      string             `json:"person"`
	To          string             `json:"to"`            // phone number, E.164; or an e-mail address
	Via         Provider           `json:"via,omitempty"` // who has it, or gets it next
	State       PageState          `json:"state"`
	Result      string             `json:"result,omitempty"` // once it has ended
	Why         string             `json:"why,omitempty"`    // the carrier's words when it was refused or failed
	SID         string             `json:"sid,omitempty"`    // the carrier's id
	Key         string             `json:"key,omitempty"`    // the key the person pressed
	Words       string             `json:"words,omitempty"`  // what was said or written
	Tries       int                `json:"tries"`            // how often it was handed to the carrier
	Resent      bool               `json:"resent,omitempty"` // sent once more after its outcome could not be learned
	Final       bool               `json:"final,omitempty"`  // of one that has failed: its carrier would fail with it again
	Again       int                `json:"again,omitempty"`  // so many pages before it said the same to the person, and did not arrive
	Waking      bool               `json:"waking,omitempty"` // it goes out, and is tried again, only while its person is awake
	Mute        *Mute              `json:"mute,omitempty"`   // of a notice: what has ended
	Maintenance *ActiveMaintenance `json:"window,omitempty"` // likewise
	Round       int                `json:"round,omitempty"`  // how often everybody had been tried before
	Times       int                `json:"times,omitempty"`  // over 1: it stands for so many that were alike, the first of which it was; they ended by EndedAt
	Slot        time.Time          `json:"slot,omitzero"`    // of the run that decided that people are told: where ToRing begins

	PlannedAt  time.Time `json:"planned_at"`
	NotBefore  time.Time `json:"not_before,omitzero"`
	TriedAt    time.Time `json:"tried_at,omitzero"`    // when it was first handed to a carrier
	SwitchedAt time.Time `json:"switched_at,omitzero"` // when the first carrier was given up
	ClaimedAt  time.Time `json:"claimed_at,omitzero"`
	LeaseUntil time.Time `json:"lease_until,omitzero"` // when to give up waiting: claimed for the sender, accepted for the carrier
	AcceptedAt time.Time `json:"accepted_at,omitzero"`
	AnsweredAt time.Time `json:"answered_at,omitzero"` // of a call: when somebody, or something, picked up
	KeyAt      time.Time `json:"key_at,omitzero"`      // when the key was pressed
	HangUpAt   time.Time `json:"hang_up_at,omitzero"`  // when the carrier was asked, last, to end the call
	EndedAt    time.Time `json:"ended_at,omitzero"`
}

// ToRing is how long it took from the slot of the run that decided until a carrier took the page.
func (p Page) ToRing() (time.Duration, bool) {
	return p.AcceptedAt.Sub(p.Slot), !p.AcceptedAt.IsZero() && !p.Slot.IsZero()
}

// ToAnswer is how long it took from the slot until somebody, or something, picked up.
func (p Page) ToAnswer() (time.Duration, bool) {
	return p.AnsweredAt.Sub(p.Slot), !p.AnsweredAt.IsZero() && !p.Slot.IsZero()
}

// ToKey is how long it took from when the carrier took it until a key was pressed: the ringing, and the listening.
func (p Page) ToKey() (time.Duration, bool) {
	return p.KeyAt.Sub(p.AcceptedAt), !p.AcceptedAt.IsZero() && !p.KeyAt.IsZero()
}

// Live reports whether the page may still reach the person.
func (p Page) Live() bool {
	return p.State == Planned || p.State == Claimed || p.State == Unknown || p.State == Accepted
}

// Sent reports whether the person may have got it: what decides who is told that it is over.
func (p Page) Sent() bool {
	return p.Resent || p.State == Unknown || p.State == Accepted || (p.State == Ended && p.SID != "")
}

// A Provider is a way out of the house: the first, which is Twilio, or the second channel, for when the first takes nothing.
type Provider string

// The carriers.
const (
	Primary  Provider = ""
	Failover Provider = "second"
)

// AddIncidents has a page that was not sent yet tell of more; it is about what they are now.
func (p *Page) AddIncidents(ids []string, now time.Time) {
	p.Incidents, p.PlannedAt = slices.Clone(p.Incidents), now
	for _, id := range ids {
		if !slices.Contains(p.Incidents, id) {
			p.Incidents = append(p.Incidents, id)
		}
	}
}

// Count is how many pages the page stands for.
func (p Page) Count() int { return max(1, p.Times) }

// ReportsAnEnd reports whether a page tells that something is over, for which nobody else can be told instead.
func (p Page) ReportsAnEnd() bool { return p.Purpose == AllClear || p.Purpose == Notice }

// Undeliverable reports whether a page was given to a carrier and certainly did not arrive.
func (p Page) Undeliverable() bool {
	return p.State == Ended && (p.Result == FailedCall || p.Result == Undelivered)
}

// Stale reports whether a text for which nobody waits was handed out so long ago that it is not tried any more.
func (p Page) Stale(now time.Time) bool { return p.ReportsAnEnd() && now.Sub(p.TriedAt) >= staleAfter }

// staleAfter is for how long a carrier that certainly took nothing is asked again to take such a text. Later it says
// nothing that the person has not seen otherwise.
const staleAfter = 24 * time.Hour
