package judge

import (
	"fmt"
	"slices"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/phrase"
	"valkyrie/probes/journey"
)

// cleanup opens, continues or closes the cleanup incident by the runs whose cleanup failed: the things that they created stay on
// the site. It is judged at a run's end, apart from the verdict. A cleanup that passes after a failed run is inconclusive, as the
// run may have created nothing.
func (j *judging) cleanup() {
	failed, dirty := j.run.FailedCleanup()
	switch {
	case dirty:
		j.now.Uncleaned = j.now.Uncleaned.more(j.run.Slot)
	case j.run.Outcome.Good():
		j.now.Uncleaned = Streak{}
	default:
		return
	}
	j.Regions[j.run.Region] = j.now
	streak, i := j.now.Uncleaned, j.find(incident.Cleanup)
	if !dirty && i < 0 {
		return
	}
	reason := fmt.Sprintf("%s could not clean up from %s, %s in a row, the first at %s", j.run.Journey, j.run.Region, phrase.Times(streak.Count), phrase.Clock(streak.Since))
	switch {
	case dirty && i >= 0:
		j.continueIncident(i, streak, reason)
		j.Open[i].Step, j.Open[i].Error = failed.Name, failed.Error
		j.updateOutbox(j.Open[i])
	case dirty && streak.Count >= j.policy.CleanupInARow:
		inc := j.open(incident.Cleanup, streak, reason)
		inc.Step, inc.Error = failed.Name, failed.Error
		j.recordOpened(*inc)
	case dirty:
		j.decide(Waits, incident.Incident{}, fmt.Sprintf("%s; %d open an incident", reason, j.policy.CleanupInARow))
	case i >= 0 && !j.isUncleanElsewhere(j.Open[i]):
		j.close(i, incident.Recovered, fmt.Sprintf("%s cleans up again from %s at %s", j.run.Journey, j.run.Region, phrase.Clock(j.run.Slot)))
	}
}

// isUncleanElsewhere reports whether the latest cleanup from one of the incident's regions failed.
func (j *judging) isUncleanElsewhere(inc incident.Incident) bool {
	return slices.ContainsFunc(inc.Regions, func(name string) bool {
		r := j.Regions[name]
		return r.Uncleaned.Count > 0 && r.reportsAt(j.policy, j.run.Slot)
	})
}

// complete judges the end of a run whose verdict was judged before: its evidence and its cleanup.
func (j *judging) complete() {
	j.now.Unfinished = ""
	j.Regions[j.run.Region] = j.now
	if j.Failure != nil && j.Failure.ID == j.run.ID && j.Failure.Slot.Equal(j.run.Slot) {
		failure := *j.Failure
		failure.Evidence = j.run.Evidence
		j.Failure = &failure
	}
	for i := range j.Open {
		if inc := &j.Open[i]; inc.Last.Equal(j.run.Slot) && (journey.Run{Evidence: inc.Evidence}).Unfinished() {
			inc.Evidence, inc.Runs = j.run.Evidence, inc.Runs+1
			j.addToOutbox(*inc)
		}
	}
	j.decide(Completes, incident.Incident{}, fmt.Sprintf("%s has ended from %s, slot %s", j.run.Journey, j.run.Region, phrase.Clock(j.run.Slot)))
	j.cleanup()
}
