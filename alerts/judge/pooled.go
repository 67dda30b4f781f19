package judge

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/phrase"
)

// Pooled evidence shows that a journey fails although no region is down for itself. Each constant states how often chance
// reaches it, with a run each minute from three regions, of which one in a hundred fails without a cause (chance), and
// 43 200 slots a month. A pooled count leaves out the regions with the most failures, one less than the quorum, so that trouble of fewer regions
// never reaches it: chance must put as many failures into two regions, and at least as many into the worse one.
const (
	chance = 0.01

	// fastSlots and fastTail: 4 failures of the 20 runs, P(X >= 4) = 4e-5 of two given regions. With the third at least as
	// bad as the worse of the two, the cheapest way is 2, 2 and 2 of ten: C(10,2)^3 · 0.01^6 = 9e-8 of the slots, 0.004 a month.
	fastSlots = 10
	fastTail  = 5e-5

	// leastBeyondBursts of those failures are more than a burst in each region, one region after another: a deploy that takes the
	// regions out of service in turn is no outage, however long each is away. For such a deploy to seem one, three of the
	// 20 runs from the other regions must fail by chance: P = 1e-3, or 0.06 a month with two deploys a day.
	leastBeyondBursts = 3

	// Such evidence calls at once if onsetSigmas standard deviations more than a fifth of all runs failed since the failures
	// began, 7 of 21 for three regions and 10 of 30 for five, two or more from each region that counts if they are two. One run in five is no such outage: it costs an hour within five, and calls then. Minutes hardly tell the two
	// apart, as a fifth looks like a third in P(X >= 7) = 11 % of 21 runs. So they are compared once, at the opening and within
	// onsetSlots of it, and only if the failures began at most freshSlots ago: a fifth opens later more often than not, in a
	// window that is high by chance. The many windows after it need steepSigmas standard deviations more than a fifth:
	// 14 of the 32 runs of recentSlots from the better two regions, and 53 of the 180 runs of an hour from all, of which a
	// third has 60. A fifth calls so in 4 % of its first five hours.
	onsetSigmas = 1.4
	callSlots   = 6
	freshSlots  = 8
	callLeast   = 2
	onsetSlots  = 3
	steepSigmas = 3
	fifth       = 0.2

	// slowTail, for texts: within 1 h 9 failures of 120 runs, P = 7e-6 of two given regions; within 6 h 22 of 720,
	// P = 9e-6. The better two of three are rarer, and windows overlap: both together text once in a hundred years.
	slowTail = 1e-5

	// aloneTail is that of a single region, which has no other to compare with: within 1 h 10 failures of 60 runs, within 6 h 21
	// of 360. Twenty bad minutes a day, in which a quarter fails, make 5 of them.
	aloneTail = 1e-9

	// togetherSlots: all regions fail in one slot by chance in 1e-6 of the slots. A second one within 4 slots makes
	// 43 200 · 1e-6 · 3e-6 = 1e-7 calls a month, and within togetherFor 43 200 · 1e-6 · 9e-5 = 4e-6 texts. A slot a day
	// in which all regions fail, such as that of a deploy, is neither. Two regions: 0.001 and 0.04.
	togetherSlots = 4
	togetherFor   = 90 * time.Minute
	togetherLeast = 3 // failed runs in those slots, where probes that break leave few

	// aloneFailures of aloneRuns in a region text, if fewer regions than the quorum fail: C(12,6) · 0.01^6 = 1e-9 of the runs, 1e-4 a month. Five would be
	// reached by four bad minutes a day with one chance failure beside them.
	aloneFailures = 6
	aloneRuns     = 12
)

// evidence is a reason to open a failing incident while the journey is not down.
type evidence struct {
	calls   bool // else it texts
	recent  bool // within minutes
	only    bool // from regions fewer than the quorum
	count   int  // failed runs
	since   time.Time
	regions []string
	reason  string
}

// A tally counts the failures of each region in a time.
type tally struct {
	failed map[string]int
	since  time.Time // slot of the first
	sum    int
	worst  int // of a region
	spared int // the number of worst regions that pooled leaves out
}

