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

// goodRunClosing returns the cause of a closing by this good run, with the time from the first bad run to the last.
func (j *judging) goodRunClosing(inc incident.Incident) string {
	return fmt.Sprintf("%s %s from %s at %s, after %s", j.run.Journey, j.run.Outcome, j.run.Region, phrase.Clock(j.run.Slot), phrase.Duration(inc.LatestPeriod(j.run.Slot)))
}

// close resolves an incident, with the cause of the closing in a sentence. Each kind has its own condition, in each of the
// incident's regions that report:
//
//	down        fewer bad regions than the quorum, and RecoverAfter good runs: recoverFailing
//	flapping    the same, and no evidence for QuietFor: recoverFailing
//	both        no probe can test any of its regions for unknownFor: giveUp
//	degraded    fewer slow runs than SlowRuns; an intermittent one not slow for ReturnWithin: closeBout
//	creeping    the step no longer gets slower: latencyTrend
//	counts      right counts: updateCounts
//	certificate none that the journey needs expires soon: certificates
//	cleanup     a good run whose cleanup works: cleanup
//	ours        runs broken no more than by chance for settledAfter: probeFault
//	silent      the last silent region reports, one that was silent before for settledAgain, or is no longer expected: endSilenceOfRun
//	heartbeat   the batch finishes complete: completeBatch
//
// A person can resolve an incident earlier: see package paging.
func (j *judging) close(i int, ending incident.Ending, closing string) {
	inc := j.Open[i].End(ending, j.run.Slot, closing)
	if inc.IsFailing() {
		j.clearFailures()
	}
	inc = j.keepForReopening(inc)
	j.Open = slices.Delete(j.Open, i, i+1)
	j.addToOutbox(inc)
	j.decide(Resolves, inc, closing)
}

// clearFailures drops the failures of an incident that is closed, so that they do not count for the next one.
func (j *judging) clearFailures() {
	for name, r := range j.Regions {
		r.settle()
		j.Regions[name] = r
	}
	j.now, j.Together, j.Coincided, j.Failure = j.Regions[j.run.Region], nil, nil, nil
}

// unheardFor is how long nothing must have tested a region that failed until the incident is given up, while it works from
// the others.
const unheardFor = time.Hour

// unknownFor is how long no region must have tested the journey until the incident is given up: less than an acknowledgement
// holds, after which it would call that the journey still fails. The broken probes have a separate incident.
const unknownFor = 20 * time.Minute

// giveUp closes a failing incident if none of its regions has tested the journey for that long: its state is unknown.
func (j *judging) giveUp(i int, after time.Duration) {
	inc := j.Open[i]
	audible := slices.ContainsFunc(inc.Regions, func(name string) bool {
		r, seen := j.Regions[name]
		return seen && !j.isMute(r)
	})
	after = max(after, time.Duration(j.policy.BrokenInARow)*j.now.interval(j.policy))
	if !audible && len(j.down().bad) == 0 && j.run.Slot.Sub(inc.Last) >= after {
		now := fmt.Sprintf("it %s from %s", j.run.Outcome, j.run.Region)
		if j.run.Outcome == journey.Broken {
			now = "the probe in " + j.run.Region + " is broken"
		}
		j.close(i, incident.GivenUp, fmt.Sprintf("%s has not been tested from %s since %s; %s", j.run.Journey, phrase.List(inc.Regions), phrase.Clock(inc.Last), now))
	}
}

