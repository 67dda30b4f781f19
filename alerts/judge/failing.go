package judge

import (
	"fmt"
	"math"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/phrase"
	"valkyrie/probes/journey"
)

// failing opens, continues or closes the failing incident, down or flapping, by this run. Any run can complete the evidence
// of a failure before it.
func (j *judging) failing() {
	j.noteFailure()
	j.noteTogether()
	i := j.find(incident.Down, incident.Flapping)
	switch {
	case j.run.Outcome == journey.Failed && i >= 0:
		j.continueFailing(i)
		if j.Open[i].Kind == incident.Down {
			j.recoverFailing(i) // it may be the last region to report a slot from which the others work
		}
	case j.run.Outcome.Good() && i >= 0:
		j.recoverFailing(i)
	case j.run.Outcome == journey.Broken && i >= 0:
		j.giveUp(i, unknownFor)
	case i < 0 && j.Failure != nil:
		j.openFailing()
	}
	j.calm()
}

// noteFailure keeps the latest failed run, for an incident that a later run opens.
func (j *judging) noteFailure() {
	const kept = togetherSlots // slots
	if j.run.Outcome == journey.Failed {
		run := j.run
		run.Counts, run.Steps = nil, nil
		if step, ok := j.run.Culprit(); ok {
			run.Steps = []journey.StepResult{step}
		}
		j.Failure = &run
	} else if j.Failure != nil && j.run.Slot.Sub(j.Failure.Slot) > kept*j.now.interval(j.policy) {
		j.Failure = nil
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

// badTail bounds how often chance makes a region seem bad: 2 failures of ten slots are P = 4e-3, 4 within an hour 3e-3, 10 within
// six hours 4e-3.
const badTail = 0.01

// isBad reports whether a region itself is bad: it is down, or failed more often within minutes or hours than chance explains. Only
// bad regions are part of an incident, and named.
func (j *judging) isBad(region string) bool {
	if _, down := j.isDown(j.Regions[region]); down || j.recentFailures(fastSlots).failed[region] >= leastFailures(fastSlots, badTail) {
		return true
	}
	return slices.ContainsFunc([]int{1, rateHours}, func(hours int) bool {
		slots := int(time.Duration(hours) * time.Hour / j.now.interval(j.policy))
		return j.hourlyFailures(hours).failed[region] >= leastFailures(slots, badTail)
	})
}

// badAmong returns those of the regions that are bad; all if none is.
func (j *judging) badAmong(regions []string) []string {
	bad := slices.DeleteFunc(slices.Clone(regions), func(name string) bool { return !j.isBad(name) })
	if len(bad) == 0 {
		return regions
	}
	return bad
}

// openFailing opens an incident, or waits for the threshold or the quorum.
func (j *judging) openFailing() {
	down := j.down()
	e, found := j.findEvidence()
	failed := j.run.Outcome == journey.Failed
	switch _, downHere := j.isDown(j.now); {
	case down.reached():
		j.openDown(down, e)
	case found && j.policy.FlappingFailures > 0:
		j.openFlapping(e)
	case !failed:
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
	flapping := j.Open[i].Kind == incident.Flapping
	if flapping {
		recent := j.now.countRecent(true, j.policy.FlappingOutOf)
		reason = fmt.Sprintf("%s failed again from %s, in %d of its last %d runs", j.run.Journey, j.run.Region, recent.Count, min(j.now.ConclusiveRuns, j.policy.FlappingOutOf))
		streak.Count = max(streak.Count, recent.Count)
	}
	regions := j.Open[i].Regions
	j.continueIncident(i, streak, reason)
	inc := &j.Open[i]
	if !j.isBad(j.run.Region) {
		inc.Regions = regions // a chance failure elsewhere is no part of it
	}
	if flapping && !inc.IsDownNow() {
		j.startNextOutage(inc)
	}
	inc.AddToOutage(inc.Regions)
	j.addEvidence(inc)
	j.updateOutbox(*inc)
}

// startNextOutage starts another outage of a flapping incident, if the failure reaches the quorum for down.
func (j *judging) startNextOutage(inc *incident.Incident) {
	v := j.down()
	if !v.reached() || !j.outlastsRate(*inc, v) {
		return
	}
	j.startOutage(inc, v.since)
	inc.PagesNow, inc.Only, inc.Mixed = true, false, v.mixed
	inc.Reason = j.downReason(v) + "; " + inc.OutageSummary()
	j.decisions[len(j.decisions)-1].Reason = inc.Reason
}

// chanceOutages is how many times a day a flapping journey may seem down because its failures fall into a row: as often as two
// in a row from one region do at chance, 1440 · 0.01^2. The failures of the present streaks must be rarer at the rate at which
// it fails between its outages: at a fifth of the runs that takes six of them, at a tenth four, as two in a row from two
// regions have. More than chanceSlots beyond the policy's failures in a row are never needed.
const (
	chanceOutages = 0.15
	chanceSlots   = 2
)

// outlastsRate reports whether the streaks of the bad regions are no chance at the rate at which a flapping journey fails there
// between its outages.
func (j *judging) outlastsRate(inc incident.Incident, v vote) bool {
	every := j.now.interval(j.policy)
	since := incident.Latest(inc.Since.Add(-time.Second), v.since.Add(-rateHours*time.Hour))
	failed, streaks, long := 0, 0, 0
	for _, name := range v.bad {
		r := j.Regions[name]
		for _, b := range r.Rates {
			if at := time.Unix(b.Since, 0); at.After(since) && !inc.WasDownAt(at) {
				failed += b.Failed
			}
		}
		failed, streaks = failed-r.Failed.Count, streaks+r.Failed.Count
		if r.Failed.Count >= j.policy.FailuresInARow+chanceSlots {
			long++
		}
	}
	runs := max(1, int(v.since.Sub(since)/every)) * len(v.bad)
	rate := min(1, max(chance, float64(failed)/float64(runs)))
	return long >= v.need || float64(24*time.Hour/every)*math.Pow(rate, float64(streaks)) <= chanceOutages
}

// updateOutbox updates the outbox and the last decision with a changed incident; the decision keeps its own reason.
func (j *judging) updateOutbox(inc incident.Incident) {
	j.addToOutbox(inc)
	j.decisions[len(j.decisions)-1].Incident = inc
}

// addEvidence adds this failure to an open incident, if chance does not explain it: until when it was evident, and its
// cost. A flapping incident calls once it has cost FlappingRingsAfter, or has evidence that calls.
func (j *judging) addEvidence(inc *incident.Incident) {
	until, evident := j.stillEvident(*inc)
	if inc.IsDownNow() {
		until, evident = j.run.Slot, true
	}
	if !evident || inc.Kind != incident.Flapping {
		return
	}
	if until.Sub(inc.EvidentUntil()) >= j.policy.QuietFor { // it would have been over
		j.noteBout(inc)
		inc.CostMS = 0
	}
	inc.Evident = incident.Latest(inc.Evident, until)
	inc.CostMS += j.cost().Milliseconds()
	if e, found := j.findEvidence(); found && e.calls && !inc.PagesNow {
		inc.PagesNow, inc.Only, inc.Reason, inc.Regions = true, false, e.reason, union(inc.Regions, e.regions)
	}
	if inc.Only && j.recentFailures(fastSlots).pooled() >= lastingPool && len(inc.Regions) > 1 {
		inc.Only = false
	}
	if j.policy.FlappingRingsAfter > 0 && inc.CostMS >= j.policy.FlappingRingsAfter.Milliseconds() {
		inc.PagesNow = true
	}
}

// cost returns the share of the outage that one failure is: as long as the interval, by the number of regions, of which the
// worst are left out as in pooled, so that the trouble of fewer regions than the quorum costs nothing.
func (j *judging) cost() time.Duration {
	every, regions := j.now.interval(j.policy), len(j.Regions)
	if regions == 1 || j.policy.Regions.need(regions) == 1 {
		return every / time.Duration(regions)
	}
	t := j.hourlyFailures(rateHours)
	if recentSlots*every > rateHours*time.Hour {
		t = j.recentFailures(recentSlots) // the hours hold too few runs to tell the regions apart
	}
	return every * time.Duration(t.pooled()) / time.Duration(max(1, t.sum)*max(1, regions-t.spared))
}

// startOutage adds an outage to an incident, to which its latest bad run was just added. It keeps the first and the latest
// MaxOutages.
func (j *judging) startOutage(inc *incident.Incident, since time.Time) {
	inc.Outages = append(slices.Clone(inc.Outages), incident.Outage{Since: since, Last: inc.Last, Step: inc.Step, Error: phrase.Shorten(inc.Error), Regions: inc.Regions})
	if len(inc.Outages) > incident.MaxOutages {
		inc.Outages = slices.Delete(inc.Outages, 1, 2)
	}
}
