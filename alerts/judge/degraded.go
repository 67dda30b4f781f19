package judge

import (
	"fmt"
	"slices"

	"valkyrie/alerts/incident"
	"valkyrie/probes/journey"
)

// Slow runs by chance are frequent: a site may have a heavy tail, with one run in twenty over its budget. At 5 %, 3 of 5 runs
// are slow in 1.2e-3 of the slots of a region: 50 false texts a month from one. So a region needs the agreement of another
// one, 43 200 · 3 · (1.2e-3)^2 = 0.2 a month from three; or a longer proof of its own: aloneSlow of aloneRuns,
// C(12,7) · 0.05^7 = 6e-7 of the runs, 0.08 a month. With a single region one slow run more than SlowRuns in a row
// is proof, too: 43 200 · 0.05^4 = 0.27 a month.
const aloneSlow = 7

// degraded opens, continues or closes the degraded incident by the number of slow runs among the last SlowOutOf. While the
// journey fails, people know, and slowness beside it is no incident of its own.
func (j *judging) degraded() {
	i := j.find(incident.Degraded)
	if j.run.Outcome != journey.Slow {
		if i >= 0 && j.run.Outcome == journey.Passed && !j.isSlow(j.Open[i]) {
			j.closeBout(i, j.goodRunClosing(j.Open[i]))
		}
		return
	}
	slow, regions := j.slowRegions()
	here := j.slowHere(j.now)
	reason := fmt.Sprintf("%s was slow in %d of its last %d runs from %s", j.run.Journey, here.Count, min(j.now.ConclusiveRuns, j.policy.SlowOutOf), j.run.Region)
	failing := j.find(incident.Down, incident.Flapping) >= 0
	switch {
	case i >= 0:
		j.continueIncident(i, here, reason)
		if here.Count >= j.policy.SlowRuns {
			j.Open[i].Slow = j.run.Slot
			j.updateOutbox(j.Open[i])
		}
	case slow && !failing:
		inc := j.open(incident.Degraded, here, reason)
		inc.Regions = regions
		j.addBout(inc)
	case failing && here.Count >= j.policy.SlowRuns:
		j.decide(Waits, incident.Incident{}, reason+"; it fails, too, and people know")
	default:
		j.decide(Waits, incident.Incident{}, fmt.Sprintf("%s; %s", reason, j.slowNeeds()))
	}
}

// slowHere counts the slow runs of a region among its last SlowOutOf.
func (j *judging) slowHere(r RegionState) Streak { return r.countRecent(false, j.policy.SlowOutOf) }

// slowRegions reports whether the journey is slow, and the regions that show it.
func (j *judging) slowRegions() (slow bool, regions []string) {
	for name, r := range j.Regions {
		if !j.isMute(r) && j.slowHere(r).Count >= j.policy.SlowRuns {
			regions = append(regions, name)
		}
	}
	slices.Sort(regions)
	if !slices.Contains(regions, j.run.Region) {
		return false, nil
	}
	inARow := j.now.countRecent(false, j.policy.SlowRuns+1).Count > j.policy.SlowRuns
	alone := j.now.countRecent(false, aloneRuns).Count >= aloneSlow || len(j.Regions) == 1 && inARow
	if !alone && len(regions) < 2 {
		return false, nil
	}
	return true, regions
}

// slowNeeds returns what opens an incident.
func (j *judging) slowNeeds() string {
	if len(j.Regions) == 1 {
		return fmt.Sprintf("%d in a row, or %d of %d, open an incident", j.policy.SlowRuns+1, aloneSlow, aloneRuns)
	}
	return fmt.Sprintf("%d from two regions each, or %d of %d from one, open an incident", j.policy.SlowRuns, aloneSlow, aloneRuns)
}

// isSlow reports whether the journey is still slow in one of the incident's regions that report.
func (j *judging) isSlow(inc incident.Incident) bool {
	return slices.ContainsFunc(inc.Regions, func(name string) bool {
		r := j.Regions[name]
		return r.reportsAt(j.policy, j.run.Slot) && j.slowHere(r).Count >= j.policy.SlowRuns
	})
}
