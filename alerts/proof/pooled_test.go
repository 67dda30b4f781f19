package proof

import (
	"math"
	"slices"
	"sync"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/probes/journey"
)

// take adds a run to the textbook.
func (b *textbook) take(run journey.Run) {
	b.count(run)
	b.runs[run.Region] = append(b.runs[run.Region], run)
	if run.Outcome == journey.Failed {
		b.failed = run.Slot
	}
	for ago := range 4 {
		slot := run.Slot.Add(-time.Duration(ago) * time.Minute)
		if regions := b.allFailed(slot, run.Slot); regions > 1 && !slices.ContainsFunc(b.together, slot.Equal) {
			b.together = append(b.together, slot)
		}
	}
	for ago := 3; ago >= 0 && b.need() > 1; ago-- {
		slot := run.Slot.Add(-time.Duration(ago) * time.Minute)
		failed := 0
		for region, runs := range b.runs {
			if slices.ContainsFunc(runs, func(r journey.Run) bool { return r.Slot.Equal(slot) && r.Outcome == journey.Failed }) && !b.settled(region, slot) {
				failed++
			}
		}
		if failed >= b.need() && !slices.ContainsFunc(b.coincided, slot.Equal) {
			b.coincided = append(b.coincided, slot)
		}
	}
	b.coincided = b.coincided[max(0, len(b.coincided)-8):]
	b.coincided = slices.DeleteFunc(b.coincided, func(slot time.Time) bool { return run.Slot.Sub(slot) > 7*24*time.Hour })
	b.together = slices.DeleteFunc(b.together, func(slot time.Time) bool { return run.Slot.Sub(slot) > 90*time.Minute })
}

// failuresSince counts the failures of each region after the last recovery, from a slot on.
func (b *textbook) failuresSince(from time.Time) map[string][]time.Time {
	all := map[string][]time.Time{}
	for region, runs := range b.runs {
		for _, r := range runs {
			if r.Outcome == journey.Failed && !r.Slot.Before(from) && !b.settled(region, r.Slot) {
				all[region] = append(all[region], r.Slot)
			}
		}
	}
	return all
}

// spare sums the counts of all regions but the worst: one less than the quorum, at least one.
func (b *textbook) spare(failures map[string][]time.Time) int {
	var counts []int
	for _, slots := range failures {
		counts = append(counts, len(slots))
	}
	slices.Sort(counts)
	sum := 0
	for i := range len(counts) - b.spared() {
		sum += counts[i]
	}
	return sum
}

func (b *textbook) spared() int { return max(1, b.need()-1) }

// rare is leastOf, which it remembers.
func rare(n int, p float64) int {
	type key struct {
		n int
		p float64
	}
	if k, known := rareCounts.Load(key{n, p}); known {
		return k.(int)
	}
	k := leastOf(n, p)
	rareCounts.Store(key{n, p}, k)
	return k
}

var rareCounts sync.Map

// leastOf returns the least number of failures of n runs that one in a hundred makes as rarely as this.
func leastOf(n int, p float64) int {
	choose := func(k int) float64 {
		all, _ := math.Lgamma(float64(n + 1))
		some, _ := math.Lgamma(float64(k + 1))
		rest, _ := math.Lgamma(float64(n - k + 1))
		return math.Exp(all - some - rest)
	}
	for k := 2; k < n; k++ {
		tail := 0.0
		for i := k; i <= n; i++ {
			tail += choose(i) * math.Pow(0.01, float64(i)) * math.Pow(0.99, float64(n-i))
		}
		if tail <= p {
			return k
		}
	}
	return max(2, n)
}

// rares are the thresholds of rare that the trials need, by the number of regions that are not spared.
var rares = func() (all [3][4]int) {
	for i, w := range []struct {
		slots int
		tail  float64
	}{{10, 5e-5}, {60, 1e-5}, {360, 1e-5}} {
		for regions := 1; regions < 4; regions++ {
			all[i][regions] = rare(regions*w.slots, w.tail)
		}
	}
	return all
}()

