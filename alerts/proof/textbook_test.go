package proof

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/probes/journey"
)

// A textbook judges by the written rules, from all runs, each time anew. It remembers everything and is slow, so that
// it shares nothing with the judging it is compared with.
type textbook struct {
	policy judge.JourneyPolicy
	runs   map[string][]journey.Run // by region, in slot order
	past   map[string]int           // by region: how many of them precede the last recovery

	slow, broken bouts
	began        int            // how often the incident about failures began to flap
	failed       time.Time      // slot of the latest failure
	together     []time.Time    // slots lately in which all regions failed
	coincided    []time.Time    // the last slots in which a quorum failed
	evident      time.Time      // until when the flapping incident was
	mended       map[string]int // by region: how many runs precede the end of the last probe fault
	background   map[string]background
}

// conclusive returns the region's runs that are conclusive about the site, the latest first.
func (b *textbook) conclusive(region string) []journey.Run {
	var all []journey.Run
	for _, r := range slices.Backward(b.runs[region]) {
		if r.Outcome != journey.Broken {
			all = append(all, r)
		}
	}
	return all
}

// inARow counts the region's latest similar runs.
func inARow(runs []journey.Run, alike func(journey.Outcome) bool) int {
	for n, r := range runs {
		if !alike(r.Outcome) {
			return n
		}
	}
	return len(runs)
}

func isFailed(o journey.Outcome) bool { return o == journey.Failed }

func (b *textbook) failures(region string) int { return inARow(b.conclusive(region), isFailed) }

func (b *textbook) successes(region string) int {
	return inARow(b.conclusive(region), journey.Outcome.Good)
}

func (b *textbook) breakages(region string) int {
	backwards := slices.Clone(b.runs[region])
	slices.Reverse(backwards)
	return inARow(backwards, func(o journey.Outcome) bool { return o == journey.Broken })
}

// lately counts those with an outcome among the last n conclusive runs. Failures before the last recovery do not count.
func (b *textbook) lately(region string, o journey.Outcome, n int) int {
	count := 0
	for i, r := range slices.Backward(b.runs[region]) {
		if r.Outcome == journey.Broken {
			continue
		}
		if n--; n < 0 {
			break
		}
		if r.Outcome == o && (o != journey.Failed || i >= b.past[region]) {
			count++
		}
	}
	return count
}

// isOver records a recovery.
func (b *textbook) isOver() {
	for region, runs := range b.runs {
		b.past[region] = len(runs)
	}
	b.together, b.coincided, b.failed = nil, nil, time.Time{}
}

// heard reports whether the region's last run is recent enough to count.
func (b *textbook) heard(region string, at time.Time) bool {
	runs := b.runs[region]
	if len(runs) == 0 {
		return false
	}
	last := runs[len(runs)-1]
	every := time.Duration(last.EveryMS) * time.Millisecond
	return at.Before(last.Slot.Add(time.Duration(b.policy.SilentAfter)*every + b.policy.SilentGrace))
}

// A ballot is the votes of all regions that ever reported.
type ballot struct {
	bad, fine []string
	steady    int // of fine: worked RecoverAfter times
	audible   int
	need, all int
}

// isMute reports whether a region has no vote.
func (b *textbook) isMute(region string, at time.Time) bool {
	return !b.heard(region, at) || b.breakages(region) >= b.policy.BrokenInARow
}

func (b *textbook) poll(at time.Time, bad func(region string) bool) ballot {
	v := ballot{all: len(b.runs), need: b.need()}
	for region := range b.runs {
		if b.isMute(region, at) {
			continue
		}
		v.audible++
		switch {
		case bad(region):
			v.bad = append(v.bad, region)
		case b.failures(region) == 0:
			v.fine = append(v.fine, region)
			if b.successes(region) >= b.policy.RecoverAfter {
				v.steady++
			}
		}
	}
	return v
}

// need returns the quorum of the regions that ever reported.
func (b *textbook) need() int {
	regions, need := len(b.runs), 1
	switch q := b.policy.Regions; {
	case q == "all":
		need = regions
	case q == "majority", q == "" && regions >= 3:
		need = regions/2 + 1
	case q != "" && q != "any":
		k, _ := strconv.Atoi(string(q))
		need = min(k, regions)
	}
	return max(1, need)
}

