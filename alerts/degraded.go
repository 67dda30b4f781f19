package alerts

import (
	"fmt"
	"slices"
	"time"

	"valkyrie/probes/journey"
)

// degraded looks at how many of the last few runs were slow.
func (j *judging) degraded() {
	slow := j.now.lately(false, j.policy.SlowOutOf)
	i := j.find(Degraded)
	if j.run.Outcome != journey.Slow {
		if i >= 0 && j.run.Outcome == journey.Passed && !j.isSlow(j.Open[i]) {
			j.fastAgain(i)
		}
		return
	}
	often := fmt.Sprintf("%s was slow in %d of its last %d runs from %s", j.run.Journey, slow.Count, min(j.now.Told, j.policy.SlowOutOf), j.run.Region)
	switch enough := slow.Count >= j.policy.SlowRuns; {
	case i >= 0:
		j.carryOn(i, slow, often)
		if enough {
			j.Open[i].Slow = j.run.Slot
			j.amend(j.Open[i])
		}
	case enough:
		j.slowAgain(j.open(Degraded, slow, often))
	default:
		j.decide(Waits, Incident{}, fmt.Sprintf("%s; %d open an incident", often, j.policy.SlowRuns))
	}
}

// slowAgain counts how often a journey has become slow lately.
func (j *judging) slowAgain(inc *Incident) {
	inc.Slow = j.run.Slot
	inc.Bouts = slices.DeleteFunc(slices.Clone(inc.Bouts), func(b time.Time) bool { return j.run.Slot.Sub(b) > j.policy.ReturnWithin })
	inc.Bouts = append(inc.Bouts, j.run.Slot)
	inc.Bouts = inc.Bouts[max(0, len(inc.Bouts)-most):]
	if j.comesAndGoes(*inc) {
		inc.Reason += fmt.Sprintf(", %s since %s; it is over when it has not been so for %s", times(len(inc.Bouts)), moment(inc.Bouts[0], j.run.Slot), spell(j.policy.ReturnWithin))
	}
	j.told(*inc)
}

// comesAndGoes reports whether a journey has become slow so often within ReturnWithin that it must stay fast as long until
// it is over. Whoever was told of each time, and of each end, would hear nothing new: so it is told once a day at most.
func (j *judging) comesAndGoes(inc Incident) bool {
	return j.policy.FlappingSpells > 0 && len(inc.Bouts) >= j.policy.FlappingSpells
}

// fastAgain folds a run into an incident whose journey is slow no more.
func (j *judging) fastAgain(i int) {
	inc := j.Open[i]
	switch quiet := j.run.Slot.Sub(inc.Slow); {
	case !j.comesAndGoes(inc):
		j.resolve(i)
	case quiet >= j.policy.ReturnWithin:
		j.end(i, fmt.Sprintf("%s has not been slow again for %s, at %s", j.run.Journey, spell(quiet), clock(j.run.Slot)))
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
