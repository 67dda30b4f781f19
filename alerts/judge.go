package alerts

import (
	"fmt"
	"slices"
	"time"

	"valkyrie/probes/journey"
)

// A JourneyState is what judging remembers of one journey. It is small and does not grow with history.
type JourneyState struct {
	Regions map[string]RegionState `json:"regions"`
	Open    []Incident             `json:"open"`   // at most one of each kind
	Outbox  []Incident             `json:"outbox"` // what the pager still has to take over, the newest state of each
}

// A RegionState is what is remembered of the runs from one region.
type RegionState struct {
	Slot   time.Time `json:"slot"`   // of the last run that was judged; anything up to it changes nothing
	Failed Streak    `json:"failed"` // failures in a row. Broken runs say nothing of the site, so they do not end it
	Broken Streak    `json:"broken"`
	Slow   []bool    `json:"slow"` // whether each of the last few runs that told something was slow, oldest first
}

// A Streak counts bad runs in a row.
type Streak struct {
	Count int       `json:"count"`
	Since time.Time `json:"since"` // slot of the first
}

// A Verb says what a run has changed.
type Verb string

// What a run can change.
const (
	Opens     Verb = "opens"     // an incident begins
	Continues Verb = "continues" // an open incident goes on
	Resolves  Verb = "resolves"  // it is over
	Waits     Verb = "waits"     // bad, but not often enough yet
	Rests     Verb = "rests"     // nothing is wrong
	Ignores   Verb = "ignores"   // a duplicate, or a run that came too late
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
	before := s.Regions[run.Region]
	if !run.Slot.After(before.Slot) {
		return s, []Decision{{Verb: Ignores, Reason: fmt.Sprintf("the slot %s from %s was already judged", clock(run.Slot), run.Region)}}
	}
	j := judging{policy: p, state: s.clone(), run: run, title: title, now: before.fold(run, p.SlowOutOf)}
	j.state.Regions[run.Region] = j.now
	j.down()
	j.ours()
	j.degraded()
	if len(j.decisions) == 0 {
		j.decide(Rests, Incident{}, fmt.Sprintf("%s %s from %s", run.Journey, run.Outcome, run.Region))
	}
	return j.state, j.decisions
}

// fold is the region's state after run.
func (r RegionState) fold(run journey.Run, window int) RegionState {
	r.Slot = run.Slot
	if run.Outcome == journey.Broken {
		r.Broken = r.Broken.more(run.Slot)
		return r
	}
	r.Broken = Streak{}
	if run.Outcome == journey.Failed {
		r.Failed = r.Failed.more(run.Slot)
	} else {
		r.Failed = Streak{}
	}
	r.Slow = append(slices.Clone(r.Slow), run.Outcome == journey.Slow)
	r.Slow = r.Slow[max(0, len(r.Slow)-window):]
	return r
}

// slowRuns is how many of the last few runs were slow.
func (r RegionState) slowRuns() int {
	n := 0
	for _, slow := range r.Slow {
		if slow {
			n++
		}
	}
	return n
}

func (s Streak) more(slot time.Time) Streak {
	if s.Count == 0 {
		s.Since = slot
	}
	return Streak{Count: s.Count + 1, Since: s.Since}
}

