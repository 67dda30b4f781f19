package judge

import (
	"fmt"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/phrase"
)

// settledAfter is the time without a broken run that ends a probe fault, so that a Chrome that breaks now and then makes one
// incident: at one broken run in ten from three regions, the 90 runs of half an hour are all right once in 13 000 times.
const settledAfter = 30 * time.Minute

// probeFault opens, continues or closes the probe fault incident by the broken runs, which could not test the site.
func (j *judging) probeFault() {
	streak := j.now.Broken
	i := j.find(incident.ProbeFault)
	if streak.Count == 0 {
		if i >= 0 && !j.isBroken(j.Open[i]) && j.run.Slot.Sub(j.Open[i].Last) >= settledAfter {
			j.closeBout(i, fmt.Sprintf("%s can be tested from %s again, at %s", j.run.Journey, phrase.List(j.Open[i].Regions), phrase.Clock(j.run.Slot)))
		}
		return
	}
	switch {
	case i >= 0:
		j.continueIncident(i, streak, fmt.Sprintf("%s still broken from %s, %s in a row", j.run.Journey, j.run.Region, phrase.Times(streak.Count)))
		if streak.Count >= j.policy.BrokenInARow {
			j.Open[i].Slow = j.run.Slot
			j.updateOutbox(j.Open[i])
		}
	case streak.Count >= j.policy.BrokenInARow:
		j.addBout(j.open(incident.ProbeFault, streak, fmt.Sprintf("%s broken %s in a row from %s, the first at %s", j.run.Journey, phrase.Times(streak.Count), j.run.Region, phrase.Clock(streak.Since))))
	default:
		j.decide(Waits, incident.Incident{}, fmt.Sprintf("%s broken from %s, %s in a row; %d open an incident", j.run.Journey, j.run.Region, phrase.Times(streak.Count), j.policy.BrokenInARow))
	}
}

// isBroken reports whether the probe is still broken in one of the incident's regions that report.
func (j *judging) isBroken(inc incident.Incident) bool {
	return slices.ContainsFunc(inc.Regions, func(name string) bool {
		r := j.Regions[name]
		return r.reportsAt(j.policy, j.run.Slot) && r.Broken.Count > 0
	})
}