// isDown reports whether the quorum finds the journey down, or every region that is not mute if those are too few; where
// several are needed and another one has just passed, they must have failed in the same slots.
func (b *textbook) isDown(at time.Time) (down bool, v ballot) {
	v = b.poll(at, func(region string) bool { return b.failures(region) >= b.policy.FailuresInARow })
	switch {
	case len(v.bad) == 0:
		return false, v
	case len(v.bad) < v.need:
		return len(v.bad) == v.audible && v.audible < v.need, v
	}
	if len(v.fine) == 0 || v.need == 1 && b.policy.FailuresInARow == 1 {
		return true, v
	}
	slots := min(b.policy.FailuresInARow, 8)
	if b.isNoisy(v, at, slots) {
		slots++
	}
	return b.agree(v) >= slots, v
}

// isNoisy reports whether four slots of the week before saw a quorum fail, or more than 2e-4 quorums a month fail together in so
// many slots, if each region fails as often as the noisiest bad ones did in six hours, before their streaks. Their runs are
// averaged with 1000 of all regions, and these with 200 of which one failed. Where any region decides, 0.1 a month are too many, and
// of the 200 a tenth of a run failed.
func (b *textbook) isNoisy(v ballot, at time.Time, slots int) bool {
	rates := b.inBuckets(at.Add(-6 * time.Hour))
	count := func(region string) (failed, runs float64) {
		streak := b.failures(region)
		return float64(max(0, len(rates[region])-streak)), float64(min(6*60, len(b.conclusive(region))-streak))
	}
	failed, runs, most := 1.0, 200.0, 2e-4
	if v.need == 1 {
		failed, most = 0.1, 0.1
	}
	began := at
	for region := range b.runs {
		f, n := count(region)
		failed, runs = failed+f, runs+n
		if slices.Contains(v.bad, region) {
			if first := b.conclusive(region)[b.failures(region)-1].Slot; first.Before(began) {
				began = first
			}
		}
	}
	var shares []float64
	for _, region := range v.bad {
		f, n := count(region)
		shares = append(shares, (f+1000*failed/runs)/(n+1000))
	}
	slices.SortFunc(shares, func(x, y float64) int { return cmp.Compare(y, x) })
	joint, ways := 1.0, 1
	for i, share := range shares[:v.need] {
		joint *= share
		ways = ways * (v.all - i) / (i + 1)
	}
	before := 0
	for _, slot := range b.coincided {
		if slot.Before(began) {
			before++
		}
	}
	return before >= 4 || 30*24*60*float64(ways)*math.Pow(joint, float64(slots)) > most
}

// agree counts the slots of the present streaks in which the quorum of the bad regions failed.
func (b *textbook) agree(v ballot) int {
	slots := map[time.Time]int{}
	for _, region := range v.bad {
		latest := b.runs[region][len(b.runs[region])-1].Slot
		for _, r := range b.conclusive(region)[:b.failures(region)] {
			if latest.Sub(r.Slot) < 16*time.Minute && !b.settled(region, r.Slot) {
				slots[r.Slot]++
			}
		}
	}
	n := 0
	for _, regions := range slots {
		if regions >= v.need {
			n++
		}
	}
	return n
}

// settled reports whether a run precedes the last recovery.
func (b *textbook) settled(region string, slot time.Time) bool {
	past := b.past[region]
	return past > 0 && !slot.After(b.runs[region][past-1].Slot)
}

// fails returns the kind that a run opens, if none of it is open: down, flapping or none.
func (b *textbook) fails(run journey.Run) incident.Kind {
	if b.failed.IsZero() || run.Slot.Sub(b.failed) > 4*time.Minute {
		return ""
	}
	down, v := b.isDown(run.Slot)
	switch {
	case down:
		return incident.Down
	case b.pooled(run) || b.flaps(run) || len(b.together) >= max(2, b.policy.FailuresInARow) || v.need > 1 && b.few(run.Slot):
		return incident.Flapping
	}
	return ""
}

// flaps reports whether this region and the quorum fail often.
func (b *textbook) flaps(run journey.Run) bool {
	often := func(region string) bool {
		return b.lately(region, journey.Failed, b.policy.FlappingOutOf) >= b.policy.FlappingFailures
	}
	v := b.poll(run.Slot, often)
	return often(run.Region) && len(v.bad) >= v.need
}

// few reports whether regions fail alone, fewer than the quorum: one of them in half of its runs, now too, and no other region in that
// slot. Another one that reported the slot before is waited for. Regions that fail more often than by chance belong to them, unless
// they are the quorum then.
func (b *textbook) few(at time.Time) bool {
	bad, failing := map[string]bool{}, map[string]bool{}
	latest := ""
	for region := range b.runs {
		if b.isMute(region, at) {
			continue
		}
		if b.isBad(region, at) {
			bad[region] = true
		}
		if b.lately(region, journey.Failed, 12) >= 6 && b.failures(region) > 0 {
			bad[region], failing[region], latest = true, true, max(latest, region)
		}
	}
	if len(bad) >= b.need() {
		bad = failing
	}
	if len(failing) == 0 || len(bad) >= b.need() {
		return false
	}
	slot := b.runs[latest][len(b.runs[latest])-1].Slot
	for region, runs := range b.runs {
		if bad[region] || b.isMute(region, at) {
			continue
		}
		failed := slices.ContainsFunc(runs, func(r journey.Run) bool { return r.Slot.Equal(slot) && r.Outcome == journey.Failed }) && !b.settled(region, slot)
		if failed || runs[len(runs)-1].Slot.Equal(slot.Add(-time.Minute)) {
			return false
		}
	}
	return true
}