// recoverFailing ends the outage of the failing incident if it is over: when fewer regions than the quorum are bad and one that
// was bad works again. Down closes then, once the others have reported, too, and names those that still fail; flapping
// closes only after QuietFor without evidence. Without a region that could show it, because their probes are broken or
// silent, it is given up.
func (j *judging) recoverFailing(i int) {
	inc := &j.Open[i]
	v := j.down()
	if len(v.bad) >= v.need && !v.contested || v.reached() {
		return
	}
	works := false
	for _, name := range inc.Regions {
		r, seen := j.Regions[name]
		works = works || seen && !j.isMute(r) && r.Failed.Count == 0 && r.Good >= j.policy.RecoverAfter
	}
	if !works && !v.refuted() {
		j.giveUp(i, unheardFor)
		return
	}
	still, pending := j.stillFailing(*inc)
	if inc.Kind == incident.Down && pending {
		return
	}
	ended := inc.EndOutage(j.run.Slot)
	switch quiet := j.run.Slot.Sub(inc.EvidentUntil()); {
	case inc.Kind == incident.Down && len(still) > 0:
		inc.StillFails = still
		j.close(i, incident.Recovered, fmt.Sprintf("%s works again at %s, after %s, but still fails from %s", j.run.Journey, phrase.Clock(j.run.Slot), phrase.Duration(inc.LatestPeriod(j.run.Slot)), phrase.List(still)))
	case inc.Kind == incident.Down:
		j.close(i, incident.Recovered, j.goodRunClosing(*inc))
	case quiet >= j.quietFor(*inc):
		j.close(i, incident.Recovered, fmt.Sprintf("%s has not failed again for %s, but for single runs, at %s", j.run.Journey, phrase.Duration(quiet), phrase.Clock(j.run.Slot)))
	case ended:
		inc.Runs++
		j.addToOutbox(*inc)
		j.decide(Continues, *inc, fmt.Sprintf("%s %s from %s; it is over when it has not failed for %s", j.run.Journey, j.run.Outcome, j.run.Region, phrase.Duration(j.quietFor(*inc))))
	}
}

// stillFailing returns the regions of an incident that failed in or after the slot from which the others work, sorted. Pending
// reports that another one has yet to report that slot: it may work again, too. A region whose clock is behind reports it an
// interval later, and one that is two intervals behind is not waited for.
func (j *judging) stillFailing(inc incident.Incident) (still []string, pending bool) {
	works := int64(math.MinInt64)
	for _, name := range inc.Regions {
		if r := j.Regions[name]; r.Failed.Count == 0 && !j.isMute(r) {
			works = max(works, r.worksSince(j.policy))
		}
	}
	now := slotOf(j.run.Slot, j.now.interval(j.policy))
	for _, name := range inc.Regions {
		r := j.Regions[name]
		latest := slotOf(r.Slot, r.interval(j.policy))
		switch {
		case r.Failed.Count == 0 || j.isMute(r):
		case latest >= works && r.result(latest, j.policy) == failedRun:
			still = append(still, name)
		case latest < works && latest >= now-2:
			pending = true
		}
	}
	return still, pending
}

// completeBatch closes the incident of the batch, if one is open.
func (s *JourneyState) completeBatch(h HeartbeatPolicy, at time.Time) Decision {
	reason := fmt.Sprintf("%s finished at %s: %s", h.Name, phrase.Clock(at), s.Batch.progress(h))
	i := s.batchIncident()
	if i < 0 {
		return Decision{Verb: NoChange, Reason: reason}
	}
	inc := s.Open[i]
	inc.State, inc.ResolvedAt, inc.Closing, inc.Runs = incident.Resolved, at, reason, inc.Runs+1
	s.Open = slices.Delete(s.Open, i, i+1)
	s.addToOutbox(inc)
	return Decision{Verb: Resolves, Reason: reason, Incident: inc}
}

// The failures that continue an open incident.
const (
	// lastingPool and lastingAlone failures within fastSlots continue an open incident. Two of the better two regions are
	// there by chance in 0.1 % of the slots: (1, 1, 1) of ten is 0.1^3. Three in one region: C(10,3) · 0.01^3 = 1e-4. A
	// single region has no other to compare with: two there, in 0.4 % of the slots.
	lastingPool  = 2
	lastingAlone = 3

	// After more than fastSlots without such failures that is too little: at 1 % six quiet hours hold windows like these by
	// chance in half of the incidents. The failures since then must be rarer than lastingTail (see isEvidentAgain), which keeps
	// an outage of one run in twenty open, and of 400 incidents that are over brings one back.
	lastingTail = 1e-4
)

