package alerts

import (
	"slices"
	"time"
)

// OnCall says who is told, and in which order.
type OnCall struct {
	People      []Person      `yaml:"people"`
	Rotations   []Rotation    `yaml:"rotations"`
	Overrides   []Override    `yaml:"overrides"`
	Escalation  []Rung        `yaml:"escalation"`
	RepeatAfter time.Duration `yaml:"repeat_after"` // default 5m; at least 1s
	AckExpires  time.Duration `yaml:"ack_expires"`  // how long an acknowledgement of what calls people holds; default 30m, at least 1s; 0: for ever, which no file can say
	Gather      time.Duration `yaml:"gather"`       // how long a first call waits for what else goes wrong, so that it can tell of all; default 10s, up to 1m

	Severities  map[Kind]Severity       `yaml:"severity"` // by kind of incident, where it is not the usual one
	Maintenance []Maintenance           `yaml:"maintenance"`
	Journeys    map[string]JourneyNotes `yaml:"journeys"`

	Drills Drills         `yaml:"drills"`
	Caps   Caps           `yaml:"caps"`
	Second *SecondChannel `yaml:"second_channel"` // nil: none

	Play        string `yaml:"play"`         // address of a sound that a call begins with, such as the Ride of the Valkyries
	EvidenceURL string `yaml:"evidence_url"` // where people can open the evidence; a text links to it
}

// JourneyNotes are what is to be known when a journey is bad.
type JourneyNotes struct {
	Severity map[Kind]Severity `yaml:"severity"` // for this journey only
	Say      string            `yaml:"say"`      // said and written too
	Runbook  string            `yaml:"runbook"`  // an address; written, not said

	AckExpires time.Duration `yaml:"ack_expires"` // for this journey; 0: as for all
}

// A Rung is a step of the escalation: a name, or a name and how long to wait for the one before.
type Rung struct {
	Call  string        `yaml:"call"`  // a person or a rotation
	After time.Duration `yaml:"after"` // since the rung before was called; default: as soon as that has not acknowledged
}

// short reads a rung that is a name only: Ada, as opposed to {call: Ada, after: 2m}.
func (r *Rung) short(name string) { r.Call = name }

func (o OnCall) person(name string) (Person, bool) {
	i := slices.IndexFunc(o.People, func(p Person) bool { return p.Name == name })
	if i < 0 {
		return Person{}, false
	}
	return o.People[i], true
}

func (o OnCall) rotation(name string) (Rotation, bool) {
	i := slices.IndexFunc(o.Rotations, func(r Rotation) bool { return r.Name == name })
	if i < 0 {
		return Rotation{}, false
	}
	return o.Rotations[i], true
}

// Duty says who is behind a name at a moment: the person of that name, or whoever has the duty, and for how long. The
// times are zero for a person.
func (o OnCall) Duty(name string, at time.Time) (Person, Duty, bool) {
	if p, ok := o.person(name); ok {
		return p, Duty{Who: name}, true
	}
	r, ok := o.rotation(name)
	if !ok {
		return Person{}, Duty{}, false
	}
	zone := r.Zone.Location()
	duty := r.At(at)
	for _, v := range o.Overrides {
		if _, known := o.person(v.Who); !known || v.Rotation != name {
			continue
		}
		from, to := v.From.In(zone), v.To.In(zone)
		switch {
		case v.holds(at, zone):
			p, _ := o.person(v.Who)
			return p, Duty{v.Who, from, to}, true
		case from.After(at) && from.Before(duty.Until):
			duty.Until = from
		case !to.After(at) && to.After(duty.From):
			duty.From = to
		}
	}
	p, ok := o.person(duty.Who)
	return p, duty, ok
}

// A Turned is a rung with the person who is behind it at a moment.
type Turned struct {
	Rung   Rung
	Person Person
	Duty   Duty
}

// Chain is who is called at a moment, and who after that, as long as nobody acknowledges.
func (o OnCall) Chain(at time.Time) []Turned {
	var chain []Turned
	for _, r := range o.Escalation {
		if p, d, ok := o.Duty(r.Call, at); ok {
			chain = append(chain, Turned{r, p, d})
		}
	}
	return chain
}
