package judge

import (
	"fmt"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/phrase"
	"valkyrie/probes/journey"
)

// failing judges whether the journey is down or flapping.
func (j *judging) failing() {
	i := j.find(incident.Down, incident.Flapping)
	switch {
	case j.run.Outcome == journey.Failed && i >= 0:
		j.continueFailing(i)
	case j.run.Outcome == journey.Failed:
		j.openOnFailure()
	case j.run.Outcome.Good() && i >= 0:
		j.recovers(i)
	}
}

func (j *judging) isDown(r RegionState) (Streak, bool) {
	return r.Failed, r.Failed.Count >= j.policy.FailuresInARow
}

// down asks from where the journey is down. Where several regions have to agree, and the latest run from another one was good,
// each of them must have failed once more: see defaultPolicy.
func (j *judging) down() vote {
	v := j.poll(j.isDown)
	works := func(region string) bool { return j.Regions[region].Failed.Count == 0 }
	if v.need > 1 && slices.ContainsFunc(v.fine, works) {
		sure := j.poll(func(r RegionState) (Streak, bool) { return r.Failed, r.Failed.Count > j.policy.FailuresInARow })
		v.doubted = !sure.carried()
	}
	return v
}

func (j *judging) flaps(r RegionState) (Streak, bool) {
	s := r.countRecent(true, j.policy.FlappingOutOf)
	return s, j.policy.FlappingFailures > 0 && s.Count >= j.policy.FlappingFailures
}

// openOnFailure judges a failure while nothing is open.
func (j *judging) openOnFailure() {
	down := j.down()
	_, here := j.isDown(j.now)
	if down.carried() {
		j.begin(down)
		return
	}
	flapping := j.poll(j.flaps)
	lately, flaps := j.flaps(j.now)
	switch {
	case flaps && flapping.carried():
		j.flap(flapping, lately)
	case here:
		j.decide(Waits, incident.Incident{}, j.waiting(down))
	default:
		j.decide(Waits, incident.Incident{}, fmt.Sprintf("%s %s from %s, %s in a row; %d open an incident",
			j.run.Journey, j.run.Outcome, j.run.Region, phrase.Times(j.now.Failed.Count), j.policy.FailuresInARow))
	}
}

// waiting says why it is down from some regions, and no incident.
func (j *judging) waiting(down vote) string {
	s := fmt.Sprintf("down from %s only: %s failed %s in a row there, the first at %s; not from %s; ",
		phrase.List(down.bad), j.run.Journey, phrase.Times(down.most), phrase.Clock(down.since), phrase.List(down.fine))
	if down.doubted && len(down.bad) >= down.need {
		return s + fmt.Sprintf("as it works there, %d failures in a row open an incident", j.policy.FailuresInARow+1)
	}
	return s + fmt.Sprintf("%d of %d regions open an incident", down.need, len(down.bad)+len(down.fine))
}

// begin opens a down incident, or continues the one that the outage is a return of.
func (j *judging) begin(v vote) {
	reason := j.downSince(v)
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
	inc.PagesNow = inc.Kind == incident.Flapping // customers cannot do it, so it rings whatever it continues
	j.recordOpened(*inc)
}

func (j *judging) downSince(v vote) string {
	return fmt.Sprintf("%s failed %s in a row from %s, the first at %s%s", j.run.Journey, phrase.Times(v.most), phrase.List(v.bad), phrase.Clock(v.since), v.elsewhere())
}

// flap opens a flapping incident, or continues the one that it is a return of.
func (j *judging) flap(v vote, lately Streak) {
	reason := fmt.Sprintf("%s failed in %d of its last %d runs from %s, the first at %s%s", j.run.Journey,
		lately.Count, min(j.now.ConclusiveRuns, j.policy.FlappingOutOf), j.run.Region, phrase.Clock(v.since), v.elsewhere())
	streak := Streak{Count: lately.Count, Since: v.since}
	inc := j.reopen(streak, incident.Incident.IsFailing)
	if inc == nil {
		inc = j.open(incident.Flapping, streak, reason)
	}
	inc.Kind, inc.Reason, inc.Regions = incident.Flapping, reason, v.bad
	j.pageAfterFlapping(inc)
	j.recordOpened(*inc)
}

