package judge

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"valkyrie/alerts/phrase"
)

// A Quorum says how many regions must agree that a journey fails: "any", "majority", "all" or a number. Empty: a majority
// where three or more report, else any. Where several must agree, and it works from another, each must have failed once more
// than FailuresInARow.
type Quorum string

// need is how many of the regions that report must agree, at least one. A number greater than the regions that are left
// means all of them, so that an outage is not hidden by the regions that cannot tell.
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

// A vote is what the regions say of something bad.
type vote struct {
	bad, fine []string // regions, sorted
	need      int      // so many of them must be bad
	most      int      // runs in a row that are, the most of any region
	since     time.Time
	doubted   bool // a region that works speaks against it
}

func (v vote) carried() bool { return len(v.bad) >= v.need && !v.doubted }

// poll has every region vote that can tell: one that has reported of late, and whose probe works.
func (j *judging) poll(bad func(RegionState) (Streak, bool)) vote {
	v := vote{since: j.run.Slot}
	for name, r := range j.Regions {
		if r.Broken.Count > 0 || !r.reportsAt(j.policy, j.run.Slot) {
			continue
		}
		streak, is := bad(r)
		if !is {
			v.fine = append(v.fine, name)
			continue
		}
		v.bad = append(v.bad, name)
		v.most = max(v.most, streak.Count)
		if streak.Since.Before(v.since) {
			v.since = streak.Since
		}
	}
	slices.Sort(v.bad)
	slices.Sort(v.fine)
	v.need = j.policy.Regions.need(len(v.bad) + len(v.fine))
	return v
}

// elsewhere says from where it is not bad, to go after a sentence that says from where it is.
func (v vote) elsewhere() string {
	if len(v.fine) == 0 {
		return ""
	}
	return fmt.Sprintf("; from %s only, not from %s", phrase.List(v.bad), phrase.List(v.fine))
}
