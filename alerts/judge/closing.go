package judge

import (
	"fmt"
	"slices"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/phrase"
)

// closeOnGoodRun closes an incident whose cause is gone with this run.
func (j *judging) closeOnGoodRun(i int) {
	inc := j.Open[i]
	j.close(i, fmt.Sprintf("%s %s from %s at %s, after %s", j.run.Journey, j.run.Outcome, j.run.Region, phrase.Clock(j.run.Slot), phrase.Duration(j.run.Slot.Sub(inc.Since))))
}

// close resolves an incident, with the cause of the closing in a sentence. Each kind has its own condition, in each of the
// incident's regions that report:
//
//	down        no failure, and RecoverAfter good runs: recoverFailing
//	flapping    the same, and no failure for QuietFor: recoverFailing
//	degraded    fewer slow runs than SlowRuns; an intermittent one not slow for ReturnWithin: recoverSlow
//	creeping    the step no longer gets slower: latencyTrend
//	counts      right counts: updateCounts
//	cleanup     a good run whose cleanup works: cleanup
//	ours        the latest run is not broken: probeFault
//	silent      the last silent region reports, or is no longer expected: endRegionSilence
//	heartbeat   the batch finishes complete: completeBatch
//
// A person can resolve an incident earlier: see package paging.
func (j *judging) close(i int, closing string) {
	inc := j.Open[i]
	inc.State, inc.ResolvedAt, inc.Runs, inc.Closing = incident.Resolved, j.run.Slot, inc.Runs+1, closing
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
		r.Bad = slices.DeleteFunc(slices.Clone(r.Bad), func(b BadRun) bool { return b.Failed })
		j.Regions[name] = r
	}
	j.now = j.Regions[j.run.Region]
}

// recoverFailing adds a good run to the failing incident. Down closes when none of its regions fails, flapping only after
// QuietFor without a failure.
func (j *judging) recoverFailing(i int) {
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
		j.closeOnGoodRun(i)
	case j.run.Slot.Sub(inc.Last) >= j.policy.QuietFor:
		j.close(i, fmt.Sprintf("%s has not failed for %s, at %s", j.run.Journey, phrase.Duration(j.run.Slot.Sub(inc.Last)), phrase.Clock(j.run.Slot)))
	case ended:
		inc.Runs++
		j.addToOutbox(*inc)
		j.decide(Continues, *inc, fmt.Sprintf("%s %s from %s; it is over when it has not failed for %s", j.run.Journey, j.run.Outcome, j.run.Region, phrase.Duration(j.policy.QuietFor)))
	}
}

// recoverSlow closes the degraded incident, an intermittent one only after ReturnWithin without being slow.
func (j *judging) recoverSlow(i int) {
	inc := j.Open[i]
	switch quiet := j.run.Slot.Sub(inc.Slow); {
	case !j.isIntermittent(inc):
		j.closeOnGoodRun(i)
	case quiet >= j.policy.ReturnWithin:
		j.close(i, fmt.Sprintf("%s has not been slow again for %s, at %s", j.run.Journey, phrase.Duration(quiet), phrase.Clock(j.run.Slot)))
	}
}
