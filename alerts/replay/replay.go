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
// read Verdicts. It judges them in the order of their ends, as they were judged. Heartbeats and mutes are not replayed, as the
// store keeps only their results.
type Replay struct {
	policy       judge.Policy
	onCall       oncall.OnCall
	titles       map[string]string
	journeys     map[string]*journeyReplay // by journey
	verdicts     map[string]*Verdict
	watchedSince time.Time                 // start of recording, or of its latest interruption
	watchedAt    time.Time                 // time of the latest check for silent regions
	until        time.Time                 // time up to which runs were recorded
	pending      []journey.Run             // whose ends are not reached, by arrival
	seen         map[string]map[int64]bool // by journey: hours with runs, since 1970
	held         map[string]bool           // by id: incidents whose notification a maintenance window holds back
	Runs         int                       // passed to Judge so far

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

// New returns a replay under p. The severities and the maintenance of o decide between calls, texts and nothing; mutes are
// ignored. titles are those of the journeys, by name.
func New(p judge.Policy, o oncall.OnCall, titles map[string]string) *Replay {
	return &Replay{
		policy: p, onCall: o, titles: titles, journeys: map[string]*journeyReplay{}, verdicts: map[string]*Verdict{},
		seen: map[string]map[int64]bool{}, held: map[string]bool{},
	}
}

// Judge takes the next run of the history, and judges the runs that had ended before its slot. Finish judges the rest.
func (r *Replay) Judge(run journey.Run) {
	r.Runs++
	if r.seen[run.Journey] == nil {
		r.seen[run.Journey] = map[int64]bool{}
	}
	r.seen[run.Journey][hour(run.Slot)] = true
	at, _ := slices.BinarySearchFunc(r.pending, arrival(run), func(other journey.Run, end time.Time) int {
		if arrival(other).After(end) {
			return 1
		}
		return -1 // behind those of the same time
	})
	r.pending = slices.Insert(r.pending, at, run)
	n := 0
	for ; arrival(r.pending[n]).Before(run.Slot); n++ {
		r.judge(r.pending[n])
	}
	r.pending = slices.Delete(r.pending, 0, n)
}

// Finish judges the runs that Judge has not judged yet. Call it after the last one.
func (r *Replay) Finish() {
	for _, run := range r.pending {
		r.judge(run)
	}
	r.pending = nil
}

// Knows reports whether runs of a journey are in each hour of a time; otherwise what a policy makes of that time is unknown.
func (r *Replay) Knows(journey string, from, until time.Time) bool {
	for h := hour(from); h <= hour(until); h++ {
		if !r.seen[journey][h] {
			return false
		}
	}
	return true
}

func hour(t time.Time) int64 { return t.Unix() / int64(time.Hour/time.Second) }

// arrival returns the time at which a run was judged, as far as it tells: its end, within an hour of its slot.
func arrival(run journey.Run) time.Time {
	end := run.Started.Add(time.Duration(run.DurationMS) * time.Millisecond)
	return incident.Earliest(incident.Latest(end, run.Slot), run.Slot.Add(time.Hour))
}

// judge judges a run at its arrival.
func (r *Replay) judge(run journey.Run) {
	now := arrival(run)
	t := r.journeys[run.Journey]
	if t == nil {
		t = &journeyReplay{policy: r.policy.For(run.Journey)}
		r.journeys[run.Journey] = t
	}
	r.watchSilence(now)
	decisions := t.state.Fold(t.policy, run, r.titles[run.Journey])
	r.report(run.Journey, run.Region, run.Slot, decisions)
	r.record(t, decisions, now)
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
	r.releaseHeld(now)
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
		before, now := r.severity(v.Incident), r.severity(d.Incident)
		v.Incident = d.Incident
		notifies := d.Verb == judge.Opens || d.Verb == judge.Reopens || d.Verb == judge.Continues && before != now && now == oncall.Wake
		switch {
		case d.Incident.State == incident.Resolved:
			delete(r.held, d.Incident.ID)
		case !notifies || now == oncall.Keep:
		case r.inMaintenance(d.Incident.Journey, at):
			r.held[d.Incident.ID] = true
		default:
			v.Alarms = append(v.Alarms, Notification{At: at, Rings: now == oncall.Wake})
		}
	}
	t.state.Outbox = t.state.Outbox[:0] // a replay has no pager
}

// severity returns the severity of an incident. Calls that are suspended and resumed are no further alarm.
func (r *Replay) severity(i incident.Incident) oncall.Severity {
	i.Calmed = false
	return r.onCall.Severity(i)
}

// inMaintenance reports whether a maintenance window holds back notifications about a journey.
func (r *Replay) inMaintenance(journey string, at time.Time) bool {
	return slices.ContainsFunc(r.onCall.Maintenance, func(m oncall.Maintenance) bool { return m.Covers(journey) && m.ActiveAt(at) })
}

// releaseHeld notifies of the incidents whose maintenance window is over.
func (r *Replay) releaseHeld(now time.Time) {
	for id := range r.held {
		if v := r.verdicts[id]; !r.inMaintenance(v.Journey, now) {
			delete(r.held, id)
			v.Alarms = append(v.Alarms, Notification{At: now, Rings: r.onCall.Severity(v.Incident) == oncall.Wake})
		}
	}
}

// Verdicts finishes the replay, and returns the incidents that were opened or resolved at or after since, or are open, oldest first.
func (r *Replay) Verdicts(since time.Time) []Verdict {
	r.Finish()
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
