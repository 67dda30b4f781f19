package oncall

import (
	"slices"
	"strings"
	"time"

	"valkyrie/alerts/incident"
)

// OnCall holds the people to page and their order.
type OnCall struct {
	People      []Person         `yaml:"people"`
	Rotations   []Rotation       `yaml:"rotations"`
	Overrides   []Override       `yaml:"overrides"`
	Escalation  []EscalationStep `yaml:"escalation"`
	RepeatAfter time.Duration    `yaml:"repeat_after"` // 1s to 1h, default 5m
	AckExpires  time.Duration    `yaml:"ack_expires"`  // validity of an acknowledgement of an incident that calls; 1m to 24h, default 30m; 0: unlimited, not possible in a file
	Gather      time.Duration    `yaml:"gather"`       // delay of the first call, so that it covers incidents that open meanwhile; 0s to 1m, default 10s

	Severities  map[incident.Kind]Severity `yaml:"severity"` // by kind of incident, if not the default
	Maintenance []Maintenance              `yaml:"maintenance"`
	Journeys    map[string]JourneyNotes    `yaml:"journeys"`

	Drills   Drills           `yaml:"drills"`
	Caps     Caps             `yaml:"caps"`
	Failover *FailoverChannel `yaml:"second_channel"` // nil: none

	Play        string `yaml:"play"`         // address of a sound that a call begins with, such as the Ride of the Valkyries
	EvidenceURL string `yaml:"evidence_url"` // where people can open the evidence; a text links to it

	// EvidenceLink returns an address at which a person can open a file of evidence for some hours without signing in, or "";
	// path is journey.Evidence.Path. nil: there are no such addresses.
	EvidenceLink func(path string, now time.Time) string

	SharedNumber bool // another deployment calls from the same number: phone.shared
}

// JourneyNotes are the settings and hints for the incidents of one journey.
type JourneyNotes struct {
	Severity map[incident.Kind]Severity `yaml:"severity"` // by kind, for this journey only
	Say      string                     `yaml:"say"`      // spoken in calls and written in texts
	Runbook  string                     `yaml:"runbook"`  // an address; written, not spoken

	AckExpires time.Duration `yaml:"ack_expires"` // for this journey, 1m to 24h; 0: as for all
}

// An EscalationStep is a step of the escalation: a name, and optionally the delay after the step before.
type EscalationStep struct {
	Call  string        `yaml:"call"`  // a person or a rotation
	After time.Duration `yaml:"after"` // delay since the call of the step before, up to 1h; default: none once that call ended unacknowledged
}

// Shorthand reads a step that is a name only: Ada, as opposed to {call: Ada, after: 2m}.
func (r *EscalationStep) Shorthand(name string) { r.Call = name }

// FindPerson returns the person of a name, in any capitals.
func (o OnCall) FindPerson(name string) (Person, bool) {
	i := slices.IndexFunc(o.People, func(p Person) bool { return strings.EqualFold(p.Name, name) })
	if i < 0 {
		return Person{}, false
	}
	return o.People[i], true
}

// FindAddressee returns the person that a page is to: by name, else by the address, as a person may be renamed.
func (o OnCall) FindAddressee(p incident.Page) (Person, bool) {
	if who, ok := o.FindPerson(p.Person); ok {
		return who, true
	}
	i := slices.IndexFunc(o.People, func(who Person) bool {
		return p.Channel == incident.Email && who.Email == p.To || p.Channel != incident.Email && who.Phone == p.To
	})
	if i < 0 {
		return Person{}, false
	}
	return o.People[i], true
}

// FindRotation returns the rotation of a name.
func (o OnCall) FindRotation(name string) (Rotation, bool) {
	i := slices.IndexFunc(o.Rotations, func(r Rotation) bool { return r.Name == name })
	if i < 0 {
		return Rotation{}, false
	}
	return o.Rotations[i], true
}

