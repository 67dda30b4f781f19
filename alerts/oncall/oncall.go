package oncall

import (
	"slices"
	"time"

	"valkyrie/alerts/incident"
)

// OnCall says who is told, and in which order.
type OnCall struct {
	People      []Person         `yaml:"people"`
	Rotations   []Rotation       `yaml:"rotations"`
	Overrides   []Override       `yaml:"overrides"`
	Escalation  []EscalationStep `yaml:"escalation"`
	RepeatAfter time.Duration    `yaml:"repeat_after"` // default 5m; at least 1s
	AckExpires  time.Duration    `yaml:"ack_expires"`  // how long an acknowledgement of what calls people holds; default 30m, at least 1s; 0: for ever, which no file can say
	Gather      time.Duration    `yaml:"gather"`       // how long a first call waits for what else goes wrong, so that it can tell of all; default 10s, up to 1m

	Severities  map[incident.Kind]Severity `yaml:"severity"` // by kind of incident, where it is not the usual one
	Maintenance []Maintenance              `yaml:"maintenance"`
	Journeys    map[string]JourneyNotes    `yaml:"journeys"`

	Drills   Drills           `yaml:"drills"`
	Caps     Caps             `yaml:"caps"`
	Failover *FailoverChannel `yaml:"second_channel"` // nil: none

	Play        string `yaml:"play"`         // address of a sound that a call begins with, such as the Ride of the Valkyries
	EvidenceURL string `yaml:"evidence_url"` // where people can open the evidence; a text links to it
}

// JourneyNotes are what is to be known when a journey is bad.
type JourneyNotes struct {
	Severity map[incident.Kind]Severity `yaml:"severity"` // for this journey only
	Say      string                     `yaml:"say"`      // said and written too
	Runbook  string                     `yaml:"runbook"`  // an address; written, not said

	AckExpires time.Duration `yaml:"ack_expires"` // for this journey; 0: as for all
}

// An EscalationStep is a step of the escalation: a name, or a name and how long to wait for the one before.
type EscalationStep struct {
	Call  string        `yaml:"call"`  // a person or a rotation
	After time.Duration `yaml:"after"` // since the rung before was called; default: as soon as that has not acknowledged
}

// Shorthand reads a rung that is a name only: Ada, as opposed to {call: Ada, after: 2m}.
func (r *EscalationStep) Shorthand(name string) { r.Call = name }

func (o OnCall) FindPerson(name string) (Person, bool) {
	i := slices.IndexFunc(o.People, func(p Person) bool { return p.Name == name })
	if i < 0 {
		return Person{}, false
	}
	return o.People[i], true
}

func (o OnCall) FindRotation(name string) (Rotation, bool) {
	i := slices.IndexFunc(o.Rotations, func(r Rotation) bool { return r.Name == name })
	if i < 0 {
		return Rotation{}, false
	}
	return o.Rotations[i], true
}

// Duty says who is behind a name at a moment: the person of that name, or whoever has the duty, and for how long. The
// times are zero for a person.
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

// A ResolvedStep is a rung with the person who is behind it at a moment.
type ResolvedStep struct {
	Step   EscalationStep
	Person Person
	Duty   Duty
}

// EscalationAt is who is called at a moment, and who after that, as long as nobody acknowledges.
func (o OnCall) EscalationAt(at time.Time) []ResolvedStep {
	var chain []ResolvedStep
	for _, r := range o.Escalation {
		if p, d, ok := o.Duty(r.Call, at); ok {
			chain = append(chain, ResolvedStep{r, p, d})
		}
	}
	return chain
}

// CanEmail reports whether a person can be sent e-mail.
func (o OnCall) CanEmail(who Person) bool {
	return o.Failover != nil && o.Failover.Topic != "" && who.Email != ""
}

// IsWritten reports whether a page is read: a text, an e-mail, and a call by a second channel that has no voice.
func (o OnCall) IsWritten(p incident.Page) bool {
	return p.Channel != incident.Call || p.Via == incident.Failover && (o.Failover == nil || o.Failover.Voice == "")
}

// AckExpiryFor is for how long an acknowledgement of a journey's incident holds; 0: for ever.
func (o OnCall) AckExpiryFor(journey string) time.Duration {
	if d := o.Journeys[journey].AckExpires; d > 0 {
		return d
	}
	return o.AckExpires
}

// LongestPause is the longest that the escalation lets pass between two calls.
func (o OnCall) LongestPause() time.Duration {
	longest := o.RepeatAfter
	for _, r := range o.Escalation {
		longest = max(longest, r.After)
	}
	return longest
}

// MaxGather is how long a first call waits at most, however much else goes wrong meanwhile.
const MaxGather = time.Minute

// A FailoverChannel is AWS, for when Twilio cannot be reached or refuses: texts and e-mail by SNS, calls as Amazon voice
// messages. It is one way: nothing can be pressed or replied. infra/amazon is what speaks to it.
type FailoverChannel struct {
	Region string `yaml:"region"` // such as eu-west-1
	Voice  string `yaml:"voice"`  // who calls: a phone number, or the id or ARN of a number or a pool; empty: a text stands for a call
	Topic  string `yaml:"topic"`  // ARN of an SNS topic to which people's addresses are subscribed; empty: no e-mail
	Sender string `yaml:"sender"` // what a text is from, where countries allow it: up to 11 letters and digits
}

// Caps bound what is sent, so that a mistake neither rings for ever nor costs without end. No cap holds back the first call or
// text to a person about an incident.
type Caps struct {
	CallsPerHour int     `yaml:"calls_per_hour"` // to one person; default 30; 0: no cap, which no file can say
	TextsPerHour int     `yaml:"texts_per_hour"` // to one person; default 60; 0: no cap, which no file can say
	Month        float64 `yaml:"month"`          // money for a month of the calendar in UTC, in the currency of the prices; default 0: no cap
	CallPrice    float64 `yaml:"call_price"`     // of a call that was taken by a carrier, answered or not
	TextPrice    float64 `yaml:"text_price"`     // of a text
}
