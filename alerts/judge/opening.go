package judge

import (
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/probes/journey"
)

// open opens an incident for a streak of bad runs, or reopens one of the same kind. Failing incidents reopen in openDown and
// openFlapping, as down and flapping continue each other.
func (j *judging) open(k incident.Kind, s Streak, reason string) *incident.Incident {
	return j.openWith(j.run, k, s, reason)
}

// openWith is open for an incident that shows another run than this one: the failure whose evidence this one completes.
func (j *judging) openWith(run journey.Run, k incident.Kind, s Streak, reason string) *incident.Incident {
	if inc := j.reopen(run, s, func(c incident.Incident) bool { return c.Kind == k && !c.IsFailing() }); inc != nil {
		inc.Since, inc.Reason = s.Since, reason+"; it has come back"
		j.recordOpened(*inc)
		return inc
	}
	inc := newIncident(j.run.Journey, j.title, k, s.Since, j.run.Slot, reason).AddBadRun(run, s.Count)
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

// openDown opens a down incident, or reopens the failing one that the outage continues. It is flapping from the start if
// evidence e shows that it failed now and then before, as it would close at the next good run otherwise.
func (j *judging) openDown(v vote, e evidence) {
	reason := j.downReason(v)
	streak := Streak{Count: v.most, Since: v.since}
	inc := j.reopen(*j.Failure, streak, incident.Incident.IsFailing)
	if inc == nil {
		inc = j.openWith(*j.Failure, incident.Down, streak, reason)
	}
	inc.Regions, inc.Mixed, inc.Only = v.bad, v.mixed, false
	inc.Evident, inc.CostMS = time.Time{}, 0
	j.startOutage(inc, v.since)
	n := inc.CountOutages(v.since, j.policy.ReturnWithin)
	if n > 1 {
		inc.Reason = reason + "; " + inc.OutageSummary()
	}
	if j.policy.FlappingOutages > 0 && n >= j.policy.FlappingOutages || e.recent && j.policy.FlappingFailures > 0 && j.wasGoodSince(e.since) && j.failuresBefore(v.since) > 1 {
		inc.Kind = incident.Flapping
	}
	if inc.Kind == incident.Flapping {
		inc.Evident = j.run.Slot
	}
	inc.PagesNow = inc.Kind == incident.Flapping // the journey is down, so it calls even if the reopened incident only texted
	j.recordOpened(*inc)
}

// failuresBefore counts the failures of fastSlots before a slot. A single one is chance, and no part of the outage after it.
func (j *judging) failuresBefore(since time.Time) int {
	n := 0
	for _, r := range j.Regions {
		first := slotOf(since, r.interval(j.policy))
		for slot := first - fastSlots; slot < first; slot++ {
			if r.result(slot, j.policy) == failedRun {
				n++
			}
		}
	}
	return n
}

// wasGoodSince reports whether every region had a good run since a slot, so that the outage is not a solid one.
func (j *judging) wasGoodSince(since time.Time) bool {
	for _, r := range j.Regions {
		good := false
		every := r.interval(j.policy)
		for slot := slotOf(since, every); slot <= slotOf(r.Slot, every); slot++ {
			good = good || r.result(slot, j.policy) == goodRun
		}
		if !good {
			return false
		}
	}
	return true
}

// openFlapping opens a flapping incident, or reopens the failing one that it continues.
func (j *judging) openFlapping(e evidence) {
	streak := Streak{Count: e.count, Since: e.since}
	inc := j.reopen(*j.Failure, streak, incident.Incident.IsFailing)
	if inc == nil {
		inc = j.openWith(*j.Failure, incident.Flapping, streak, e.reason)
	}
	inc.Kind, inc.Reason, inc.Regions, inc.Only = incident.Flapping, e.reason, e.regions, e.only
	inc.PagesNow, inc.Evident, inc.CostMS = e.calls, j.Failure.Slot, 0
	j.noteBout(inc)
	j.recordOpened(*inc)
}

// continueIncident adds a bad run to an open incident.
func (j *judging) continueIncident(i int, s Streak, reason string) {
	inc := j.Open[i].AddBadRun(j.run, s.Count)
	j.Open[i] = inc
	j.addToOutbox(inc)
	j.decide(Continues, inc, reason)
}