// stillEvident reports whether an open incident is still evident at this failure, and until when: until the last failure
// but one, as the last may be chance.
func (j *judging) stillEvident(inc incident.Incident) (time.Time, bool) {
	t, alone := j.recentFailures(fastSlots), lastingAlone
	if len(j.Regions) == 1 {
		alone = lastingPool
	}
	if t.pooled() < lastingPool && t.worst < alone {
		return time.Time{}, false
	}
	if quiet := j.run.Slot.Sub(inc.EvidentUntil()); quiet > fastSlots*j.now.interval(j.policy) && !j.isEvidentAgain(inc.EvidentUntil()) {
		return time.Time{}, false
	}
	var slots []time.Time
	for name := range t.failed {
		r := j.Regions[name]
		last := slotOf(j.run.Slot, r.interval(j.policy))
		for slot := last - fastSlots + 1; slot <= last; slot++ {
			if r.result(slot, j.policy) == failedRun {
				slots = append(slots, j.slotTime(r, slot))
			}
		}
	}
	slices.SortFunc(slots, time.Time.Compare)
	return slots[len(slots)-2], true
}

// isEvidentAgain reports whether the failures since an incident was last evident are no chance: a slot in which every region
// failed, as many within minutes as open an incident, or too many for so long a time.
func (j *judging) isEvidentAgain(since time.Time) bool {
	if n := len(j.Together); n > 0 && j.Together[n-1].After(since) {
		return true
	}
	if _, found := j.oftenNow(); found {
		return true
	}
	within := func(d time.Duration) (tally, int) {
		from := incident.Latest(since, j.run.Slot.Add(-d))
		return j.failuresSince(from), int(j.run.Slot.Sub(from) / j.now.interval(j.policy))
	}
	left := len(j.Regions) - j.spared()
	if t, slots := within(time.Hour); left > 0 && t.pooled() >= leastFailures(left*slots, slowTail) {
		return true
	}
	t, slots := within(rateHours * time.Hour)
	return left > 0 && t.pooled() >= leastFailures(left*slots, lastingTail) || t.worst >= leastFailures(slots, lastingTail)
}

// calmSlots is how many slots after its evidence from the quorum of regions a flapping incident stops calling. lastingPool failures in
// them are evidence, as in lastingPool; of a fifth of all runs, one window in seven has fewer. So that no call comes ten minutes after
// an outage, where runs are rare, its own failures do not count calmAfter after its end, or calmLeast slots. Calls that stopped begin
// again only at a failure with evidence that would open an incident, which is no chance.
const (
	calmSlots = 8
	calmLeast = 2
	calmAfter = 8 * time.Minute
)

// calm stops the calls about a flapping incident while fewer regions fail than the quorum, as a region that is left over after an
// outage does, and starts them again. The incident stays open; it only texts then, as it would if they had failed alone. Only a good run
// stops them: the other regions' runs of the slot of a failure may fail, too.
func (j *judging) calm() {
	i := j.find(incident.Flapping)
	if i < 0 || !j.Open[i].PagesNow || j.run.Outcome == journey.Broken {
		return
	}
	inc := &j.Open[i]
	calmed := !j.isWidespread(*inc)
	if calmed == inc.Calmed || calmed && !j.run.Outcome.Good() {
		return
	}
	inc.Calmed = calmed
	if n := len(j.decisions); n > 0 && j.decisions[n-1].Incident.ID == inc.ID {
		j.updateOutbox(*inc)
		return
	}
	inc.Runs++
	j.addToOutbox(*inc)
	j.decide(Continues, *inc, fmt.Sprintf("%s %s from %s; it fails from too few regions to call", j.run.Journey, j.run.Outcome, j.run.Region))
}

// isWidespread reports whether a flapping journey fails from as many regions as the quorum takes: it is down, or there is evidence
// of minutes, which less suffices to prolong.
func (j *judging) isWidespread(inc incident.Incident) bool {
	t := j.recentFailures(j.calmWindow(inc))
	lately, evident := t.pooled(), false
	if j.policy.Regions.need(len(j.Regions)) > 1 {
		e, found := j.findEvidence()
		evident = found && e.recent && lately > 0
	} else { // any region decides
		lately = t.sum
		_, evident = j.stillEvident(inc)
	}
	return inc.IsDownNow() || j.run.Outcome == journey.Failed && evident || !inc.Calmed && lately >= lastingPool
}

// calmWindow returns in how many slots the failures count that let a flapping incident call.
func (j *judging) calmWindow(inc incident.Incident) int {
	n, every := len(inc.Outages), j.now.interval(j.policy)
	if n == 0 {
		return calmSlots
	}
	since := int(slotOf(j.run.Slot, every)-slotOf(inc.Outages[n-1].Until, every)) + 1
	return min(calmSlots, max(calmLeast, int(calmAfter/every), since))
}
