package judge

import (
	"fmt"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/phrase"
)

// open opens an incident for a streak of bad runs, or reopens one of the same kind. Failing incidents reopen in openDown and
// openFlapping, as down and flapping continue each other.
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

// recordOpened updates the outbox and the last decision after open, once the fields of the incident are complete.
func (j *judging) recordOpened(inc incident.Incident) {
	j.addToOutbox(inc)
	d := &j.decisions[len(j.decisions)-1]
	d.Incident, d.Reason = inc, inc.Reason
}

// newIncident returns an open incident.
func newIncident(name, title string, k incident.Kind, since, opened time.Time, reason string) incident.Incident {
	return incident.Incident{
		ID:      incident.NewID(name, k, opened),
		Journey: name, Title: title, Kind: k, Reason: reason, Since: since, Opened: opened, State: incident.Open,
	}
}

// openDown opens a down incident, or reopens the failing one that the outage continues.
func (j *judging) openDown(v vote) {
	reason := j.downReason(v)
	streak := Streak{Count: v.most, Since: v.since}
	inc := j.reopen(streak, incident.Incident.IsFailing)
	if inc == nil {
		inc = j.open(incident.Down, streak, reason)
	}
	inc.Regions = v.bad
	j.startOutage(inc, v.since)
	if n := inc.CountOutages(v.since, j.policy.ReturnWithin); n > 1 {
		if j.policy.FlappingOutages > 0 && n >= j.policy.FlappingOutages {
			inc.Kind = incident.Flapping
		}
		inc.Reason = reason + "; " + inc.OutageSummary()
	}
	inc.PagesNow = inc.Kind == incident.Flapping // the journey is down, so it calls even if the reopened incident only texted
	j.recordOpened(*inc)
}

// openFlapping opens a flapping incident, or reopens the failing one that it continues.
func (j *judging) openFlapping(v vote, recent Streak) {
	reason := fmt.Sprintf("%s failed in %d of its last %d runs from %s, the first at %s%s", j.run.Journey,
		recent.Count, min(j.now.ConclusiveRuns, j.policy.FlappingOutOf), j.run.Region, phrase.Clock(v.since), v.onlyFrom())
	streak := Streak{Count: recent.Count, Since: v.since}
	inc := j.reopen(streak, incident.Incident.IsFailing)
	if inc == nil {
		inc = j.open(incident.Flapping, streak, reason)
	}
	inc.Kind, inc.Reason, inc.Regions = incident.Flapping, reason, v.bad
	j.pageAfterFlapping(inc)
	j.recordOpened(*inc)
}

// continueIncident adds a bad run to an open incident.
func (j *judging) continueIncident(i int, s Streak, reason string) {
	inc := j.Open[i].AddBadRun(j.run, s.Count)
	j.Open[i] = inc
	j.addToOutbox(inc)
	j.decide(Continues, inc, reason)
}
