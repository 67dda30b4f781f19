package judge

import (
	"fmt"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/phrase"
	"valkyrie/probes/journey"
)

// degraded opens, continues or closes the degraded incident by the number of slow runs among the last SlowOutOf.
func (j *judging) degraded() {
	slow := j.now.countRecent(false, j.policy.SlowOutOf)
	i := j.find(incident.Degraded)
	if j.run.Outcome != journey.Slow {
		if i >= 0 && j.run.Outcome == journey.Passed && !j.isSlow(j.Open[i]) {
			j.recoverSlow(i)
		}
		return
	}
	reason := fmt.Sprintf("%s was slow in %d of its last %d runs from %s", j.run.Journey, slow.Count, min(j.now.ConclusiveRuns, j.policy.SlowOutOf), j.run.Region)
	switch enough := slow.Count >= j.policy.SlowRuns; {
	case i >= 0:
		j.continueIncident(i, slow, reason)
		if enough {
			j.Open[i].Slow = j.run.Slot
			j.updateOutbox(j.Open[i])
		}
	case enough:
		j.addBout(j.open(incident.Degraded, slow, reason))
	default:
		j.decide(Waits, incident.Incident{}, fmt.Sprintf("%s; %d open an incident", reason, j.policy.SlowRuns))
	}
}

// addBout records that the journey became slow, and counts how often it did within ReturnWithin.
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

// isIntermittent reports whether the journey became slow FlappingOutages times within ReturnWithin. The incident then stays
// open until the journey was fast for that long, so that people get at most one text a day instead of two per bout.
func (j *judging) isIntermittent(inc incident.Incident) bool {
	return j.policy.FlappingOutages > 0 && len(inc.Bouts) >= j.policy.FlappingOutages
}

// isSlow reports whether the journey is still slow in one of the incident's regions that report.
func (j *judging) isSlow(inc incident.Incident) bool {
	return slices.ContainsFunc(inc.Regions, func(name string) bool {
		r := j.Regions[name]
		return r.reportsAt(j.policy, j.run.Slot) && r.countRecent(false, j.policy.SlowOutOf).Count >= j.policy.SlowRuns
	})
}
