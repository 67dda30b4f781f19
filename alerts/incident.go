package alerts

import (
	"time"

	"valkyrie/probes/journey"
)

// A Kind says what sort of bad a journey is in. It decides how loudly a person is told.
type Kind string

// The kinds of incident.
const (
	Down     Kind = "down"     // the journey fails: customers cannot do it. It rings.
	Degraded Kind = "degraded" // it works, but slowly, again and again. It texts.
	Ours     Kind = "ours"     // the probe cannot run, so nobody knows. It texts.
)

// Rings reports whether an incident of this kind calls people, as opposed to texting them.
func (k Kind) Rings() bool { return k == Down }

// An IncidentState is how far people have got with an incident.
type IncidentState string

// The states of an incident: open until a page about it is accepted by the carrier, then notified, then acknowledged
// by a human; resolved when the journey works again.
const (
	Open         IncidentState = "open"
	Notified     IncidentState = "notified"
	Acknowledged IncidentState = "acknowledged"
	Resolved     IncidentState = "resolved"
)

// An Incident is one spell of a journey being bad.
type Incident struct {
	ID       string             `json:"id"` // computed from journey, kind and opening slot, so that every region and every retry agrees
	Journey  string             `json:"journey"`
	Title    string             `json:"title"` // what a customer would call the journey, such as "print a card"
	Kind     Kind               `json:"kind"`
	Step     string             `json:"step"`    // the step that decided it; empty when the run broke before its first step
	Error    string             `json:"error"`   // what was expected and what was seen, of the latest bad run
	Reason   string             `json:"reason"`  // why it was opened, in a sentence
	Regions  []string           `json:"regions"` // where it is bad, sorted
	Since    time.Time          `json:"since"`   // slot of the first bad run
	Opened   time.Time          `json:"opened"`  // slot of the run that opened it
	Streak   int                `json:"streak"`  // bad runs in a row so far, the most of any region; for degraded: slow ones of the last few
	Runs     int                `json:"runs"`    // runs folded into it so far: tells a newer state from an older
	Evidence []journey.Evidence `json:"evidence"`

	State      IncidentState `json:"state"`
	AckedBy    string        `json:"acked_by,omitempty"`
	AckedAt    time.Time     `json:"acked_at,omitzero"`
	ResolvedAt time.Time     `json:"resolved_at,omitzero"` // slot of the good run that closed it
	Closing    string        `json:"closing,omitempty"`    // why it was closed, in a sentence

	Rev int64 `json:"rev"` // grows with every change; a store never lets an older one replace a newer one
}

// Short is the handle a person reads out or types: the last part of the id.
func (i Incident) Short() string {
	const digits = 4
	return shortHash(i.ID)[:digits]
}

// Unanswered reports whether somebody still has to be told, and told again, until a human acknowledges.
func (i Incident) Unanswered() bool {
	return i.Kind.Rings() && (i.State == Open || i.State == Notified)
}

// A Record is an incident with every page that went out about it: what history keeps.
type Record struct {
	Incident
	Pages []Page `json:"pages"`
}
