package judge

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/phrase"
)

// maxTogether is how many slots in which all regions, or a quorum of them, failed a state keeps.
const maxTogether = 8

// together holds the failures of a slot in which no region's run was good.
type together struct {
	failed  int
	regions []string
}

// allFailed returns the failures of a slot, by its index, once every region that reports and is not mute has its run: none
// of them good.
func (j *judging) allFailed(slot int64) (together, bool) {
	var all together
	for name, r := range j.Regions {
		switch r.result(slot, j.policy) {
		case goodRun:
			return together{}, false
		case failedRun:
			all.failed++
			all.regions = append(all.regions, name)
		case noRun:
			if slotOf(r.Slot, r.interval(j.policy)) < slot && !j.isMute(r) {
				return together{}, false // its run may still come
			}
		}
	}
	slices.Sort(all.regions)
	return all, all.failed > 0
}

// noteTogether keeps the slots of the last togetherFor in which two or more regions failed and none was good, and those of the
// last coincidencesFor in which a quorum of several regions failed.
func (j *judging) noteTogether() {
	every := j.now.interval(j.policy)
	last := slotOf(j.run.Slot, every)
	for slot := last - togetherSlots + 1; slot <= last; slot++ {
		all, ok := j.allFailed(slot)
		at := j.slotTime(j.now, slot)
		known := slices.ContainsFunc(j.Together, func(t time.Time) bool { return slotOf(t, every) == slot })
		if ok && len(all.regions) > 1 && !known {
			j.Together = append(slices.Clone(j.Together), at)
		}
	}
	j.Together = slices.DeleteFunc(slices.Clone(j.Together), func(t time.Time) bool { return j.run.Slot.Sub(t) > togetherFor })
	j.Together = j.Together[max(0, len(j.Together)-maxTogether):]
	if len(j.Together) == 0 {
		j.Together = nil
	}
	j.noteCoincidences()
}

// noteCoincidences keeps the latest slots in which a quorum of several regions failed, at most maxTogether.
func (j *judging) noteCoincidences() {
	every := j.now.interval(j.policy)
	last := slotOf(j.run.Slot, every)
	need := j.poll(j.isDown).need
	for slot := last - togetherSlots + 1; slot <= last && need > 1; slot++ {
		failed := 0
		for _, r := range j.Regions {
			if r.result(slot, j.policy) == failedRun {
				failed++
			}
		}
		known := slices.ContainsFunc(j.Coincided, func(t time.Time) bool { return slotOf(t, every) == slot })
		if failed >= need && !known {
			j.Coincided = append(slices.Clone(j.Coincided), j.slotTime(j.now, slot))
		}
	}
	old := func(t time.Time) bool { return j.run.Slot.Sub(t) > coincidencesFor }
	if n := len(j.Coincided); n > maxTogether || n > 0 && old(j.Coincided[0]) {
		j.Coincided = slices.DeleteFunc(slices.Clone(j.Coincided[max(0, n-maxTogether):]), old)
	}
}

// togetherNow finds two slots of the last togetherSlots in which every run failed, from more than one region. A policy that
// waits for more failures in a row waits for as many slots, as an outage that it is to ignore fails everywhere, too.
func (j *judging) togetherNow() (evidence, bool) {
	every := j.now.interval(j.policy)
	last := slotOf(j.run.Slot, every)
	e := evidence{recent: true, calls: true}
	slots, need := 0, j.patient(2)
	window := min(need-2+togetherSlots, recentSlots)
	for slot := last - int64(window) + 1; slot <= last; slot++ {
		all, ok := j.allFailed(slot)
		if !ok {
			continue
		}
		if slots == 0 {
			e.since = j.slotTime(j.now, slot)
		}
		slots, e.count, e.regions = slots+1, e.count+all.failed, union(e.regions, all.regions)
	}
	if slots < need || e.count < togetherLeast || len(e.regions) < 2 {
		return evidence{}, false
	}
	e.reason = fmt.Sprintf("%s failed from %s at once in %d of the last %d slots, the first at %s", j.run.Journey, phrase.List(e.regions), slots, window, phrase.Clock(e.since))
	return e, true
}

// togetherLately finds as many such slots within togetherFor.
func (j *judging) togetherLately() (evidence, bool) {
	if len(j.Together) < min(j.patient(2), maxTogether) {
		return evidence{}, false
	}
	t := j.recentFailures(1)
	first := j.Together[0]
	return evidence{
		count: len(j.Together), since: first, regions: union(t.regions(), []string{j.run.Region}),
		reason: fmt.Sprintf("%s failed from every region at once in %d slots since %s", j.run.Journey, len(j.Together), phrase.Clock(first)),
	}, true
}

// failuresBeyondBursts counts the failures of fastSlots that one burst in each region, one region after another, does not explain:
// those of a slot besides the first, and those that begin a further burst in a region while no other failed.
func (j *judging) failuresBeyondBursts() int {
	last := slotOf(j.run.Slot, j.now.interval(j.policy))
	n, bursts := 0, map[string]int{}
	for slot := last - fastSlots + 1; slot <= last; slot++ {
		failed, further := 0, false
		for name, r := range j.Regions {
			if r.result(slot, j.policy) != failedRun {
				continue
			}
			failed++
			if r.result(slot-1, j.policy) != failedRun {
				bursts[name]++
				further = bursts[name] > 1
			}
		}
		if failed == 1 && further {
			n++
		}
		n += max(0, failed-1)
	}
	return n
}

// fewRegions finds regions that fail alone, fewer than the quorum takes.
func (j *judging) fewRegions() (evidence, bool) {
	need := j.down().need
	var bad, failing []string
	e := evidence{only: true, since: j.run.Slot}
	var latest RegionState // of a region that fails
	for _, name := range slices.Sorted(maps.Keys(j.Regions)) {
		r := j.Regions[name]
		if j.isMute(r) {
			continue
		}
		if j.isBad(name) {
			bad = append(bad, name)
		}
		if often := r.countRecent(true, aloneRuns); often.Count >= aloneFailures && r.Failed.Count > 0 {
			failing, latest = append(failing, name), r
			e.count, e.since = max(e.count, often.Count), incident.Earliest(e.since, often.Since)
		}
	}
	e.regions = union(bad, failing)
	if len(e.regions) >= need {
		e.regions = failing // some of the others fail by chance; of many that do not, the pooled evidence tells
	}
	if len(failing) == 0 || len(e.regions) >= need || !j.failAlone(e.regions, slotOf(latest.Slot, latest.interval(j.policy))) {
		return evidence{}, false
	}
	e.reason = fmt.Sprintf("%s failed in %d of its last %d runs from %s only, the first at %s", j.run.Journey, e.count, min(aloneRuns, latest.ConclusiveRuns), phrase.List(e.regions), phrase.Clock(e.since))
	return e, true
}

// failAlone reports whether no other region failed in the slot. It waits for the others that reported the slot before: their runs
// come within seconds, and may fail, too.
func (j *judging) failAlone(regions []string, slot int64) bool {
	for name, r := range j.Regions {
		if slices.Contains(regions, name) || j.isMute(r) {
			continue
		}
		if r.result(slot, j.policy) == failedRun || slotOf(r.Slot, r.interval(j.policy)) == slot-1 {
			return false
		}
	}
	return true
}

// union returns the sorted names of both lists.
func union(a, b []string) []string {
	all := append(slices.Clone(a), b...)
	slices.Sort(all)
	return slices.Compact(all)
}
