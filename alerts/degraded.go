package alerts

import (
	"fmt"
	"slices"

	"valkyrie/probes/journey"
)

// degraded looks at how many of the last few runs were slow.
func (j *judging) degraded() {
	slow := j.now.lately(false, j.policy.SlowOutOf)
	i := j.find(Degraded)
	if j.run.Outcome != journey.Slow {
		if i >= 0 && j.run.Outcome == journey.Passed && !j.isSlow(j.Open[i]) {
			j.resolve(i)
		}
		return
	}
	often := fmt.Sprintf("%s was slow in %d of its last %d runs from %s", j.run.Journey, slow.Count, min(j.now.Told, j.policy.SlowOutOf), j.run.Region)
	switch {
	case i >= 0:
		j.carryOn(i, slow, often)
	case slow.Count >= j.policy.SlowRuns:
		j.open(Degraded, slow, often)
	default:
		j.decide(Waits, Incident{}, fmt.Sprintf("%s; %d open an incident", often, j.policy.SlowRuns))
	}
}

// isSlow reports whether the journey is still slow in one of the incident's regions.
func (j *judging) isSlow(inc Incident) bool {
	return slices.ContainsFunc(inc.Regions, func(name string) bool {
		r := j.Regions[name]
		return r.tells(j.policy, j.run.Slot) && r.lately(false, j.policy.SlowOutOf).Count >= j.policy.SlowRuns
	})
}

// ours looks at the runs that could not be made.
func (j *judging) ours() {
	streak := j.now.Broken
	i := j.find(Ours)
	if streak.Count == 0 {
		if i >= 0 && !j.isBroken(j.Open[i]) {
			j.resolve(i)
		}
		return
	}
	switch {
	case i >= 0:
		j.carryOn(i, streak, fmt.Sprintf("%s still broken from %s, %s in a row", j.run.Journey, j.run.Region, times(streak.Count)))
	case streak.Count >= j.policy.BrokenInARow:
		j.open(Ours, streak, fmt.Sprintf("%s broken %s in a row from %s, the first at %s", j.run.Journey, times(streak.Count), j.run.Region, clock(streak.Since)))
	default:
		j.decide(Waits, Incident{}, fmt.Sprintf("%s broken from %s, %s in a row; %d open an incident", j.run.Journey, j.run.Region, times(streak.Count), j.policy.BrokenInARow))
	}
}

func (j *judging) isBroken(inc Incident) bool {
	return slices.ContainsFunc(inc.Regions, func(name string) bool {
		r := j.Regions[name]
		return r.tells(j.policy, j.run.Slot) && r.Broken.Count > 0
	})
}
