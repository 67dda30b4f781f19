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

// An Incident is one period of a journey being bad.
type Incident struct {
	ID       string             `json:"id"` // computed from journey, kind and opening slot, so that every region and every retry agrees
	Journey  string             `json:"journey"`
	Title    string             `json:"title"` // the journey in the words of a customer, such as "print a card"
	Kind     Kind               `json:"kind"`
	PagesNow bool               `json:"loud"`            // it calls people, whatever its kind, as it got worse
	Step     string             `json:"step"`            // the failed step; empty if the run broke before its first step
	Error    string             `json:"error"`           // expected and actual value, of the latest bad run
	Reason   string             `json:"reason"`          // cause of the opening, in a sentence
	Regions  []string           `json:"regions"`         // regions in which it is bad, sorted
	Since    time.Time          `json:"since"`           // slot of the first bad run
	Opened   time.Time          `json:"opened"`          // slot of the run that opened it
	Last     time.Time          `json:"last"`            // slot of the latest bad run
	Outages  []Outage           `json:"spells"`          // of a down or flapping journey: each outage, oldest first
	Bouts    []time.Time        `json:"bouts,omitempty"` // of a slow journey: each time it became slow, within ReturnWithin of the latest, oldest first
	Slow     time.Time          `json:"slow,omitzero"`   // of a slow journey: slot of the latest run at which it was over the threshold
	Streak   int                `json:"streak"`          // longest run of consecutive bad runs in any region; for degraded: slow runs among the last few
	Runs     int                `json:"runs"`            // runs folded into it so far; orders two states of the incident
	Evidence []journey.Evidence `json:"evidence"`

	State      IncidentState `json:"state"`
	AckedBy    string        `json:"acked_by,omitempty"`
	AckedAt    time.Time     `json:"acked_at,omitzero"`
	ResolvedAt time.Time     `json:"resolved_at,omitzero"`  // slot of the good run that closed it
	ResolvedBy string        `json:"resolved_by,omitempty"` // the person who resolved it; empty: a good run did
	Closing    string        `json:"closing,omitempty"`     // cause of the closing, in a sentence
	Returns    time.Time     `json:"returns,omitzero"`      // end of the time in which a new outage reopens this incident
	Reopened   time.Time     `json:"reopened,omitzero"`     // time at which the pager took the latest reopening: earlier pages are about an earlier outage

	Rev int64 `json:"rev"` // increases with every change; a store never replaces a newer record by an older one
}

// A Kind is the kind of incident. It decides the default severity.
type Kind string

// The kinds of incident.
const (
	Down         Kind = "down"      // the journey fails: customers cannot do it. It calls.
	Flapping     Kind = "flapping"  // the journey fails repeatedly, with good runs in between. It calls once PagesNow is set.
	Silent       Kind = "silent"    // expected runs are missing. It calls.
	Degraded     Kind = "degraded"  // the journey is slow repeatedly. It texts.
	LatencyTrend Kind = "creeping"  // a step gets slower from week to week, and will exceed its limit. It texts.
	Counts       Kind = "counts"    // a count reported by the runs is wrong. It texts.
	Heartbeat    Kind = "heartbeat" // a batch is late, incomplete or has failed. It texts.
	ProbeFault   Kind = "ours"      // the probe cannot run, so the state of the site is unknown. It texts.
)

// Drilled is the kind of a drill. It is no incident of a journey, and is stored with them for the history.
const Drilled Kind = "drill"

// Kinds returns all kinds of incident, the most urgent first.
func Kinds() []Kind {
	return []Kind{Down, Flapping, Silent, Heartbeat, Counts, Degraded, LatencyTrend, ProbeFault}
}

// Rings reports whether incidents of this kind call people by default, as opposed to texting them.
func (k Kind) Rings() bool { return k == Down || k == Silent }

// Rings reports whether the incident calls people by default, as opposed to texting them. OnCall.Severity applies the
// severities of alerts.yaml.
func (i Incident) Rings() bool { return i.Kind.Rings() || i.PagesNow }

// An IncidentState is the state of handling an incident.
type IncidentState string

// The states of an incident: open until a provider accepts a page about it, then notified, then acknowledged by a person;
// resolved when the journey works again.
const (
	Open         IncidentState = "open"
	Notified     IncidentState = "notified"
	Acknowledged IncidentState = "acknowledged"
	Resolved     IncidentState = "resolved"
)

// Short returns the handle that a person reads out or types: four hex digits of the hash of the id.
func (i Incident) Short() string {
	const digits = 4
	return shortHash(i.ID)[:digits]
}

// Unanswered reports whether the escalation still runs: it calls until a person acknowledges.
func (i Incident) Unanswered() bool {
	return i.Rings() && (i.State == Open || i.State == Notified)
}

// Begun reports whether a page about the incident was handed to a provider.
func (r Record) Begun() bool {
	return slices.ContainsFunc(r.Pages, func(p Page) bool { return p.Tries > 0 })
}

// A Record is an incident with every page about it, as stored in the history.
type Record struct {
	Incident
	Pages []Page `json:"pages"`
}

// shortHash returns the SHA-256 of an id in hex.
func shortHash(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:])
}

// Unacknowledged reports whether the incident is unresolved, and no person has acknowledged it.
func (i Incident) Unacknowledged() bool { return i.State == Open || i.State == Notified }

// DisplayTitle returns the journey in the words of a customer.
func (i Incident) DisplayTitle() string {
	if i.Title == "" {
		return "do " + i.Journey
	}
	return i.Title
}

// IsFailing reports whether the journey fails. Down and flapping incidents continue each other.
func (i Incident) IsFailing() bool { return i.Kind == Down || i.Kind == Flapping }

// MayReopen reports whether a resolved incident of this kind reopens if it returns within ReturnWithin.
func (i Incident) MayReopen() bool {
	return i.IsFailing() || i.Kind == Degraded || i.Kind == Counts || i.Kind == LatencyTrend
}

// AddBadRun returns the incident after one more bad run; streak is its consecutive bad runs.
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
			case step.Error != "": // the journey's own check made it slow
				i.Error = step.Error
			case step.Why != "":
				i.Error += ", " + step.Why
			}
		}
	}
	i.Regions = AddName(i.Regions, run.Region)
	return i
}

// AddName returns the sorted names with one more, without changing names.
func AddName(names []string, name string) []string {
	if slices.Contains(names, name) {
		return names
	}
	more := append(slices.Clone(names), name)
	slices.Sort(more)
	return more
}
