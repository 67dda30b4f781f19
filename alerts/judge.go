package alerts

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"valkyrie/probes/journey"
)

// A JourneyState is what judging remembers of one journey. It is small and does not grow with history.
type JourneyState struct {
	Regions map[string]RegionState `json:"regions"`
	Open    []Incident             `json:"open"`             // at most one of each kind, and of down and flapping one together
	Closed  []Incident             `json:"closed,omitempty"` // over, but continued if it returns in time
	Outbox  []Incident             `json:"outbox"`           // what the pager still has to take over, the newest state of each
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
	Rests     Verb = "rests"     // nothing is wrong
	Ignores   Verb = "ignores"   // a duplicate, or a run that came too late
	Forgets   Verb = "forgets"   // what was known of its region is of no use
)

// A Decision is what judging made of a run, with its reason in a sentence.
type Decision struct {
	Verb     Verb
	Reason   string
	Incident Incident // the one that is opened, continued or resolved
}

// Judge folds one run into the state of its journey. It is pure: the same runs in the same order give the same state,
// and a run of a slot that was already judged changes nothing.
func Judge(p JourneyPolicy, s JourneyState, run journey.Run, title string) (JourneyState, []Decision) {
	s = s.clone(run.Region)
	decisions := s.fold(p, run, title)
	return s, decisions
}

// fold is Judge in place.
func (s *JourneyState) fold(p JourneyPolicy, run journey.Run, title string) []Decision {
	region := s.Regions[run.Region]
	if !run.Slot.After(region.Slot) {
		return []Decision{{Verb: Ignores, Reason: fmt.Sprintf("the slot %s from %s was already judged", clock(run.Slot), run.Region)}}
	}
	if s.Regions == nil {
		s.Regions = map[string]RegionState{}
	}
	dayIsOver := region.fold(run, p)
	s.Regions[run.Region] = region
	j := judging{JourneyState: s, policy: p, run: run, title: title, now: region}
	j.failing()
	j.ours()
	j.degraded()
	j.counts()
	j.heard()
	if dayIsOver {
		j.creeping()
	}
	if len(j.decisions) == 0 {
		j.decide(Rests, Incident{}, run.Journey+" "+string(run.Outcome)+" from "+run.Region)
	}
	return j.decisions
}

// fine are the regions from which a journey works, as far as is known, while an incident of it is elsewhere.
func (s JourneyState) fine(i Incident) []string {
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

func (j *judging) find(kinds ...Kind) int {
	return slices.IndexFunc(j.Open, func(i Incident) bool { return slices.Contains(kinds, i.Kind) })
}

// open begins an incident. since is the slot of its first bad run; bad says what was wrong with the present one.
func (j *judging) open(k Kind, s Streak, reason string) *Incident {
	if inc := j.reopen(s, func(c Incident) bool { return c.Kind == k && !c.failing() }); inc != nil {
		inc.Since, inc.Reason = s.Since, reason+"; it has come back"
		j.told(*inc)
		return inc
	}
	inc := newIncident(j.run.Journey, j.title, k, s.Since, j.run.Slot, reason).seen(j.run, s.Count)
	j.Open = append(j.Open, inc)
	j.hand(inc)
	j.decide(Opens, inc, reason)
	return &j.Open[len(j.Open)-1]
}

func newIncident(name, title string, k Kind, since, opened time.Time, reason string) Incident {
	return Incident{
		ID:      fmt.Sprintf("%s/%s/%s", name, k, opened.UTC().Format(time.RFC3339Nano)),
		Journey: name, Title: title, Kind: k, Reason: reason, Since: since, Opened: opened, State: Open,
	}
}

// carryOn folds a bad run into an open incident.
func (j *judging) carryOn(i int, s Streak, reason string) {
	inc := j.Open[i].seen(j.run, s.Count)
	j.Open[i] = inc
	j.hand(inc)
	j.decide(Continues, inc, reason)
}

func (j *judging) resolve(i int) {
	inc := j.Open[i]
	j.end(i, fmt.Sprintf("%s %s from %s at %s, after %s", j.run.Journey, j.run.Outcome, j.run.Region, clock(j.run.Slot), spell(j.run.Slot.Sub(inc.Since))))
}

// end closes an incident for a reason.
func (j *judging) end(i int, closing string) {
	inc := j.Open[i]
	inc.State, inc.ResolvedAt, inc.Runs, inc.Closing = Resolved, j.run.Slot, inc.Runs+1, closing
	j.Closed = slices.DeleteFunc(j.Closed, func(c Incident) bool { return !j.run.Slot.Before(c.Returns) })
	if inc.failing() {
		j.forgive()
	}
	if inc.returns() {
		inc.Returns = j.run.Slot.Add(j.policy.ReturnWithin)
		j.Closed = append(j.Closed, inc)
	}
	j.Open = slices.Delete(j.Open, i, i+1)
	j.hand(inc)
	j.decide(Resolves, inc, closing)
}

// hand puts the newest state of an incident where the pager will find it, in the same write as the judgement.
func (s *JourneyState) hand(inc Incident) {
	s.Outbox = slices.DeleteFunc(s.Outbox, func(o Incident) bool { return o.ID == inc.ID })
	s.Outbox = append(s.Outbox, inc)
}

func (j *judging) decide(v Verb, inc Incident, reason string) {
	j.decisions = append(j.decisions, Decision{Verb: v, Incident: inc, Reason: reason})
}

// seen is the incident after one more bad run.
func (i Incident) seen(run journey.Run, streak int) Incident {
	i.Runs++
	i.Streak = max(i.Streak, streak)
	i.Error, i.Step, i.Evidence = run.Error, "", run.Evidence
	if run.Slot.After(i.Last) {
		i.Last = run.Slot
	}
	if step, ok := run.Culprit(); ok {
		i.Step, i.Error = step.Name, step.Error
		if run.Outcome == journey.Slow {
			i.Error = fmt.Sprintf("it took %s; the budget is %s", seconds(step.DurationMS), seconds(step.SlowMS))
			switch {
			case step.Error != "": // the journey's policy made it slow
				i.Error = step.Error
			case step.Why != "":
				i.Error += ", " + step.Why
			}
		}
	}
	i.Regions = with(i.Regions, run.Region)
	return i
}

// with is a sorted list of names with one more; names is not written to.
func with(names []string, name string) []string {
	if slices.Contains(names, name) {
		return names
	}
	more := append(slices.Clone(names), name)
	slices.Sort(more)
	return more
}