// isBad reports whether a region is down, or failed more often than in one of a hundred such times within ten minutes, 1 h or 6 h.
func (b *textbook) isBad(region string, at time.Time) bool {
	if b.failures(region) >= b.policy.FailuresInARow || len(b.failuresSince(at.Add(-9 * time.Minute))[region]) >= rare(10, 0.01) {
		return true
	}
	return slices.ContainsFunc([]int{1, 6}, func(hours int) bool {
		return len(b.inBuckets(at.Add(-time.Duration(hours) * time.Hour))[region]) >= rare(60*hours, 0.01)
	})
}

// unknown reports whether a broken run ends an incident about failures: for 20 minutes, or as many as make a region mute, nothing could
// test any of its regions.
func (b *textbook) unknown(i incident.Incident, at time.Time) bool {
	_, v := b.isDown(at)
	audible := slices.ContainsFunc(i.Regions, func(region string) bool { return !b.isMute(region, at) })
	return !audible && len(v.bad) == 0 && at.Sub(i.Last) >= 20*time.Minute
}

// recovered reports whether a good run ends an incident about failures, and how it ends.
func (b *textbook) recovered(i incident.Incident, run journey.Run) (over bool, ending incident.Ending) {
	down, v := b.isDown(run.Slot)
	if down || i.Kind == incident.Down && v.need == 1 && len(v.bad) > 0 {
		return false, ""
	}
	works, audible := false, false
	for _, region := range i.Regions {
		if !b.isMute(region, run.Slot) {
			audible = true
			works = works || b.failures(region) == 0 && b.successes(region) >= b.policy.RecoverAfter
		}
	}
	if !works && v.steady+v.need <= v.all {
		return run.Outcome.Good() && !audible && len(v.bad) == 0 && run.Slot.Sub(i.Last) >= time.Hour, incident.GivenUp
	}
	if i.Kind == incident.Down {
		return !b.awaits(i, run.Slot), incident.Recovered
	}
	quiet := b.policy.QuietFor
	if !i.PagesNow && b.began > 1 { // it only texts, and came back
		quiet = max(quiet, b.policy.ReturnWithin)
	}
	return run.Outcome.Good() && run.Slot.Sub(b.evident) >= quiet, incident.Recovered
}

// awaits reports whether a region of the incident that failed has not reported the first slot in which all the others work, and may
// do so within two minutes.
func (b *textbook) awaits(i incident.Incident, at time.Time) bool {
	var works time.Time
	for _, region := range i.Regions {
		if b.isMute(region, at) || b.failures(region) > 0 {
			continue
		}
		for _, r := range slices.Backward(b.runs[region]) {
			if r.Outcome == journey.Failed {
				works = incident.Latest(works, r.Slot.Add(time.Minute))
				break
			}
		}
	}
	return slices.ContainsFunc(i.Regions, func(region string) bool {
		if b.isMute(region, at) || b.failures(region) == 0 {
			return false
		}
		latest := b.runs[region][len(b.runs[region])-1].Slot
		return latest.Before(works) && !latest.Before(at.Add(-2*time.Minute))
	})
}

// often reports whether a region is slow as often as the policy says.
func (b *textbook) often(region string) bool {
	return b.lately(region, journey.Slow, b.policy.SlowOutOf) >= b.policy.SlowRuns
}

// becomesSlow reports whether a slow run makes the journey degraded: the region is slow often, and another one is, too, or it is
// in 7 of 12, or a single region is once more in a row.
func (b *textbook) becomesSlow(run journey.Run) bool {
	agree := 0
	for region := range b.runs {
		if !b.isMute(region, run.Slot) && b.often(region) {
			agree++
		}
	}
	single := len(b.runs) == 1 && b.lately(run.Region, journey.Slow, b.policy.SlowRuns+1) > b.policy.SlowRuns
	return b.often(run.Region) && (agree > 1 || single || b.lately(run.Region, journey.Slow, 12) >= 7)
}