// pooled reports whether the regions together fail more often than chance explains: within 10 minutes, 1 h or 6 h, or all at
// once in two of four slots. A policy that waits for more failures in a row waits for as many slots, of two more, and for
// more failures in proportion.
func (b *textbook) pooled(run journey.Run) bool {
	n, patience := len(b.runs), max(2, b.policy.FailuresInARow)
	if n == 1 { // with no other to compare with, only what is far from chance
		return slices.ContainsFunc([]int{1, 6}, func(hours int) bool {
			failed := b.inBuckets(run.Slot.Add(-time.Duration(hours) * time.Hour))
			return 2*len(failed[run.Region]) >= patience*rare(60*hours, 1e-9)
		})
	}
	left := n - b.spared()
	if left > 0 {
		if b.withinMinutes(run) {
			return true
		}
		for i, hours := range []int{1, 6} {
			if 2*b.spare(b.inBuckets(run.Slot.Add(-time.Duration(hours)*time.Hour))) >= patience*rares[i+1][left] {
				return true
			}
		}
	}
	return b.atOnce(run, patience)
}

// atOnce reports whether every run failed in two of the last four slots, or more by the policy's patience.
func (b *textbook) atOnce(run journey.Run, patience int) bool {
	slots, failed, regions := 0, 0, map[string]bool{}
	for ago := range min(16, patience+2) {
		slot := run.Slot.Add(-time.Duration(ago) * time.Minute)
		if b.allFailed(slot, run.Slot) == 0 {
			continue
		}
		slots++
		for region, at := range b.failuresSince(slot) {
			if slices.ContainsFunc(at, slot.Equal) {
				failed++
				regions[region] = true
			}
		}
	}
	return slots >= patience && failed > 2 && len(regions) > 1
}

// withinMinutes reports whether the regions together fail more often within ten minutes than chance explains.
func (b *textbook) withinMinutes(run journey.Run) bool {
	left := len(b.runs) - b.spared()
	within := b.spare(b.failuresSince(run.Slot.Add(-9 * time.Minute)))
	return len(b.runs) > 1 && left > 0 && 2*within >= max(2, b.policy.FailuresInARow)*rares[0][left] && b.isNoRollout(run.Slot)
}

// calls reports whether a flapping incident that called still does: it is down; at a failure, it failed within minutes or at once as often
// as opens an incident, and within eight minutes elsewhere, too; or it did so as often as prolongs one. The last does not bring a call
// back. Where any region decides, what prolongs an incident does, at a failure. No failure stops a call.
func (b *textbook) calls(i incident.Incident, run journey.Run, called bool) bool {
	within := b.failuresSince(run.Slot.Add(-7 * time.Minute))
	failed := run.Outcome == journey.Failed
	if failed && called {
		return true
	}
	if b.need() > 1 {
		elsewhere := b.spare(within)
		evident := elsewhere > 0 && (b.withinMinutes(run) || b.atOnce(run, max(2, b.policy.FailuresInARow)))
		return i.IsDownNow() || failed && evident || called && elsewhere > 1
	}
	all := 0
	for _, at := range within {
		all += len(at)
	}
	return i.IsDownNow() || failed && b.lasts(run) || called && all > 1
}

// lasts reports whether the failures of ten minutes prolong a flapping incident: two that count, or three of one region.
func (b *textbook) lasts(run journey.Run) bool {
	lately, worst, alone := b.failuresSince(run.Slot.Add(-9*time.Minute)), 0, 3
	for _, at := range lately {
		worst = max(worst, len(at))
	}
	if len(b.runs) == 1 {
		alone = 2
	}
	return (b.spare(lately) > 1 || worst >= alone) && (run.Slot.Sub(b.evident) <= 10*time.Minute || b.returns(run))
}

