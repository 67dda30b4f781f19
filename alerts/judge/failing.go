package judge

import (
	"fmt"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/phrase"
	"valkyrie/probes/journey"
)

// failing opens, continues or closes the failing incident, down or flapping, by this run.
func (j *judging) failing() {
	i := j.find(incident.Down, incident.Flapping)
	switch {
	case j.run.Outcome == journey.Failed && i >= 0:
		j.continueFailing(i)
	case j.run.Outcome == journey.Failed:
		j.openOnFailure()
	case j.run.Outcome.Good() && i >= 0:
		j.recoverFailing(i)
	}
}

// isDown reports whether the journey is down in a region, by its current streak of failures.
func (j *judging) isDown(r RegionState) (Streak, bool) {
	return r.Failed, r.Failed.Count >= j.policy.FailuresInARow
}

// isFlapping reports whether the journey is flapping in a region, by the failures among its recent runs.
func (j *judging) isFlapping(r RegionState) (Streak, bool) {
	s := r.countRecent(true, j.policy.FlappingOutOf)
	return s, j.policy.FlappingFailures > 0 && s.Count >= j.policy.FlappingFailures
}

// openOnFailure opens an incident on a failure, or waits for the threshold or the quorum.
func (j *judging) openOnFailure() {
	down := j.down()
	_, downHere := j.isDown(j.now)
	if down.reached() {
		j.openDown(down)
		return
	}
	flapping := j.poll(j.isFlapping)
	recent, flappingHere := j.isFlapping(j.now)
	switch {
	case flappingHere && flapping.reached():
		j.openFlapping(flapping, recent)
	case downHere:
		j.decide(Waits, incident.Incident{}, j.quorumNotMet(down))
	default:
		j.decide(Waits, incident.Incident{}, fmt.Sprintf("%s %s from %s, %s in a row; %d open an incident",
			j.run.Journey, j.run.Outcome, j.run.Region, phrase.Times(j.now.Failed.Count), j.policy.FailuresInARow))
	}
}

// downReason returns the reason of a down incident.
func (j *judging) downReason(v vote) string {
	return fmt.Sprintf("%s failed %s in a row from %s, the first at %s%s", j.run.Journey, phrase.Times(v.most), phrase.List(v.bad), phrase.Clock(v.since), v.onlyFrom())
}

// continueFailing adds a failure to the open incident.
func (j *judging) continueFailing(i int) {
	reason := fmt.Sprintf("%s still failed from %s, %s in a row", j.run.Journey, j.run.Region, phrase.Times(j.now.Failed.Count))
	streak := j.now.Failed
	if j.Open[i].Kind == incident.Flapping {
		recent := j.now.countRecent(true, j.policy.FlappingOutOf)
		reason = fmt.Sprintf("%s failed again from %s, in %d of its last %d runs", j.run.Journey, j.run.Region, recent.Count, min(j.now.ConclusiveRuns, j.policy.FlappingOutOf))
		streak.Count = max(streak.Count, recent.Count)
	}
	j.continueIncident(i, streak, reason)
	inc := &j.Open[i]
	if inc.Kind == incident.Flapping && !inc.IsDownNow() {
		j.startNextOutage(inc)
	}
	inc.AddToOutage(j.run.Region)
	j.pageAfterFlapping(inc)
	j.updateOutbox(*inc)
}

// startNextOutage starts another outage of a flapping incident, if the failure reaches the quorum for down.
func (j *judging) startNextOutage(inc *incident.Incident) {
	v := j.down()
	if !v.reached() {
		return
	}
	j.startOutage(inc, v.since)
	inc.PagesNow = true
	inc.Reason = j.downReason(v) + "; " + inc.OutageSummary()
	j.decisions[len(j.decisions)-1].Reason = inc.Reason
}

// updateOutbox updates the outbox and the last decision with a changed incident; the decision keeps its own reason.
func (j *judging) updateOutbox(inc incident.Incident) {
	j.addToOutbox(inc)
	j.decisions[len(j.decisions)-1].Incident = inc
}

// pageAfterFlapping makes a flapping incident call once it has lasted for FlappingRingsAfter.
func (j *judging) pageAfterFlapping(inc *incident.Incident) {
	if inc.Kind == incident.Flapping && j.policy.FlappingRingsAfter > 0 && inc.Last.Sub(inc.Since) >= j.policy.FlappingRingsAfter {
		inc.PagesNow = true
	}
}

// startOutage adds an outage to an incident, to which its latest bad run was just added. It keeps the first and the latest
// MaxOutages.
func (j *judging) startOutage(inc *incident.Incident, since time.Time) {
	inc.Outages = append(slices.Clone(inc.Outages), incident.Outage{Since: since, Step: inc.Step, Error: phrase.Shorten(inc.Error), Regions: inc.Regions})
	if len(inc.Outages) > incident.MaxOutages {
		inc.Outages = slices.Delete(inc.Outages, 1, 2)
	}
}