// A bouts remembers the times at which an incident of a kind began, and when it was last over its threshold.
type bouts struct {
	began []time.Time
	last  time.Time
}

// lasts reports whether a kind that was right again has to stay so for long, as it was often wrong.
func (o bouts) lasts(p judge.JourneyPolicy, at time.Time) bool {
	lately := 0
	latest := o.began[len(o.began)-1]
	for _, began := range o.began {
		if latest.Sub(began) <= p.ReturnWithin {
			lately++
		}
	}
	return lately >= p.FlappingOutages && at.Sub(o.last) < p.ReturnWithin
}

// staysSlow reports whether a degraded journey stays so: a region that was slow still is, or it has become slow repeatedly.
func (b *textbook) staysSlow(i incident.Incident, at time.Time) bool {
	slow := slices.ContainsFunc(i.Regions, func(region string) bool { return b.heard(region, at) && b.often(region) })
	return slow || b.slow.lasts(b.policy, at)
}

// staysBroken reports whether a probe fault lasts: a region is still broken; or runs broke within two hours, and were too many half
// an hour ago or more often than chance; or it was one repeatedly.
func (b *textbook) staysBroken(i incident.Incident, at time.Time) bool {
	broken := slices.ContainsFunc(i.Regions, func(region string) bool { return b.heard(region, at) && b.breakages(region) > 0 })
	lately := at.Sub(b.broken.last) < 30*time.Minute || b.breaks(at, 6, 1e-2)
	return broken || lately && at.Sub(i.Last) < 2*time.Hour || b.broken.lasts(b.policy, at)
}

// breaks reports whether more runs of the last hours began to break than chance explains, since the last probe fault.
func (b *textbook) breaks(at time.Time, hours int, tail float64) bool {
	sum, worst := 0, 0
	for region, runs := range b.runs {
		n, group := 0, time.Time{}
		for i, r := range runs {
			failed := r.Outcome == journey.Failed
			begins := r.Outcome == journey.Broken && (i == 0 || runs[i-1].Outcome != journey.Broken)
			if (failed || begins) && r.Slot.Truncate(5*time.Minute).After(group.Truncate(5*time.Minute)) {
				group = r.Slot
			}
			if begins && i >= b.mended[region] && !group.Before(at.Add(-time.Duration(hours)*time.Hour)) {
				n++
			}
		}
		sum, worst = sum+n, max(worst, n)
	}
	return sum >= rare(len(b.runs)*hours*60, tail) || worst >= rare(hours*60, tail)
}

// tooBroken returns how many broken runs in a row are a fault of a region's probe: one more than the policy says for each that
// chance needs, at the share of the runs that broke before, to be as rare as at one in a thousand.
func (b *textbook) tooBroken(region string) int {
	n := b.background[region]
	return b.policy.BrokenInARow + b.more(n.broken, n.slots, 0.3)
}

// tooSilent is tooBroken for missing runs.
func (b *textbook) tooSilent(region string) int {
	n := b.background[region]
	return b.policy.SilentAfter + b.more(n.missing, n.slots, 0.02)
}

func (b *textbook) more(bad, slots, most float64) int {
	if slots < 200 {
		return 0
	}
	extra, usual, share := 0, 1, min(0.1, (bad+0.5)/(slots+500))
	rare := func(p float64, n int) bool { return 43_200*float64(len(b.runs))*math.Pow(p, float64(n)) <= most }
	for !rare(0.001, usual) {
		usual++
	}
	for !rare(share, usual+extra) {
		extra++
	}
	return extra
}

// A background counts the slots of a region, and those in which runs broke or were missing by chance, of the last 2000 or so.
type background struct{ slots, broken, missing float64 }

// count adds a run to the background of its region, before it is one of its runs.
func (b *textbook) count(run journey.Run) {
	runs := b.runs[run.Region]
	n := background{slots: 1}
	if len(runs) > 0 {
		minute := func(t time.Time) time.Time { return t.Truncate(time.Minute) }
		missed := int(minute(run.Slot).Sub(minute(runs[len(runs)-1].Slot)).Minutes()) - 1
		if missed > 0 && missed < b.tooSilent(run.Region) {
			n.missing, n.slots = float64(missed), float64(1+missed)
		}
	} else {
		b.runs[run.Region] = nil // it is one of the regions
	}
	if streak := b.breakages(run.Region); run.Outcome != journey.Broken && streak < b.tooBroken(run.Region) {
		n.broken = float64(streak)
	}
	left, old := math.Pow(1999.0/2000, n.slots), b.background[run.Region]
	b.background[run.Region] = background{old.slots*left + n.slots, old.broken*left + n.broken, old.missing*left + n.missing}
}
