package incident

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"valkyrie/alerts/phrase"
	"valkyrie/probes/journey"
)

// An Incident is one spell of a journey being bad.
type Incident struct {
	ID       string             `json:"id"` // computed from journey, kind and opening slot, so that every region and every retry agrees
	Journey  string             `json:"journey"`
	Title    string             `json:"title"` // what a customer would call the journey, such as "print a card"
	Kind     Kind               `json:"kind"`
	PagesNow bool               `json:"loud"`            // it has got so bad that it rings, whatever its kind
	Step     string             `json:"step"`            // the step that decided it; empty when the run broke before its first step
	Error    string             `json:"error"`           // what was expected and what was seen, of the latest bad run
	Reason   string             `json:"reason"`          // why it was opened, in a sentence
	Regions  []string           `json:"regions"`         // where it is bad, sorted
	Since    time.Time          `json:"since"`           // slot of the first bad run
	Opened   time.Time          `json:"opened"`          // slot of the run that opened it
	Last     time.Time          `json:"last"`            // slot of the latest bad run
	Outages  []Outage           `json:"spells"`          // of a journey that was down more than once: each time, oldest first
	Bouts    []time.Time        `json:"bouts,omitempty"` // of a slow journey: when it became so, each time within ReturnWithin of the latest, oldest first
	Slow     time.Time          `json:"slow,omitzero"`   // of a slow journey: slot of the latest run at which it was slow often enough to be told
	Streak   int                `json:"streak"`          // bad runs in a row so far, the most of any region; for degraded: slow ones of the last few
	Runs     int                `json:"runs"`            // runs folded into it so far: tells a newer state from an older
	Evidence []journey.Evidence `json:"evidence"`

	State      IncidentState `json:"state"`
	AckedBy    string        `json:"acked_by,omitempty"`
	AckedAt    time.Time     `json:"acked_at,omitzero"`
	ResolvedAt time.Time     `json:"resolved_at,omitzero"`  // slot of the good run that closed it
	ResolvedBy string        `json:"resolved_by,omitempty"` // who said that it is over; empty: a good run did
	Closing    string        `json:"closing,omitempty"`     // why it was closed, in a sentence
	Returns    time.Time     `json:"returns,omitzero"`      // going bad again before it continues this incident
	Reopened   time.Time     `json:"reopened,omitzero"`     // when the pager learned of its latest return: pages from before it were about an earlier spell

	Rev int64 `json:"rev"` // grows with every change; a store never lets an older one replace a newer one
}

// A Kind says what sort of bad a journey is in. It decides how loudly a person is told.
type Kind string

// The kinds of incident.
const (
	Down         Kind = "down"      // the journey fails: customers cannot do it. It rings.
	Flapping     Kind = "flapping"  // it fails again and again, with good runs in between. It rings once it is Loud.
	Silent       Kind = "silent"    // runs that were expected do not come. It rings.
	Degraded     Kind = "degraded"  // it works, but slowly, again and again. It texts.
	LatencyTrend Kind = "creeping"  // a step gets slower from week to week. It texts.
	Counts       Kind = "counts"    // a number that came with a run is not what it must be. It texts.
	Heartbeat    Kind = "heartbeat" // a batch is late, incomplete or has failed. It texts.
	ProbeFault   Kind = "ours"      // the probe cannot run, so nobody knows. It texts.
)

// Drilled is the kind of a drill, which is no incident of a journey, and is only kept among them.
const Drilled Kind = "drill"

// Kinds are all there are, the most urgent first.
func Kinds() []Kind {
	return []Kind{Down, Flapping, Silent, Heartbeat, Counts, Degraded, LatencyTrend, ProbeFault}
}

// Rings reports whether an incident of this kind usually calls people, as opposed to texting them.
func (k Kind) Rings() bool { return k == Down || k == Silent }

// Rings reports whether the incident calls people, as opposed to texting them, unless alerts.yaml says otherwise: see
// OnCall.Severity.
func (i Incident) Rings() bool { return i.Kind.Rings() || i.PagesNow }

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

// Short is the handle a person reads out or types: the last part of the id.
func (i Incident) Short() string {
	const digits = 4
	return shortHash(i.ID)[:digits]
}

// Unanswered reports whether somebody still has to be told, and told again, until a human acknowledges.
func (i Incident) Unanswered() bool {
	return i.Rings() && (i.State == Open || i.State == Notified)
}

// Begun reports whether a page about the incident was handed to a carrier.
func (r Record) Begun() bool {
	return slices.ContainsFunc(r.Pages, func(p Page) bool { return p.Tries > 0 })
}

// A Record is an incident with every page that went out about it: what history keeps.
type Record struct {
	Incident
	Pages []Page `json:"pages"`
}

// shortHash is a handle for an id that a person can read out.
func shortHash(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:])
}

// Unacknowledged reports whether no human has taken the incident on yet, and it is not over.
func (i Incident) Unacknowledged() bool { return i.State == Open || i.State == Notified }

// DisplayTitle is what a customer would call the journey.
func (i Incident) DisplayTitle() string {
	if i.Title == "" {
		return "do " + i.Journey
	}
	return i.Title
}

// IsFailing reports whether the incident is about a journey that fails. Down and flapping are two ways of one story.
func (i Incident) IsFailing() bool { return i.Kind == Down || i.Kind == Flapping }

// MayReopen reports whether an incident that is over goes on when it comes back soon.
func (i Incident) MayReopen() bool {
	return i.IsFailing() || i.Kind == Degraded || i.Kind == Counts || i.Kind == LatencyTrend
}

// AddBadRun is the incident after one more bad run.
func (i Incident) AddBadRun(run journey.Run, streak int) Incident {
	i.Runs++
	i.Streak = max(i.Streak, streak)
	i.Error, i.Step, i.Evidence = run.Error, "", run.Evidence
	if run.Slot.After(i.Last) {
		i.Last = run.Slot
	}
	if step, ok := run.Culprit(); ok {
		i.Step, i.Error = step.Name, step.Error
		if run.Outcome == journey.Slow {
			i.Error = fmt.Sprintf("it took %s; the budget is %s", phrase.Seconds(step.DurationMS), phrase.Seconds(step.SlowMS))
			switch {
			case step.Error != "": // the journey's policy made it slow
				i.Error = step.Error
			case step.Why != "":
				i.Error += ", " + step.Why
			}
		}
	}
	i.Regions = AddName(i.Regions, run.Region)
	return i
}

// AddName is a sorted list of names with one more; names is not written to.
func AddName(names []string, name string) []string {
	if slices.Contains(names, name) {
		return names
	}
	more := append(slices.Clone(names), name)
	slices.Sort(more)
	return more
}