func (t *tally) add(region string, n int, slot time.Time) {
	if n == 0 {
		return
	}
	if t.failed == nil || slot.Before(t.since) {
		t.since = slot
	}
	if t.failed == nil {
		t.failed = map[string]int{}
	}
	t.failed[region] += n
	t.sum, t.worst = t.sum+n, max(t.worst, t.failed[region])
}

// pooled returns the failures of all regions but the worst ones.
func (t tally) pooled() int {
	counts := slices.Sorted(maps.Values(t.failed))
	sum := 0
	for _, n := range counts[:max(0, len(counts)-t.spared)] {
		sum += n
	}
	return sum
}

// spared returns how many of the worst regions a pooled count leaves out: one less than the quorum, so that the regions that
// are left are needed for it, and at least one.
func (j *judging) spared() int { return max(1, j.policy.Regions.need(len(j.Regions))-1) }

// regions returns those with a failure, sorted.
func (t tally) regions() []string {
	return slices.Sorted(maps.Keys(t.failed))
}

// recentFailures tallies the failures of the last n slots.
func (j *judging) recentFailures(n int) tally {
	t := tally{spared: j.spared()}
	for name, r := range j.Regions {
		every := r.interval(j.policy)
		last := slotOf(j.run.Slot, every)
		for slot := last - int64(n) + 1; slot <= last; slot++ {
			if r.result(slot, j.policy) == failedRun {
				t.add(name, 1, j.slotTime(r, slot))
			}
		}
	}
	return t
}

// slotTime returns the time of a slot by its index, in the rhythm of a region.
func (j *judging) slotTime(r RegionState, slot int64) time.Time {
	every := r.interval(j.policy)
	return r.Slot.Add(-time.Duration(slotOf(r.Slot, every)-slot) * every)
}

// hourlyFailures tallies the failures of the last hours.
func (j *judging) hourlyFailures(hours int) tally {
	return j.failuresSince(j.run.Slot.Add(-time.Duration(hours)*time.Hour - time.Second))
}

// failuresSince tallies the failures after a slot, of the last rateHours at most.
func (j *judging) failuresSince(slot time.Time) tally {
	t := tally{spared: j.spared()}
	for name, r := range j.Regions {
		for _, b := range r.Rates {
			if b.Since > slot.Unix() {
				t.add(name, b.Failed, time.Unix(b.Since, 0).UTC())
			}
		}
	}
	return t
}

// leastFailures returns the least number of failures among n runs that chance reaches with a probability of at most tail.
func leastFailures(n int, tail float64) int {
	term := math.Pow(1-chance, float64(n)) // of exactly k failures
	left := 1.0
	for k := 0; k < n; k++ {
		left -= term
		if left <= tail {
			return max(2, k+1)
		}
		term *= float64(n-k) / float64(k+1) * chance / (1 - chance)
	}
	return max(2, n)
}

// findEvidence returns the strongest evidence that the journey fails.
func (j *judging) findEvidence() (evidence, bool) {
	for _, find := range []func() (evidence, bool){j.togetherNow, j.oftenNow, j.flappingRegions, j.togetherLately, j.oftenLately, j.fewRegions} {
		if e, found := find(); found {
			return e, true
		}
	}
	return evidence{}, false
}

// patient raises a threshold in proportion if the policy waits for more failures in a row than DefaultPolicy: a solid outage
// would reach the threshold earlier otherwise, and be flapping.
func (j *judging) patient(least int) int {
	usual := DefaultPolicy().FailuresInARow
	return (least*max(usual, j.policy.FailuresInARow) + usual - 1) / usual
}

// oftenNow finds failures within minutes.
func (j *judging) oftenNow() (evidence, bool) {
	t, n := j.recentFailures(fastSlots), len(j.Regions)
	if n < 2 || t.pooled() < j.patient(leastFailures((n-t.spared)*fastSlots, fastTail)) || j.failuresBeyondBursts() < leastBeyondBursts {
		return evidence{}, false
	}
	regions := j.badAmong(t.regions())
	return evidence{
		recent: true, calls: j.isSteep(), count: t.sum, since: t.since, regions: regions,
		reason: fmt.Sprintf("%s failed in %d of the last %d runs, above all from %s, the first at %s", j.run.Journey, t.sum, n*fastSlots, phrase.List(regions), phrase.Clock(t.since)),
	}, true
}

