package judge

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"valkyrie/alerts/phrase"
)

// A Quorum is the number of regions that must agree that a journey fails: "any", "majority", "all" or a number. Empty: a
// majority if three or more report, else any. If several must agree while it works from another region, each of them must
// have failed once more than FailuresInARow.
type Quorum string

// need returns how many of the reporting regions must agree, at least one. A number greater than the reporting regions means
// all of them, so that silent or broken regions do not hide an outage.
func (q Quorum) need(reporting int) int {
	n, err := strconv.Atoi(string(q))
	switch {
	case err == nil:
		return max(1, min(n, reporting))
	case q == "all":
		return max(1, reporting)
	case q == "majority", q == "" && reporting >= 3:
		return reporting/2 + 1
	}
	return 1
}

// A vote is the result of checking one condition in every region.
type vote struct {
	bad, working []string // regions, sorted
	need         int      // quorum of bad regions
	most         int      // longest streak of any bad region
	since        time.Time
	contested    bool // a region works, and the bad ones have not failed once more yet
}

// reached reports whether the quorum is reached.
func (v vote) reached() bool { return len(v.bad) >= v.need && !v.contested }

// poll checks a condition in every region that counts: one that has reported recently, and whose probe works.
func (j *judging) poll(bad func(RegionState) (Streak, bool)) vote {
	v := vote{since: j.run.Slot}
	for name, r := range j.Regions {
		if r.Broken.Count > 0 || !r.reportsAt(j.policy, j.run.Slot) {
			continue
		}
		streak, isBad := bad(r)
		if !isBad {
			v.working = append(v.working, name)
			continue
		}
		v.bad = append(v.bad, name)
		v.most = max(v.most, streak.Count)
		if streak.Since.Before(v.since) {
			v.since = streak.Since
		}
	}
	slices.Sort(v.bad)
	slices.Sort(v.working)
	v.need = j.policy.Regions.need(len(v.bad) + len(v.working))
	return v
}

// onlyFrom returns the suffix of a reason that names the regions where it works; "" if there are none.
func (v vote) onlyFrom() string {
	if len(v.working) == 0 {
		return ""
	}
	return fmt.Sprintf("; from %s only, not from %s", phrase.List(v.bad), phrase.List(v.working))
}

// down checks in which regions the journey is down. If several must agree while the latest run from another region was good,
// each must have failed once more: see DefaultPolicy.
func (j *judging) down() vote {
	v := j.poll(j.isDown)
	works := func(region string) bool { return j.Regions[region].Failed.Count == 0 }
	if v.need > 1 && slices.ContainsFunc(v.working, works) {
		stricter := j.poll(func(r RegionState) (Streak, bool) { return r.Failed, r.Failed.Count > j.policy.FailuresInARow })
		v.contested = !stricter.reached()
	}
	return v
}

// quorumNotMet returns the reason for waiting while the journey is down in too few regions.
func (j *judging) quorumNotMet(down vote) string {
	s := fmt.Sprintf("down from %s only: %s failed %s in a row there, the first at %s; not from %s; ",
		phrase.List(down.bad), j.run.Journey, phrase.Times(down.most), phrase.Clock(down.since), phrase.List(down.working))
	if down.contested && len(down.bad) >= down.need {
		return s + fmt.Sprintf("as it works there, %d failures in a row open an incident", j.policy.FailuresInARow+1)
	}
	return s + fmt.Sprintf("%d of %d regions open an incident", down.need, len(down.bad)+len(down.working))
}