// isNoRollout reports whether three or more failures of ten minutes are left when the regions fail one after another, each once.
func (b *textbook) isNoRollout(at time.Time) bool {
	failed := map[time.Time][]string{}
	for region, slots := range b.failuresSince(at.Add(-10 * time.Minute)) {
		for _, slot := range slots {
			failed[slot] = append(failed[slot], region)
		}
	}
	left, before := 0, map[string]bool{}
	for ago := 9; ago >= 0; ago-- {
		slot := at.Add(-time.Duration(ago) * time.Minute)
		regions := failed[slot]
		again := false
		for _, region := range regions {
			if !slices.Contains(failed[slot.Add(-time.Minute)], region) {
				again, before[region] = before[region], true
			}
		}
		switch {
		case len(regions) > 1:
			left += len(regions) - 1
		case again:
			left++
		}
	}
	return left > 2
}

// inBuckets is failuresSince where failures within five minutes are counted as one group, by the slot of the first.
func (b *textbook) inBuckets(from time.Time) map[string][]time.Time {
	all := map[string][]time.Time{}
	for region, slots := range b.failuresSince(time.Time{}) {
		group := time.Time{}
		for _, slot := range slots {
			if slot.Truncate(5 * time.Minute).After(group.Truncate(5 * time.Minute)) {
				group = slot
			}
			if !group.Before(from) {
				all[region] = append(all[region], slot)
			}
		}
	}
	return all
}

// allFailed returns how many regions failed in a slot without a good run; 0 if one was good, or may still come.
func (b *textbook) allFailed(slot, now time.Time) int {
	failed := 0
	for region, runs := range b.runs {
		i := slices.IndexFunc(runs, func(r journey.Run) bool { return r.Slot.Equal(slot) })
		switch {
		case i < 0 && runs[len(runs)-1].Slot.Before(slot) && !b.isMute(region, now):
			return 0
		case i < 0:
		case runs[i].Outcome.Good():
			return 0
		case runs[i].Outcome == journey.Failed && !b.settled(region, slot):
			failed++
		}
	}
	return failed
}

// goesOn notes until when a flapping incident is evident, at a failure.
func (b *textbook) goesOn(i incident.Incident, run journey.Run) {
	if i.IsDownNow() {
		b.evident = run.Slot
		return
	}
	lately := b.failuresSince(run.Slot.Add(-9 * time.Minute))
	worst := 0
	var slots []time.Time
	for _, at := range lately {
		worst, slots = max(worst, len(at)), append(slots, at...)
	}
	alone := 3
	if len(b.runs) == 1 {
		alone = 2
	}
	if b.spare(lately) < 2 && worst < alone || run.Slot.Sub(b.evident) > 10*time.Minute && !b.returns(run) {
		return
	}
	slices.SortFunc(slots, time.Time.Compare)
	if slots[len(slots)-2].Sub(b.evident) >= b.policy.QuietFor {
		b.began++
	}
	if last := slots[len(slots)-2]; last.After(b.evident) {
		b.evident = last
	}
}

// returns reports whether the failures since a flapping incident was last evident are no chance: a slot in which every region
// failed, as many as open an incident within ten minutes, or too many since then.
func (b *textbook) returns(run journey.Run) bool {
	left := len(b.runs) - b.spared()
	if n := len(b.together); n > 0 && b.together[n-1].After(b.evident) {
		return true
	}
	if b.withinMinutes(run) {
		return true
	}
	hour := incident.Latest(b.evident, run.Slot.Add(-time.Hour))
	if left > 0 && b.spare(b.inBuckets(hour.Add(time.Second))) >= rare(left*int(run.Slot.Sub(hour).Minutes()), 1e-5) {
		return true
	}
	since := incident.Latest(b.evident, run.Slot.Add(-6*time.Hour))
	lately, worst := b.inBuckets(since.Add(time.Second)), 0
	for _, at := range lately {
		worst = max(worst, len(at))
	}
	slots := int(run.Slot.Sub(since).Minutes())
	return left > 0 && b.spare(lately) >= rare(left*slots, 1e-4) || worst >= rare(slots, 1e-4)
}