// fine are the regions from which a journey works while an incident of it is elsewhere.
func (s JourneyState) fine(i Incident) []string {
	var names []string
	for name, r := range s.Regions {
		if r.Failed.Count == 0 && r.Broken.Count == 0 && !slices.Contains(i.Regions, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (s JourneyState) clone() JourneyState {
	c := JourneyState{Regions: map[string]RegionState{}, Open: slices.Clone(s.Open), Outbox: slices.Clone(s.Outbox)}
	for name, r := range s.Regions {
		c.Regions[name] = r
	}
	return c
}

// A judging is one run being judged.
type judging struct {
	policy    JourneyPolicy
	state     JourneyState
	run       journey.Run
	title     string
	now       RegionState
	decisions []Decision
}

func (j *judging) down() {
	j.streak(Down, j.run.Outcome == journey.Failed, j.policy.FailuresInARow, func(r RegionState) Streak { return r.Failed })
}

func (j *judging) ours() {
	j.streak(Ours, j.run.Outcome == journey.Broken, j.policy.BrokenInARow, func(r RegionState) Streak { return r.Broken })
}

// streak opens, continues and resolves the kinds of incident that go by bad runs in a row.
func (j *judging) streak(k Kind, bad bool, limit int, of func(RegionState) Streak) {
	streak := of(j.now)
	i := j.find(k)
	switch {
	case bad && i >= 0:
		j.carryOn(i, streak)
	case bad && streak.Count >= limit:
		j.open(k, streak, fmt.Sprintf("%s %s %s in a row from %s, the first at %s", j.run.Journey, j.run.Outcome, times(streak.Count), j.run.Region, clock(streak.Since)))
	case bad:
		j.decide(Waits, Incident{}, fmt.Sprintf("%s %s from %s, %s in a row; %d open an incident", j.run.Journey, j.run.Outcome, j.run.Region, times(streak.Count), limit))
	case i >= 0 && !j.somewhere(j.state.Open[i], func(r RegionState) bool { return of(r).Count > 0 }):
		j.resolve(i)
	}
}

// somewhere reports whether one of the incident's regions is still bad.
func (j *judging) somewhere(inc Incident, bad func(RegionState) bool) bool {
	return slices.ContainsFunc(inc.Regions, func(name string) bool { return bad(j.state.Regions[name]) })
}

// degraded looks at how many of the last few runs were slow.
func (j *judging) degraded() {
	many := func(r RegionState) bool { return r.slowRuns() >= j.policy.SlowRuns }
	slow := j.now.slowRuns()
	i := j.find(Degraded)
	switch {
	case j.run.Outcome == journey.Slow && i >= 0:
		j.carryOn(i, Streak{Count: slow, Since: j.state.Open[i].Since})
	case j.run.Outcome == journey.Slow && many(j.now):
		j.open(Degraded, Streak{Count: slow, Since: j.run.Slot}, fmt.Sprintf("%s was slow in %d of its last %d runs from %s", j.run.Journey, slow, len(j.now.Slow), j.run.Region))
	case j.run.Outcome == journey.Slow:
		j.decide(Waits, Incident{}, fmt.Sprintf("%s was slow in %d of its last %d runs from %s; %d open an incident", j.run.Journey, slow, len(j.now.Slow), j.run.Region, j.policy.SlowRuns))
	case i >= 0 && j.run.Outcome == journey.Passed && !j.somewhere(j.state.Open[i], many):
		j.resolve(i)
	}
}

func (j *judging) find(k Kind) int {
	return slices.IndexFunc(j.state.Open, func(i Incident) bool { return i.Kind == k })
}

func (j *judging) open(k Kind, s Streak, reason string) {
	inc := Incident{
		ID:      fmt.Sprintf("%s/%s/%s", j.run.Journey, k, j.run.Slot.UTC().Format(time.RFC3339Nano)),
		Journey: j.run.Journey, Title: j.title, Kind: k, Reason: reason,
		Since: s.Since, Opened: j.run.Slot, State: Open,
	}
	inc = inc.seen(j.run, s)
	j.state.Open = append(j.state.Open, inc)
	j.hand(inc)
	j.decide(Opens, inc, reason)
}

func (j *judging) carryOn(i int, s Streak) {
	inc := j.state.Open[i].seen(j.run, s)
	j.state.Open[i] = inc
	j.hand(inc)
	count := times(s.Count) + " in a row"
	if inc.Kind == Degraded {
		count = fmt.Sprintf("in %d of its last %d runs", s.Count, len(j.now.Slow))
	}
	j.decide(Continues, inc, fmt.Sprintf("%s still %s from %s, %s", j.run.Journey, j.run.Outcome, j.run.Region, count))
}

func (j *judging) resolve(i int) {
	inc := j.state.Open[i]
	inc.State, inc.ResolvedAt, inc.Runs = Resolved, j.run.Slot, inc.Runs+1
	inc.Closing = fmt.Sprintf("%s %s from %s at %s, after %s", j.run.Journey, j.run.Outcome, j.run.Region, clock(j.run.Slot), spell(j.run.Slot.Sub(inc.Since)))
	j.state.Open = slices.Delete(j.state.Open, i, i+1)
	j.hand(inc)
	j.decide(Resolves, inc, inc.Closing)
}

// hand puts the newest state of an incident where the pager will find it, in the same write as the judgement.
func (j *judging) hand(inc Incident) {
	j.state.Outbox = slices.DeleteFunc(j.state.Outbox, func(o Incident) bool { return o.ID == inc.ID })
	j.state.Outbox = append(j.state.Outbox, inc)
}

func (j *judging) decide(v Verb, inc Incident, reason string) {
	j.decisions = append(j.decisions, Decision{Verb: v, Incident: inc, Reason: reason})
}

// seen is the incident after one more bad run.
func (i Incident) seen(run journey.Run, s Streak) Incident {
	i.Runs++
	i.Streak = max(i.Streak, s.Count)
	i.Error, i.Step, i.Evidence = run.Error, "", run.Evidence
	if step, ok := run.Culprit(); ok {
		i.Step, i.Error = step.Name, step.Error
		if run.Outcome == journey.Slow {
			i.Error = fmt.Sprintf("it took %s; the budget is %s", seconds(step.DurationMS), seconds(step.SlowMS))
		}
	}
	if !slices.Contains(i.Regions, run.Region) {
		i.Regions = append(slices.Clone(i.Regions), run.Region)
		slices.Sort(i.Regions)
	}
	return i
}
