// Package judge decides when a journey is bad enough to open an incident, and when the incident is over.
//
// Judge folds one run into the state of its journey. It is pure: the same runs in the same order give the same decisions,
// and a duplicate or late run changes nothing. Recorder applies it to the store, where the decision to page is part of the
// same conditional write as the state it follows from.
package judge

import (
	"maps"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/probes/journey"
)

// A JourneyState is the stored state of judging one journey. Its size does not grow with history.
type JourneyState struct {
	Regions map[string]RegionState `json:"regions"`
	Open    []incident.Incident    `json:"open"`             // at most one of each kind; down and flapping count as one kind
	Closed  []incident.Incident    `json:"closed,omitempty"` // resolved, and reopened if it returns within ReturnWithin
	Outbox  []incident.Incident    `json:"outbox"`           // incidents that the pager has not taken over yet, the newest state of each
	Batch   *BatchState            `json:"batch,omitempty"`  // of a batch that sends heartbeats; it has no regions

	Together     []time.Time           `json:"together,omitempty"`     // slots lately in which all regions failed, oldest first
	Coincided    []time.Time           `json:"coincided,omitempty"`    // slots in which a quorum of several regions failed, since the last incident about failures
	Certificates []ExpiringCertificate `json:"certificates,omitempty"` // that expire soon, the first to expire first
	Failure      *journey.Run          `json:"failure,omitempty"`      // the latest failed run, if it was lately

	Copy   bool     `json:"copy,omitempty"`   // a standby's: regions report to another table as soon as they can
	Copied []string `json:"copied,omitempty"` // of a standby's copy: the regions that have sent no run to this table since; their silence means nothing
}

// A Verb is the change that a run made.
type Verb string

// The verbs.
const (
	Opens     Verb = "opens"     // a new incident
	Reopens   Verb = "reopens"   // a resolved incident that returned within ReturnWithin
	Continues Verb = "continues" // an open incident lasts
	Resolves  Verb = "resolves"  // an incident is closed
	Waits     Verb = "waits"     // bad, but below the threshold or the quorum
	NoChange  Verb = "rests"     // good, and nothing was open
	Ignores   Verb = "ignores"   // a duplicate or late run
	Completes Verb = "completes" // the end of a run that was judged before: its evidence and its cleanup
	Resets    Verb = "forgets"   // the state of the region was dropped because of clock skew
)

// A Decision is a change with its reason, in a sentence that can be read out.
type Decision struct {
	Verb     Verb
	Reason   string
	Incident incident.Incident // zero for Waits, NoChange and Ignores
	Worse    bool              // of Continues: the incident calls from now on, or another outage of it began
}

// IsNews reports whether the pager may have something to send at once. An incident that only lasts is no news: later
// pages, such as the next call, are sent by the pager's own schedule.
func (d Decision) IsNews() bool {
	return d.Verb == Opens || d.Verb == Reopens || d.Verb == Resolves || d.Verb == Continues && d.Worse
}

// Judge folds one run into the state of its journey. It is pure: the same runs in the same order give the same state, and a
// duplicate or late run changes nothing.
func Judge(p JourneyPolicy, s JourneyState, run journey.Run, title string) (JourneyState, []Decision) {
	s = s.clone(run.Region)
	decisions := s.Fold(p, run, title)
	return s, decisions
}

// Fold is Judge in place, for replays.
func (s *JourneyState) Fold(p JourneyPolicy, run journey.Run, title string) []Decision {
	region := s.Regions[run.Region]
	if region.isEndOf(run) {
		j := judging{JourneyState: s, policy: p, run: run, title: title, now: region}
		j.complete()
		return j.decisions
	}
	if region.isDuplicate(run) {
		return []Decision{ignoreDuplicateRun(run)}
	}
	if s.Regions == nil {
		s.Regions = map[string]RegionState{}
	}
	before := slices.Clone(s.Open)
	s.reported(run.Region)
	s.Regions[run.Region] = region
	dayIsOver := region.fold(run, p, len(s.Regions))
	s.Regions[run.Region] = region
	j := judging{JourneyState: s, policy: p, run: run, title: title, now: region}
	j.failing()
	j.probeFault()
	j.degraded()
	j.slower()
	j.counts()
	j.certificates()
	if !run.Unfinished() {
		j.cleanup()
	}
	j.endSilenceOfRun()
	if dayIsOver {
		j.latencyTrend()
	}
	j.markWorse(before)
	if len(j.decisions) == 0 {
		j.decide(NoChange, incident.Incident{}, run.Journey+" "+string(run.Outcome)+" from "+run.Region)
	}
	return j.decisions
}

// markWorse marks the decisions about open incidents that got worse than before.
func (j *judging) markWorse(before []incident.Incident) {
	for i := range j.decisions {
		d := &j.decisions[i]
		if n := slices.IndexFunc(before, func(b incident.Incident) bool { return b.ID == d.Incident.ID }); n >= 0 && d.Verb == Continues {
			d.Worse = d.Incident.Rings() && !before[n].Rings() || d.Incident.IsDownNow() && !before[n].IsDownNow()
		}
	}
}

// WorkingRegions returns the regions from which a journey works while an incident lasts in others: their latest runs were
// good, none of them slow, and not from before it, and they are neither silent nor part of an open incident.
func (s JourneyState) WorkingRegions(i incident.Incident) []string {
	var names []string
	for name, r := range s.Regions {
		part := slices.ContainsFunc(append(slices.Clone(s.Open), i), func(o incident.Incident) bool { return slices.Contains(o.Regions, name) })
		if !part && r.isFine() && !r.Slot.Before(i.Since) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// clone copies everything that folding a run of the region writes to.
func (s JourneyState) clone(region string) JourneyState {
	s.Regions = maps.Clone(s.Regions)
	if r, ok := s.Regions[region]; ok {
		s.Regions[region] = r.clone()
	}
	s.Open, s.Closed, s.Outbox = slices.Clone(s.Open), slices.Clone(s.Closed), slices.Clone(s.Outbox)
	return s
}

// A judging holds one run while it is judged.
type judging struct {
	*JourneyState
	policy    JourneyPolicy
	run       journey.Run
	title     string
	now       RegionState // state of the run's region
	decisions []Decision
}

// find returns the index of the open incident of one of the kinds; -1 if there is none.
func (j *judging) find(kinds ...incident.Kind) int {
	return slices.IndexFunc(j.Open, func(i incident.Incident) bool { return slices.Contains(kinds, i.Kind) })
}

// addToOutbox replaces the state of an incident in the outbox, from which the pager takes it. The outbox is part of the same
// write as the judgement.
func (s *JourneyState) addToOutbox(inc incident.Incident) {
	s.Outbox = slices.DeleteFunc(s.Outbox, func(o incident.Incident) bool { return o.ID == inc.ID })
	s.Outbox = append(s.Outbox, inc)
}

// decide adds a decision.
func (j *judging) decide(v Verb, inc incident.Incident, reason string) {
	j.decisions = append(j.decisions, Decision{Verb: v, Incident: inc, Reason: reason})
}
