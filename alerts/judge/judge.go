package judge

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/phrase"
	"valkyrie/probes/journey"
)

// A JourneyState is what judging remembers of one journey. It is small and does not grow with history.
type JourneyState struct {
	Regions map[string]RegionState `json:"regions"`
	Open    []incident.Incident    `json:"open"`             // at most one of each kind, and of down and flapping one together
	Closed  []incident.Incident    `json:"closed,omitempty"` // over, but continued if it returns in time
	Outbox  []incident.Incident    `json:"outbox"`           // what the pager still has to take over, the newest state of each
	Batch   *BatchState            `json:"batch,omitempty"`  // of a batch that sends heartbeats, which has no regions
}

// A Verb says what a run has changed.
type Verb string

// What a run can change.
const (
	Opens     Verb = "opens"     // an incident begins
	Reopens   Verb = "reopens"   // one that was over goes on, as it has come back soon
	Continues Verb = "continues" // an open incident goes on
	Resolves  Verb = "resolves"  // it is over
	Waits     Verb = "waits"     // bad, but not often enough yet, or not in enough regions
	NoChange  Verb = "rests"     // nothing is wrong
	Ignores   Verb = "ignores"   // a duplicate, or a run that came too late
	Resets    Verb = "forgets"   // what was known of its region is of no use
)

// A Decision is what judging made of a run, with its reason in a sentence.
type Decision struct {
	Verb     Verb
	Reason   string
	Incident incident.Incident // the one that is opened, continued or resolved
}

// Judge folds one run into the state of its journey. It is pure: the same runs in the same order give the same state,
// and a run of a slot that was already judged changes nothing.
func Judge(p JourneyPolicy, s JourneyState, run journey.Run, title string) (JourneyState, []Decision) {
	s = s.clone(run.Region)
	decisions := s.Fold(p, run, title)
	return s, decisions
}

// Fold is Judge in place.
func (s *JourneyState) Fold(p JourneyPolicy, run journey.Run, title string) []Decision {
	region := s.Regions[run.Region]
	if !run.Slot.After(region.Slot) {
		return []Decision{{Verb: Ignores, Reason: fmt.Sprintf("the slot %s from %s was already judged", phrase.Clock(run.Slot), run.Region)}}
	}
	if s.Regions == nil {
		s.Regions = map[string]RegionState{}
	}
	dayIsOver := region.fold(run, p)
	s.Regions[run.Region] = region
	j := judging{JourneyState: s, policy: p, run: run, title: title, now: region}
	j.failing()
	j.probeFault()
	j.degraded()
	j.counts()
	j.endSilence()
	if dayIsOver {
		j.latencyTrend()
	}
	if len(j.decisions) == 0 {
		j.decide(NoChange, incident.Incident{}, run.Journey+" "+string(run.Outcome)+" from "+run.Region)
	}
	return j.decisions
}

// WorkingRegions are the regions from which a journey works, as far as is known, while an incident of it is elsewhere.
func (s JourneyState) WorkingRegions(i incident.Incident) []string {
	var names []string
	for name, r := range s.Regions {
		bad := r.Failed.Count+r.Broken.Count+r.Wrong.Count > 0
		if !bad && !s.isSilent(name) && !slices.Contains(i.Regions, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// clone copies all that folding a run of the region writes to.
func (s JourneyState) clone(region string) JourneyState {
	s.Regions = maps.Clone(s.Regions)
	if r, ok := s.Regions[region]; ok {
		s.Regions[region] = r.clone()
	}
	s.Open, s.Closed, s.Outbox = slices.Clone(s.Open), slices.Clone(s.Closed), slices.Clone(s.Outbox)
	return s
}

// A judging is one run being judged.
type judging struct {
	*JourneyState
	policy    JourneyPolicy
	run       journey.Run
	title     string
	now       RegionState // of the run's region
	decisions []Decision
}

func (j *judging) find(kinds ...incident.Kind) int {
	return slices.IndexFunc(j.Open, func(i incident.Incident) bool { return slices.Contains(kinds, i.Kind) })
}

// open begins an incident. since is the slot of its first bad run; bad says what was wrong with the present one.
func (j *judging) open(k incident.Kind, s Streak, reason string) *incident.Incident {
	if inc := j.reopen(s, func(c incident.Incident) bool { return c.Kind == k && !c.IsFailing() }); inc != nil {
		inc.Since, inc.Reason = s.Since, reason+"; it has come back"
		j.recordOpened(*inc)
		return inc
	}
	inc := newIncident(j.run.Journey, j.title, k, s.Since, j.run.Slot, reason).AddBadRun(j.run, s.Count)
	j.Open = append(j.Open, inc)
	j.addToOutbox(inc)
	j.decide(Opens, inc, reason)
	return &j.Open[len(j.Open)-1]
}

func newIncident(name, title string, k incident.Kind, since, opened time.Time, reason string) incident.Incident {
	return incident.Incident{
		ID:      fmt.Sprintf("%s/%s/%s", name, k, opened.UTC().Format(time.RFC3339Nano)),
		Journey: name, Title: title, Kind: k, Reason: reason, Since: since, Opened: opened, State: incident.Open,
	}
}

// continueIncident folds a bad run into an open incident.
func (j *judging) continueIncident(i int, s Streak, reason string) {
	inc := j.Open[i].AddBadRun(j.run, s.Count)
	j.Open[i] = inc
	j.addToOutbox(inc)
	j.decide(Continues, inc, reason)
}

func (j *judging) resolve(i int) {
	inc := j.Open[i]
	j.end(i, fmt.Sprintf("%s %s from %s at %s, after %s", j.run.Journey, j.run.Outcome, j.run.Region, phrase.Clock(j.run.Slot), phrase.Duration(j.run.Slot.Sub(inc.Since))))
}

// end closes an incident for a reason.
func (j *judging) end(i int, closing string) {
	inc := j.Open[i]
	inc.State, inc.ResolvedAt, inc.Runs, inc.Closing = incident.Resolved, j.run.Slot, inc.Runs+1, closing
	j.Closed = slices.DeleteFunc(j.Closed, func(c incident.Incident) bool { return !j.run.Slot.Before(c.Returns) })
	if inc.IsFailing() {
		j.clearFailures()
	}
	if inc.MayReopen() {
		inc.Returns = j.run.Slot.Add(j.policy.ReturnWithin)
		j.Closed = append(j.Closed, inc)
	}
	j.Open = slices.Delete(j.Open, i, i+1)
	j.addToOutbox(inc)
	j.decide(Resolves, inc, closing)
}

// addToOutbox puts the newest state of an incident where the pager will find it, in the same write as the judgement.
func (s *JourneyState) addToOutbox(inc incident.Incident) {
	s.Outbox = slices.DeleteFunc(s.Outbox, func(o incident.Incident) bool { return o.ID == inc.ID })
	s.Outbox = append(s.Outbox, inc)
}

func (j *judging) decide(v Verb, inc incident.Incident, reason string) {
	j.decisions = append(j.decisions, Decision{Verb: v, Incident: inc, Reason: reason})
}
