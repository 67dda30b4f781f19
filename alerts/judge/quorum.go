package judge

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/phrase"
)

// A Quorum is the number of regions that must agree that a journey fails: "any", "majority", "all" or a number. Empty: a
// majority of three or more regions, else any. It counts the configured regions, whether they report or not, so that a
// region that breaks does not turn a majority of three into any of two.
type Quorum string

// need returns how many of the configured regions must agree, at least one. A number greater than the regions means all.
func (q Quorum) need(regions int) int {
	n, err := strconv.Atoi(string(q))
	switch {
	case err == nil:
		return max(1, min(n, regions))
	case q == "all":
		return max(1, regions)
	case q == "majority", q == "" && regions >= 3:
		return regions/2 + 1
	}
	return 1
}

// A vote is the result of checking one condition in every configured region. Each has one vote: it is bad, fine or mute.
type vote struct {
	bad       []string  // sorted
	fine      []string  // whose latest run was good, sorted
	uncertain []string  // which failed, but not often enough to be bad, sorted
	mute      int       // broken, silent or never seen
	steady    int       // of fine: those with RecoverAfter good runs
	need      int       // quorum of bad regions
	most      int       // streak with which the quorum was reached: as many bad regions have one as long
	since     time.Time // since when the quorum is bad: its last region failed first then
	mixed     bool      // the failures were at different steps
	together  int       // slots in which the quorum must have failed together, while not every region is bad
	contested bool      // and it has not yet
}

// reached reports whether the journey is bad: the quorum of the regions is, or every region that is not mute while the
// others are too few for the quorum.
func (v vote) reached() bool {
	audible := len(v.bad) + len(v.fine) + len(v.uncertain)
	all := len(v.bad) > 0 && len(v.bad) == audible && audible < v.need
	return (len(v.bad) >= v.need || all) && !v.contested
}

// refuted reports whether so many regions work steadily that the others cannot reach the quorum.
func (v vote) refuted() bool {
	return v.steady+v.need > len(v.bad)+len(v.fine)+len(v.uncertain)+v.mute
}

// isMute reports whether a region has no vote: its probe is broken, it is silent, or it never reported.
func (j *judging) isMute(r RegionState) bool {
	return r.Slot.IsZero() || j.policy.BrokenInARow > 0 && r.Broken.Count >= j.policy.BrokenInARow || !r.reportsAt(j.policy, j.run.Slot)
}

// poll checks a condition in every region.
func (j *judging) poll(bad func(RegionState) (Streak, bool)) vote {
	v := vote{since: j.run.Slot}
	step, streaks := "", []Streak{}
	for name, r := range j.Regions {
		streak, isBad := bad(r)
		switch {
		case j.isMute(r):
			v.mute++
		case isBad:
			v.mixed = v.mixed || streak.Mixed || len(v.bad) > 0 && streak.Step != step
			step = streak.Step
			v.bad, streaks = append(v.bad, name), append(streaks, streak)
		case r.Failed.Count == 0:
			v.fine = append(v.fine, name)
			if r.Good >= j.policy.RecoverAfter {
				v.steady++
			}
		default:
			v.uncertain = append(v.uncertain, name)
		}
	}
	slices.Sort(v.bad)
	slices.Sort(v.fine)
	slices.Sort(v.uncertain)
	for _, name := range j.policy.Configured {
		if _, seen := j.Regions[name]; !seen {
			v.mute++
		}
	}
	v.need = j.policy.Regions.need(len(v.bad) + len(v.fine) + len(v.uncertain) + v.mute)
	if len(streaks) > 0 {
		last := min(v.need, len(streaks)) - 1
		slices.SortFunc(streaks, func(a, b Streak) int { return b.Count - a.Count })
		v.most = streaks[last].Count
		slices.SortFunc(streaks, func(a, b Streak) int { return a.Since.Compare(b.Since) })
		v.since = streaks[last].Since
	}
	return v
}

// onlyFrom returns the suffix of a reason that names the regions that are fine; "" if there are none.
func (v vote) onlyFrom() string {
	switch {
	case len(v.fine) == 0:
		return ""
	case len(v.uncertain) > 0: // it may fail from there, too
		return fmt.Sprintf("; from %s, not from %s", phrase.List(v.bad), phrase.List(v.fine))
	}
	return fmt.Sprintf("; from %s only, not from %s", phrase.List(v.bad), phrase.List(v.fine))
}