// isSteep reports whether so many runs fail that people are called at once, and not only when it has cost long enough: where
// runs are rare, the failures that show it have cost that already.
func (j *judging) isSteep() bool {
	n := len(j.Regions)
	left := n - j.spared()
	after, cost := j.policy.FlappingRingsAfter, time.Duration(j.recentFailures(fastSlots).pooled())*j.now.interval(j.policy)
	if after > 0 && cost >= after*time.Duration(left) {
		return true
	}
	if i := j.find(incident.Down, incident.Flapping); i >= 0 && j.run.Slot.Sub(j.Open[i].Opened) > onsetSlots*j.now.interval(j.policy) {
		return j.isSteady(left)
	}
	slots := max(callSlots, j.sinceOnset())
	t := j.recentFailures(slots)
	return slots <= freshSlots && t.pooled() >= min(callLeast*left, left+callLeast) && isAboveFifth(t.sum, n*slots, onsetSigmas)
}

// isAboveFifth reports whether so many standard deviations more than a fifth of the runs failed.
func isAboveFifth(failed, runs int, sigmas float64) bool {
	n := float64(runs)
	return float64(failed) >= fifth*n+sigmas*math.Sqrt(fifth*(1-fifth)*n)
}

// isSteady reports whether more than a fifth of the runs of recentSlots or of the last hour failed, beyond chance, and as
// many from the better regions.
func (j *judging) isSteady(left int) bool {
	hour, slots := j.hourlyFailures(1), int(time.Hour/j.now.interval(j.policy))
	return isAboveFifth(j.recentFailures(recentSlots).pooled(), left*recentSlots, steepSigmas) ||
		isAboveFifth(hour.sum, len(j.Regions)*slots, steepSigmas) && float64(hour.pooled()) >= fifth*float64(left*slots)
}

// sinceOnset returns how many slots ago the failures most likely began: those since then are the likeliest under a fifth of
// the runs instead of chance, at most recentSlots.
func (j *judging) sinceOnset() int {
	onset, most := recentSlots, math.Inf(-1)
	for slots := 1; slots <= recentSlots; slots++ {
		failed, runs := float64(j.recentFailures(slots).sum), float64(slots*len(j.Regions))
		likelihood := failed*math.Log(fifth/chance) + (runs-failed)*math.Log((1-fifth)/(1-chance))
		if likelihood >= most {
			onset, most = slots, likelihood
		}
	}
	return onset
}

// oftenLately finds failures within hours.
func (j *judging) oftenLately() (evidence, bool) {
	n := len(j.Regions)
	for _, hours := range []int{1, rateHours} {
		slots := int(time.Duration(hours) * time.Hour / j.now.interval(j.policy))
		t := j.hourlyFailures(hours)
		seen, tail := t.pooled(), slowTail
		if n == 1 {
			seen, tail, t.spared = t.sum, aloneTail, 0
		}
		if slots == 0 || seen < j.patient(leastFailures((n-t.spared)*slots, tail)) {
			continue
		}
		regions := j.badAmong(t.regions())
		return evidence{
			count: t.sum, since: t.since, regions: regions,
			reason: fmt.Sprintf("%s failed in %d runs within %s, above all from %s, the first at %s", j.run.Journey, t.sum, phrase.Duration(time.Duration(hours)*time.Hour), phrase.List(regions), phrase.Clock(t.since)),
		}, true
	}
	return evidence{}, false
}

// flappingRegions finds the quorum of regions with FlappingFailures each.
func (j *judging) flappingRegions() (evidence, bool) {
	v := j.poll(j.isFlapping)
	recent, here := j.isFlapping(j.now)
	if !here || len(v.bad) < v.need {
		return evidence{}, false
	}
	return evidence{
		count: recent.Count, since: v.since, regions: v.bad,
		reason: fmt.Sprintf("%s failed in %d of its last %d runs from %s, the first at %s%s", j.run.Journey,
			recent.Count, min(j.now.ConclusiveRuns, j.policy.FlappingOutOf), j.run.Region, phrase.Clock(v.since), v.onlyFrom()),
	}, true
}
