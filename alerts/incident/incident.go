package incident

import (
	"fmt"
	"slices"
	"time"

	"valkyrie/alerts/phrase"
	"valkyrie/probes/journey"
)

// An Incident is one period of a journey being bad.
type Incident struct {
	ID         string             `json:"id"` // computed from journey, kind and opening slot, so that every region and every retry agrees
	Journey    string             `json:"journey"`
	Title      string             `json:"title"` // the journey in the words of a customer, such as "print a card"
	Kind       Kind               `json:"kind"`
	PagesNow   bool               `json:"loud"`                  // it calls people, whatever its kind, as it got worse
	Step       string             `json:"step"`                  // the failed step; empty if the run broke before its first step
	Error      string             `json:"error"`                 // expected and actual value, of the latest bad run
	Reason     string             `json:"reason"`                // cause of the opening, in a sentence
	Regions    []string           `json:"regions"`               // regions in which it is bad, sorted
	Since      time.Time          `json:"since"`                 // slot of the first bad run
	Opened     time.Time          `json:"opened"`                // slot of the run that opened it
	Last       time.Time          `json:"last"`                  // slot of the latest bad run
	Outages    []Outage           `json:"spells"`                // of a down or flapping journey: each outage, oldest first
	Bouts      []time.Time        `json:"bouts,omitempty"`       // of a journey that is slow, fails or does not run now and then: each time it began to, within ReturnWithin of the latest, oldest first
	Slow       time.Time          `json:"slow,omitzero"`         // a time: slot of the latest run at which a slow journey was over the threshold; of a silence that has come back: since when runs come again
	Streak     int                `json:"streak"`                // consecutive bad runs, the most of any region; for degraded: slow runs among the last few
	Runs       int                `json:"runs"`                  // runs folded into it so far; orders two states of the incident
	Mixed      bool               `json:"mixed,omitempty"`       // the runs of the streak failed at different steps; Step is that of the latest
	Calmed     bool               `json:"calmed,omitempty"`      // its calls are suspended: fewer regions than the quorum fail by now
	Only       bool               `json:"only,omitempty"`        // it fails from Regions only, fewer than the quorum
	StillFails []string           `json:"still_fails,omitempty"` // regions that failed at its end while enough others worked
	Often      bool               `json:"often,omitempty"`       // of a probe fault: runs break now and then, and others do not
	Evident    time.Time          `json:"evident,omitzero"`      // a time: it failed until then, beyond what chance explains; a single failure after it is not evidence
	CostMS     int64              `json:"cost_ms,omitempty"`     // of a flapping journey: how long an outage its failures add up to, milliseconds
	EveryMS    int64              `json:"every_ms,omitempty"`    // interval of the journey's runs, milliseconds; 0: unknown
	FailedMS   int64              `json:"failed_ms,omitempty"`   // sum of the intervals of its bad slots, milliseconds
	Evidence   []journey.Evidence `json:"evidence"`

	State      IncidentState `json:"state"`
	AckedBy    string        `json:"acked_by,omitempty"`
	AckedAt    time.Time     `json:"acked_at,omitzero"`
	ResolvedAt time.Time     `json:"resolved_at,omitzero"`  // slot of the good run that closed it
	ResolvedBy string        `json:"resolved_by,omitempty"` // the person who resolved it; empty: a good run did
	Ending     Ending        `json:"ending,omitempty"`      // kind of the end; empty: see EndedBy
	Closing    string        `json:"closing,omitempty"`     // cause of the closing, in a sentence
	Acks       int           `json:"acks,omitempty"`        // acknowledgements of the present outage so far; each holds twice as long as the one before
	AckCostMS  int64         `json:"ack_cost_ms,omitempty"` // CostMS at the latest one
	Returns    time.Time     `json:"returns,omitzero"`      // a time: until then, a new outage reopens this incident
	Reopened   time.Time     `json:"reopened,omitzero"`     // time at which the pager took the latest reopening: earlier pages are about an earlier outage

	Rev int64 `json:"rev"` // increases with every change; a store never replaces a newer record by an older one
}

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

// Begun reports whether a page about the incident was handed to a provider.
func (r Record) Begun() bool {
	return slices.ContainsFunc(r.Pages, func(p Page) bool { return p.Tries > 0 })
}

// A Record is an incident with every page about it, as stored in the history.
type Record struct {
	Incident
	Pages []Page `json:"pages"`
}

// AddBadRun returns the incident after one more bad run; streak is its consecutive bad runs.
func (i Incident) AddBadRun(run journey.Run, streak int) Incident {
	before := i
	i.Runs++
	i.Streak = max(i.Streak, streak)
	i.addFailure(run.Slot, run.EveryMS, before.Runs == 0, streak)
	i.Error, i.Step, i.Evidence = journey.Clip(run.Error, maxErrorText), "", run.Evidence
	if run.Slot.After(i.Last) {
		i.Last = run.Slot
	}
	if step, ok := run.Culprit(); ok {
		i.Step, i.Error = journey.Clip(step.Name, maxTitle), journey.Clip(step.Error, maxErrorText)
		if run.Outcome == journey.Slow {
			i.Error = fmt.Sprintf("it took %s; the budget is %s", phrase.Seconds(step.DurationMS), phrase.Seconds(step.SlowMS))
			switch {
			case step.Error != "": // the journey's own check made it slow
				i.Error = journey.Clip(step.Error, maxErrorText)
			case step.Why != "":
				i.Error += ", " + step.Why
			}
		}
	}
	i.Mixed = i.Mixed || before.Runs > 0 && before.Streak > 1 && before.Step != i.Step
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