// A quorum that fails together in two slots while another region works is an outage or chance. It is chance more often where
// many runs fail without an outage: one slot more must agree then.
const (
	// falseQuorums is how many such outages a month chance may make: one in 400 years, which is 0.6 % of the runs from each
	// of three regions. At 0.5 % five of six outages need no slot more, at 1 % one of six.
	falseQuorums = 2e-4

	// noisyCoincidences is how many slots of the last coincidencesFor before it, in which a quorum failed together and no
	// more, show bursts that chance does not explain: of independent runs, 1 % make three such slots a week, 0.5 % less than one.
	noisyCoincidences = 4
	coincidencesFor   = 7 * 24 * time.Hour

	// falseSingles is how many outages a month chance may make where any region decides, and another one works: one failed run
	// within six hours before it allows more, and one slot more is needed. At 1 % from three regions it is 0.13 a month then,
	// instead of 13.
	falseSingles = 0.1
)

// down checks in which regions the journey is down. While the latest run from another region was good, the regions that must
// agree must have failed in the same slots: see DefaultPolicy. Where any region decides, an outage lasts while one is bad, and a
// policy of a single failure is taken at its word.
func (j *judging) down() vote {
	v := j.poll(j.isDown)
	literal := v.need == 1 && (j.policy.FailuresInARow == 1 || j.find(incident.Down) >= 0)
	if len(v.bad) < v.need || len(v.fine) == 0 || literal {
		return v
	}
	v.together = min(j.policy.FailuresInARow, recentSlots/2)
	if j.isNoisy(v) {
		v.together++
	}
	v.contested = j.failedTogether(v) < v.together
	return v
}

// isNoisy reports whether chance would make a quorum of the regions fail together in as many slots too often.
func (j *judging) isNoisy(v vote) bool {
	before := 0
	for _, slot := range j.Coincided {
		if slot.Before(v.since) {
			before++
		}
	}
	const month = 30 * 24 * time.Hour
	all := len(v.bad) + len(v.fine) + len(v.uncertain) + v.mute
	expected := float64(month / j.now.interval(j.policy))
	for i, share := range j.background(v)[:v.need] {
		expected *= float64(all-i) / float64(i+1) * math.Pow(share, float64(v.together))
	}
	most := falseQuorums
	if v.need == 1 {
		most = falseSingles
	}
	return before >= noisyCoincidences || expected > most
}

// background returns the share of each bad region's runs that failed in the last rateHours, before its present streak, the largest
// first. A region is known by its own runs and, with the weight of sharedRuns, by those of all; where nothing is known, it
// is half of chance, with the weight of priorRuns; for a single region, where runs have a second try, a twentieth.
func (j *judging) background(v vote) []float64 {
	const priorRuns, sharedRuns = 200, 1000
	prior := 0.5 * chance
	if v.need == 1 {
		prior = 0.05 * chance
	}
	count := func(r RegionState) (failed, runs float64) {
		n := -r.Failed.Count
		for _, b := range r.Rates {
			if b.Since >= j.run.Slot.Add(-rateHours*time.Hour).Unix() {
				n += b.Failed
			}
		}
		runs = float64(min(r.ConclusiveRuns-r.Failed.Count, int(rateHours*time.Hour/r.interval(j.policy))))
		return float64(max(0, n)), max(0, runs)
	}
	failed, runs := prior*priorRuns, float64(priorRuns)
	for _, r := range j.Regions {
		f, n := count(r)
		failed, runs = failed+f, runs+n
	}
	var shares []float64
	for _, name := range v.bad {
		f, n := count(j.Regions[name])
		shares = append(shares, (f+sharedRuns*failed/runs)/(n+sharedRuns))
	}
	slices.Sort(shares)
	slices.Reverse(shares)
	return shares
}

// failedTogether counts the recent slots in which the quorum of the bad regions failed.
func (j *judging) failedTogether(v vote) int {
	slots := map[int64]int{}
	for _, name := range v.bad {
		r := j.Regions[name]
		every := r.interval(j.policy)
		last := slotOf(r.Slot, every)
		for slot := last; slot > last-recentSlots && slot >= slotOf(r.Failed.Since, every); slot-- {
			if r.result(slot, j.policy) == failedRun {
				slots[slot]++
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

// quorumNotMet returns the reason for waiting while the journey is down in too few regions.
func (j *judging) quorumNotMet(down vote) string {
	s := fmt.Sprintf("down from %s: %s failed %s in a row there, the first at %s", phrase.List(down.bad), j.run.Journey, phrase.Times(down.most), phrase.Clock(down.since))
	if len(down.fine) > 0 {
		s += "; not from " + phrase.List(down.fine)
	}
	if down.contested {
		which := "in the same slots"
		if down.need == 1 {
			which = "in a row"
		}
		return s + fmt.Sprintf("; as it works there, %d failures %s open an incident", down.together, which)
	}
	return s + fmt.Sprintf("; %d of %d regions open an incident", down.need, len(down.bad)+len(down.fine)+len(down.uncertain)+down.mute)
}
