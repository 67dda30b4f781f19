package judge

import (
	"fmt"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/phrase"
	"valkyrie/probes/journey"
)

// degraded looks at how many of the last few runs were slow.
func (j *judging) degraded() {
	slow := j.now.countRecent(false, j.policy.SlowOutOf)
	i := j.find(incident.Degraded)
	if j.run.Outcome != journey.Slow {
		if i >= 0 && j.run.Outcome == journey.Passed && !j.isSlow(j.Open[i]) {
			j.recoverSlow(i)
		}
		return
	}
	often := fmt.Sprintf("%s was slow in %d of its last %d runs from %s", j.run.Journey, slow.Count, min(j.now.ConclusiveRuns, j.policy.SlowOutOf), j.run.Region)
	switch enough := slow.Count >= j.policy.SlowRuns; {
	case i >= 0:
		j.continueIncident(i, slow, often)
		if enough {
			j.Open[i].Slow = j.run.Slot
			j.updateOutbox(j.Open[i])
		}
	case enough:
		j.addBout(j.open(incident.Degraded, slow, often))
	default:
		j.decide(Waits, incident.Incident{}, fmt.Sprintf("%s; %d open an incident", often, j.policy.SlowRuns))
	}
}

// addBout counts how often a journey has become slow lately.
func (j *judging) addBout(inc *incident.Incident) {
	inc.Slow = j.run.Slot
	inc.Bouts = slices.DeleteFunc(slices.Clone(inc.Bouts), func(b time.Time) bool { return j.run.Slot.Sub(b) > j.policy.ReturnWithin })
	inc.Bouts = append(inc.Bouts, j.run.Slot)
	inc.Bouts = inc.Bouts[max(0, len(inc.Bouts)-MaxRuns):]
	if j.isIntermittent(*inc) {
		inc.Reason += fmt.Sprintf(", %s since %s; it is over when it has not been so for %s", phrase.Times(len(inc.Bouts)), phrase.ClockWithDate(inc.Bouts[0], j.run.Slot), phrase.Duration(j.policy.ReturnWithin))
	}
	j.recordOpened(*inc)
}

// isIntermittent reports whether a journey has become slow so often within ReturnWithin that it must stay fast as long until
// it is over. Whoever was told of each time, and of each end, would hear nothing new: so it is told once a day at most.
func (j *judging) isIntermittent(inc incident.Incident) bool {
	return j.policy.FlappingOutages > 0 && len(inc.Bouts) >= j.policy.FlappingOutages
}

// recoverSlow folds a run into an incident whose journey is slow no more.
func (j *judging) recoverSlow(i int) {
	inc := j.Open[i]
	switch quiet := j.run.Slot.Sub(inc.Slow); {
	case !j.isIntermittent(inc):
		j.resolve(i)
	case quiet >= j.policy.ReturnWithin:
		j.end(i, fmt.Sprintf("%s has not been slow again for %s, at %s", j.run.Journey, phrase.Duration(quiet), phrase.Clock(j.run.Slot)))
	}
}

// isSlow reports whether the journey is still slow in one of the incident's regions.
func (j *judging) isSlow(inc incident.Incident) bool {
	return slices.ContainsFunc(inc.Regions, func(name string) bool {
		r := j.Regions[name]
		return r.reportsAt(j.policy, j.run.Slot) && r.countRecent(false, j.policy.SlowOutOf).Count >= j.policy.SlowRuns
	})
}
