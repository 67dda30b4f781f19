package replay

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/oncall"
	"valkyrie/probes/journey"
)

// A Replay judges a history again, under a policy of its own. Make it with NewReplay, give it all runs in slot order, and
// ask for its Verdicts. Heartbeats are not replayed, as only what became of them is kept.
type Replay struct {
	policy judge.Policy
	onCall oncall.OnCall
	titles map[string]string
	trials map[string]*trial // by journey
	found  map[string]*Verdict
	awake  time.Time // since when runs came
	looked time.Time // for silent regions
	until  time.Time // the latest run stands for its region; later, nobody was there
	Runs   int       // judged so far

	// Decided, if it is set, is told of every decision: of which journey it is, when it was made, and by a run from
	// which region; none, where a run did not come.
	Decided func(journey, region string, at time.Time, d judge.Decision)
}

// A trial is a journey being judged again.
type trial struct {
	policy judge.JourneyPolicy
	state  judge.JourneyState
}

// A Verdict is an incident as a replay has it.
type Verdict struct {
	incident.Incident
	Alarms []Notification // when people would have been told, in order
}

// A Notification is a moment at which people are told of an incident: that it has opened, has come back, or rings from now on.
type Notification struct {
	At    time.Time
	Rings bool // else it is a text
}

// NewReplay begins a replay. How loudly people would have been told goes by the severities of o; mutes and maintenance do
// not count. titles are those of the journeys, by name.
func NewReplay(p judge.Policy, o oncall.OnCall, titles map[string]string) *Replay {
	return &Replay{policy: p, onCall: o, titles: titles, trials: map[string]*trial{}, found: map[string]*Verdict{}}
}

// Judge takes in the next run of the history.
func (r *Replay) Judge(run journey.Run) {
	t := r.trials[run.Journey]
	if t == nil {
		t = &trial{policy: r.policy.For(run.Journey)}
		r.trials[run.Journey] = t
	}
	r.look(run.Slot)
	decisions := t.state.Fold(t.policy, run, r.titles[run.Journey])
	r.tell(run.Journey, run.Region, run.Slot, decisions)
	r.note(t, decisions, run.Slot)
	r.Runs++
	until, expected := t.state.Regions[run.Region].SilentAt(t.policy)
	if !expected {
		until = run.Slot.Add(judge.ReportsFor)
	}
	if until.After(r.until) {
		r.until = until
	}
}

// look looks for silent regions, once a minute, as the pager does. When there was no run from anybody, nobody was
// watching, and none is missed before they were back.
func (r *Replay) look(now time.Time) {
	if !now.Before(r.until) {
		r.awake = now
	}
	if now.Sub(r.looked) < time.Minute {
		return
	}
	r.looked = now
	for name, t := range r.trials {
		var decisions []judge.Decision
		t.state, decisions = t.state.Watch(t.policy, name, r.titles[name], now, r.awake)
		r.tell(name, "", now, decisions)
		r.note(t, decisions, now)
	}
}

func (r *Replay) tell(journey, region string, at time.Time, decisions []judge.Decision) {
	if r.Decided == nil {
		return
	}
	for _, d := range decisions {
		r.Decided(journey, region, at, d)
	}
}

// note keeps what was decided of incidents.
func (r *Replay) note(t *trial, decisions []judge.Decision, at time.Time) {
	for i := range decisions {
		d := &decisions[i]
		if d.Incident.ID == "" {
			continue
		}
		v := r.found[d.Incident.ID]
		if v == nil {
			v = &Verdict{}
			r.found[d.Incident.ID] = v
		}
		before, now := r.onCall.Severity(v.Incident), r.onCall.Severity(d.Incident)
		v.Incident = d.Incident
		tells := d.Verb == judge.Opens || d.Verb == judge.Reopens || d.Verb == judge.Continues && before != now && now == oncall.Wake
		if tells && now != oncall.Keep {
			v.Alarms = append(v.Alarms, Notification{At: at, Rings: now == oncall.Wake})
		}
	}
	t.state.Outbox = t.state.Outbox[:0] // nobody takes it
}

// Verdicts are the incidents that were opened or resolved at or after since, or are open still, the oldest first.
func (r *Replay) Verdicts(since time.Time) []Verdict {
	var all []Verdict
	for _, v := range r.found {
		if v.State != incident.Resolved || !v.Opened.Before(since) || !v.ResolvedAt.Before(since) {
			all = append(all, *v)
		}
	}
	slices.SortFunc(all, func(a, b Verdict) int {
		return cmp.Or(a.Opened.Compare(b.Opened), strings.Compare(a.ID, b.ID))
	})
	return all
}

// A Difference is one incident of two histories: of what a policy would have made, and of what was. One of them may lack
// it.
type Difference struct {
	Would *Verdict
	Was   *incident.Record
}

// Compare pairs what would have been with what was: by the incident's id, else by journey, kind and overlapping times,
// as another policy may date an incident otherwise. The oldest comes first.
func Compare(would []Verdict, was []incident.Record) []Difference {
	var all []Difference
	taken := make([]bool, len(was))
	for i := range would {
		d := Difference{Would: &would[i]}
		if at := match(would[i].Incident, was, taken); at >= 0 {
			d.Was, taken[at] = &was[at], true
		}
		all = append(all, d)
	}
	for i := range was {
		if !taken[i] && was[i].Kind != incident.Heartbeat && was[i].Kind != incident.Drilled {
			all = append(all, Difference{Was: &was[i]})
		}
	}
	slices.SortStableFunc(all, func(a, b Difference) int { return a.Incident().Opened.Compare(b.Incident().Opened) })
	return all
}

// Incident is the one that would have been, else the one that was.
func (d Difference) Incident() incident.Incident {
	if d.Would != nil {
		return d.Would.Incident
	}
	return d.Was.Incident
}

func match(i incident.Incident, was []incident.Record, taken []bool) int {
	for _, alike := range []func(incident.Incident) bool{
		func(o incident.Incident) bool { return o.ID == i.ID },
		func(o incident.Incident) bool {
			return o.Journey == i.Journey && (o.Kind == i.Kind || o.IsFailing() && i.IsFailing()) && overlap(o, i)
		},
	} {
		for at := range was {
			if !taken[at] && alike(was[at].Incident) {
				return at
			}
		}
	}
	return -1
}

func overlap(a, b incident.Incident) bool {
	return (b.State != incident.Resolved || !a.Since.After(b.ResolvedAt)) && (a.State != incident.Resolved || !b.Since.After(a.ResolvedAt))
}

// Calls counts the alarms that ring, and those that text.
func (v Verdict) Calls() (calls, texts int) {
	for _, a := range v.Alarms {
		if a.Rings {
			calls++
		} else {
			texts++
		}
	}
	return calls, texts
}