// reopen takes up an incident, of those that are alike, that was over not long ago; nil when there is none.
func (j *judging) reopen(s Streak, alike func(incident.Incident) bool) *incident.Incident {
	i := slices.IndexFunc(j.Closed, func(c incident.Incident) bool { return alike(c) && s.Since.Before(c.Returns) })
	if i < 0 {
		return nil
	}
	inc := j.Closed[i].AddBadRun(j.run, s.Count)
	inc.State, inc.ResolvedAt, inc.Closing, inc.Returns, inc.Streak = incident.Open, time.Time{}, "", time.Time{}, s.Count
	j.Closed = slices.Delete(j.Closed, i, i+1)
	j.Open = append(j.Open, inc)
	j.decide(Reopens, inc, "")
	return &j.Open[len(j.Open)-1]
}

// recordOpened brings the outbox and the last decision up to date with an incident that was still being put together.
func (j *judging) recordOpened(inc incident.Incident) {
	j.addToOutbox(inc)
	d := &j.decisions[len(j.decisions)-1]
	d.Incident, d.Reason = inc, inc.Reason
}

// continueFailing folds a failure into the open incident.
func (j *judging) continueFailing(i int) {
	reason := fmt.Sprintf("%s still failed from %s, %s in a row", j.run.Journey, j.run.Region, phrase.Times(j.now.Failed.Count))
	streak := j.now.Failed
	if j.Open[i].Kind == incident.Flapping {
		lately := j.now.countRecent(true, j.policy.FlappingOutOf)
		reason = fmt.Sprintf("%s failed again from %s, in %d of its last %d runs", j.run.Journey, j.run.Region, lately.Count, min(j.now.ConclusiveRuns, j.policy.FlappingOutOf))
		streak.Count = max(streak.Count, lately.Count)
	}
	j.continueIncident(i, streak, reason)
	inc := &j.Open[i]
	if inc.Kind == incident.Flapping && !inc.IsDownNow() {
		j.downAgain(inc)
	}
	inc.AddToOutage(j.run.Region)
	j.pageAfterFlapping(inc)
	j.updateOutbox(*inc)
}

// downAgain begins another spell of a flapping incident, if that is what the failure means.
func (j *judging) downAgain(inc *incident.Incident) {
	v := j.down()
	if !v.carried() {
		return
	}
	j.startOutage(inc, v.since)
	inc.PagesNow = true
	inc.Reason = j.downSince(v) + "; " + inc.OutageSummary()
	j.decisions[len(j.decisions)-1].Reason = inc.Reason
}

// updateOutbox is told for a decision that keeps a reason of its own.
func (j *judging) updateOutbox(inc incident.Incident) {
	j.addToOutbox(inc)
	j.decisions[len(j.decisions)-1].Incident = inc
}

// pageAfterFlapping makes a flapping incident ring once it has gone on for long enough.
func (j *judging) pageAfterFlapping(inc *incident.Incident) {
	if inc.Kind == incident.Flapping && j.policy.FlappingRingsAfter > 0 && inc.Last.Sub(inc.Since) >= j.policy.FlappingRingsAfter {
		inc.PagesNow = true
	}
}

// recovers folds a good run into the open incident: down ends when no region is bad any more, flapping only when it has
// been quiet for long enough.
func (j *judging) recovers(i int) {
	inc := &j.Open[i]
	still := slices.ContainsFunc(inc.Regions, func(name string) bool {
		r := j.Regions[name]
		return r.reportsAt(j.policy, j.run.Slot) && (r.Failed.Count > 0 || r.Good < j.policy.RecoverAfter)
	})
	if still {
		return
	}
	ended := inc.EndOutage(j.run.Slot)
	switch {
	case inc.Kind == incident.Down:
		j.resolve(i)
	case j.run.Slot.Sub(inc.Last) >= j.policy.QuietFor:
		j.end(i, fmt.Sprintf("%s has not failed for %s, at %s", j.run.Journey, phrase.Duration(j.run.Slot.Sub(inc.Last)), phrase.Clock(j.run.Slot)))
	case ended:
		inc.Runs++
		j.addToOutbox(*inc)
		j.decide(Continues, *inc, fmt.Sprintf("%s %s from %s; it is over when it has not failed for %s", j.run.Journey, j.run.Outcome, j.run.Region, phrase.Duration(j.policy.QuietFor)))
	}
}

// startOutage adds a spell. The incident has just seen its latest bad run.
func (j *judging) startOutage(inc *incident.Incident, since time.Time) {
	inc.Outages = append(slices.Clone(inc.Outages), incident.Outage{Since: since, Step: inc.Step, Error: phrase.Shorten(inc.Error), Regions: inc.Regions})
	if len(inc.Outages) > incident.MaxOutages {
		inc.Outages = slices.Delete(inc.Outages, 1, 2)
	}
}
