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

// A Replay judges a stored history again, under another policy. Create it with New, pass all runs in slot order to Judge, and
// read Verdicts. Heartbeats are not replayed, as the store keeps only their results.
type Replay struct {
	policy       judge.Policy
	onCall       oncall.OnCall
	titles       map[string]string
	journeys     map[string]*journeyReplay // by journey
	verdicts     map[string]*Verdict
	watchedSince time.Time // start of recording, or of its latest interruption
	watchedAt    time.Time // time of the latest check for silent regions
	until        time.Time // time up to which runs were recorded
	Runs         int       // judged so far

	// OnDecision, if set, is called for every decision with its journey, its time, and the region of its run; the region is
	// empty for a missing run.
	OnDecision func(journey, region string, at time.Time, d judge.Decision)
}

// A journeyReplay is the state of one journey in a replay.
type journeyReplay struct {
	policy judge.JourneyPolicy
	state  judge.JourneyState
}

// A Verdict is an incident in a replay.
type Verdict struct {
	incident.Incident
	Alarms []Notification // notifications that would have been sent, in order
}

// A Notification is a time at which people are notified of an incident: it opened, reopened, or calls from now on.
type Notification struct {
	At    time.Time
	Rings bool // else it is a text
}

// New returns a replay under p. The severities of o decide between calls and texts; mutes and maintenance are ignored. titles
// are those of the journeys, by name.
func New(p judge.Policy, o oncall.OnCall, titles map[string]string) *Replay {
	return &Replay{policy: p, onCall: o, titles: titles, journeys: map[string]*journeyReplay{}, verdicts: map[string]*Verdict{}}
}

// Judge judges the next run of the history.
func (r *Replay) Judge(run journey.Run) {
	t := r.journeys[run.Journey]
	if t == nil {
		t = &journeyReplay{policy: r.policy.For(run.Journey)}
		r.journeys[run.Journey] = t
	}
	r.watchSilence(run.Slot)
	decisions := t.state.Fold(t.policy, run, r.titles[run.Journey])
	r.report(run.Journey, run.Region, run.Slot, decisions)
	r.record(t, decisions, run.Slot)
	r.Runs++
	until, expected := t.state.Regions[run.Region].SilentAt(t.policy)
	if !expected {
		until = run.Slot.Add(judge.ReportsFor)
	}
	if until.After(r.until) {
		r.until = until
	}
}

// watchSilence checks for silent regions once a minute, as the pager does. A time without runs from any region counts as
// recording being interrupted, not as silence.
func (r *Replay) watchSilence(now time.Time) {
	if !now.Before(r.until) {
		r.watchedSince = now
	}
	if now.Sub(r.watchedAt) < time.Minute {
		return
	}
	r.watchedAt = now
	for name, t := range r.journeys {
		var decisions []judge.Decision
		t.state, decisions = t.state.Watch(t.policy, name, r.titles[name], now, r.watchedSince)
		r.report(name, "", now, decisions)
		r.record(t, decisions, now)
	}
}

// report passes decisions to OnDecision.
func (r *Replay) report(journey, region string, at time.Time, decisions []judge.Decision) {
	if r.OnDecision == nil {
		return
	}
	for _, d := range decisions {
		r.OnDecision(journey, region, at, d)
	}
}

// record updates the verdicts by decisions.
func (r *Replay) record(t *journeyReplay, decisions []judge.Decision, at time.Time) {
	for i := range decisions {
		d := &decisions[i]
		if d.Incident.ID == "" {
			continue
		}
		v := r.verdicts[d.Incident.ID]
		if v == nil {
			v = &Verdict{}
			r.verdicts[d.Incident.ID] = v
		}
		before, now := r.onCall.Severity(v.Incident), r.onCall.Severity(d.Incident)
		v.Incident = d.Incident
		notifies := d.Verb == judge.Opens || d.Verb == judge.Reopens || d.Verb == judge.Continues && before != now && now == oncall.Wake
		if notifies && now != oncall.Keep {
			v.Alarms = append(v.Alarms, Notification{At: at, Rings: now == oncall.Wake})
		}
	}
	t.state.Outbox = t.state.Outbox[:0] // a replay has no pager
}

// Verdicts returns the incidents that were opened or resolved at or after since, or are open, oldest first.
func (r *Replay) Verdicts(since time.Time) []Verdict {
	var all []Verdict
	for _, v := range r.verdicts {
		if v.State != incident.Resolved || !v.Opened.Before(since) || !v.ResolvedAt.Before(since) {
			all = append(all, *v)
		}
	}
	slices.SortFunc(all, func(a, b Verdict) int {
		return cmp.Or(a.Opened.Compare(b.Opened), strings.Compare(a.ID, b.ID))
	})
	return all
}

// Calls counts the alarms that call, and those that text.
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