// Duty resolves a name at a given time: the person of that name, or the person on duty in the rotation of that name, with the
// start and end of the duty; both are zero for a person.
func (o OnCall) Duty(name string, at time.Time) (Person, Duty, bool) {
	if p, ok := o.FindPerson(name); ok {
		return p, Duty{Who: name}, true
	}
	r, ok := o.FindRotation(name)
	if !ok {
		return Person{}, Duty{}, false
	}
	zone := r.Zone.Location()
	duty := r.At(at)
	for _, v := range o.Overrides {
		if _, known := o.FindPerson(v.Who); !known || v.Rotation != name {
			continue
		}
		from, to := v.From.In(zone), v.To.In(zone)
		switch {
		case v.ActiveAt(at, zone):
			p, _ := o.FindPerson(v.Who)
			return p, Duty{v.Who, from, to}, true
		case from.After(at) && from.Before(duty.Until):
			duty.Until = from
		case !to.After(at) && to.After(duty.From):
			duty.From = to
		}
	}
	p, ok := o.FindPerson(duty.Who)
	return p, duty, ok
}

// A ResolvedStep is a step of the escalation with its person at a given time.
type ResolvedStep struct {
	Step   EscalationStep
	Person Person
	Duty   Duty
}

// EscalationAt returns the people to call at a given time, in order.
func (o OnCall) EscalationAt(at time.Time) []ResolvedStep {
	var steps []ResolvedStep
	for _, r := range o.Escalation {
		if p, d, ok := o.Duty(r.Call, at); ok {
			steps = append(steps, ResolvedStep{r, p, d})
		}
	}
	return steps
}

// CanEmail reports whether e-mail can be sent to a person.
func (o OnCall) CanEmail(who Person) bool {
	return o.Failover != nil && o.Failover.Topic != "" && who.Email != ""
}

// IsWritten reports whether a page is written: a text, an e-mail, or a call by a failover channel without voice.
func (o OnCall) IsWritten(p incident.Page) bool {
	return p.Channel != incident.Call || p.Via == incident.Failover && (o.Failover == nil || o.Failover.Voice == "")
}

// AckExpiryFor returns the validity of an acknowledgement of a journey's incident; 0: unlimited.
func (o OnCall) AckExpiryFor(journey string) time.Duration {
	if d := o.Journeys[journey].AckExpires; d > 0 {
		return d
	}
	return o.AckExpires
}

// LongestPause returns the longest pause between two calls of the escalation.
func (o OnCall) LongestPause() time.Duration {
	longest := o.RepeatAfter
	for _, r := range o.Escalation {
		longest = max(longest, r.After)
	}
	return longest
}

// MaxGather is the maximum delay of the first call, however many incidents open meanwhile.
const MaxGather = time.Minute

// A FailoverChannel is AWS, used when Twilio cannot be reached or refuses: texts and e-mail by SNS, calls as Amazon voice
// messages. It is one-way: a person can neither press a key nor reply. infra/amazon implements it.
type FailoverChannel struct {
	Region string `yaml:"region"` // such as eu-west-1
	Voice  string `yaml:"voice"`  // caller: a phone number, or the id or ARN of a number or a pool; empty: texts replace calls
	Topic  string `yaml:"topic"`  // ARN of an SNS topic with the people's addresses as subscribers; empty: no e-mail
	Sender string `yaml:"sender"` // sender of texts, in countries that allow it: up to 11 letters and digits
}

// Caps are rate limits, so that a mistake neither calls for ever nor costs without limit. No cap suppresses the first call or
// text to a person about an incident.
type Caps struct {
	CallsPerHour int     `yaml:"calls_per_hour"` // to one person; default 30; 0: no cap, not possible in a file
	TextsPerHour int     `yaml:"texts_per_hour"` // to one person; default 60; 0: no cap, not possible in a file
	Month        float64 `yaml:"month"`          // cost in a calendar month in UTC, in the currency of the prices; default 0: no cap
	CallPrice    float64 `yaml:"call_price"`     // of a call that a provider accepted, answered or not
	TextPrice    float64 `yaml:"text_price"`     // of a text
}
