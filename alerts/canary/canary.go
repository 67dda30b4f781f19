// Package canary compares the runs from one region, to which a new version of the probes was deployed, with those from the other
// regions, which have the old one. The site is the same for all of them, so a difference comes from the new version, or from chance,
// which Fisher's exact test bounds.
package canary

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"valkyrie/probes/journey"
)

// A Conclusion is the outcome of a comparison.
type Conclusion string

// The verdicts.
const (
	Good    Conclusion = "good"    // not worse than the other regions, in enough slots
	Worse   Conclusion = "worse"   // worse than the others, by more than chance
	Waiting Conclusion = "waiting" // too few slots yet
	Unknown Conclusion = "unknown" // there is nothing to compare: no runs from elsewhere, or the site fails there too
)

// FalseAlarm is the chance at most that a version as good as the old one is called worse.
const FalseAlarm = 0.02

// early divides FalseAlarm for a verdict before all slots are there. It is asked for after each slot, so it is that much rarer.
const early = 20

// A Count is the number of runs of one journey since the deployment.
type Count struct {
	Runs int // with those that are missing in comparison with another region
	Bad  int // failed, broken or missing
	Slow int
}

// A Comparison is one journey's runs.
type Comparison struct {
	Journey       string
	Canary, Other Count
	Missing       int // of the canary's; part of Canary.Bad
	complete      bool
}

// A Assessment is the comparison of all journeys.
type Assessment struct {
	Conclusion Conclusion
	Reasons    []string
	Journeys   []Comparison // by name
}

// A Trial is a deployment to one region that is to be judged.
type Trial struct {
	Region  string        // with the new version
	Slots   int           // that a journey must have had
	Longest time.Duration // of a journey's interval; those with a longer one are judged by the slots that they have
}

// Judge compares the runs since the deployment, from all regions, in any order.
func (t Trial) Judge(runs []journey.Run) Assessment {
	r := Assessment{Journeys: t.count(runs)}
	if !slices.ContainsFunc(r.Journeys, Comparison.tells) {
		r.Conclusion, r.Reasons = Unknown, []string{"no journey has runs from the other regions that pass"}
		if t.waits(r.Journeys) {
			r.Conclusion = Waiting
		}
		return r
	}
	waiting := t.waits(r.Journeys)
	level := FalseAlarm
	if waiting {
		level /= early
	}
	if r.Reasons = t.worse(r.Journeys, level); len(r.Reasons) > 0 {
		r.Conclusion = Worse
		return r
	}
	r.Conclusion = Good
	if waiting {
		r.Conclusion = Waiting
	}
	return r
}

// tells reports whether a journey can tell the versions apart: it has runs from elsewhere, and not most of them are bad.
func (c Comparison) tells() bool { return c.Other.Runs > 0 && 2*c.Other.Bad <= c.Other.Runs }

// waits reports whether a journey lacks slots that will come soon.
func (t Trial) waits(all []Comparison) bool {
	return len(all) == 0 || slices.ContainsFunc(all, func(c Comparison) bool { return !c.complete })
}

// count counts the runs of each journey. A run is missing if another region has had more slots; one may be on its way.
func (t Trial) count(runs []journey.Run) []Comparison {
	type regional struct {
		counts map[string]Count
		every  time.Duration
	}
	found := map[string]*regional{}
	for _, run := range runs {
		if run.Unfinished() {
			continue
		}
		j := found[run.Journey]
		if j == nil {
			j = &regional{counts: map[string]Count{}}
			found[run.Journey] = j
		}
		j.every = max(j.every, time.Duration(run.EveryMS)*time.Millisecond)
		c := j.counts[run.Region]
		c.Runs++
		switch run.Outcome {
		case journey.Failed, journey.Broken:
			c.Bad++
		case journey.Slow:
			c.Slow++
		}
		j.counts[run.Region] = c
	}
	var all []Comparison
	for _, name := range slices.Sorted(maps.Keys(found)) {
		j := found[name]
		c := Comparison{Journey: name, Canary: j.counts[t.Region]}
		most := 0
		for region, n := range j.counts {
			if region != t.Region {
				most = max(most, n.Runs)
				c.Other = Count{c.Other.Runs + n.Runs, c.Other.Bad + n.Bad, c.Other.Slow + n.Slow}
			}
		}
		c.Missing = max(0, most-c.Canary.Runs-1)
		c.Canary.Runs, c.Canary.Bad = c.Canary.Runs+c.Missing, c.Canary.Bad+c.Missing
		c.complete = j.every > t.Longest || c.Canary.Runs >= t.Slots && most >= t.Slots
		all = append(all, c)
	}
	return all
}

// worse lists how the canary is worse than the other regions. The level, a chance, is shared by the tests: whether a journey is bad more
// often, whether it is slow more often, and whether all together are bad more often.
func (t Trial) worse(all []Comparison, level float64) (reasons []string) {
	level /= float64(2*len(all) + 1)
	var together Comparison
	for _, c := range all {
		if !c.tells() {
			continue
		}
		together.Canary.Runs, together.Canary.Bad = together.Canary.Runs+c.Canary.Runs, together.Canary.Bad+c.Canary.Bad
		together.Other.Runs, together.Other.Bad = together.Other.Runs+c.Other.Runs, together.Other.Bad+c.Other.Bad
		if chance(c.Canary.Bad, c.Canary.Runs, c.Other.Bad, c.Other.Runs) < level {
			missing := ""
			if c.Missing > 0 {
				missing = fmt.Sprintf(", %d of them missing", c.Missing)
			}
			reasons = append(reasons, fmt.Sprintf("%s: %d of %d runs were bad%s; from the other regions %d of %d", c.Journey, c.Canary.Bad, c.Canary.Runs, missing, c.Other.Bad, c.Other.Runs))
		}
		if chance(c.Canary.Slow, c.Canary.Runs, c.Other.Slow, c.Other.Runs) < level {
			reasons = append(reasons, fmt.Sprintf("%s: %d of %d runs were slow; from the other regions %d of %d", c.Journey, c.Canary.Slow, c.Canary.Runs, c.Other.Slow, c.Other.Runs))
		}
	}
	if c := together; len(reasons) == 0 && chance(c.Canary.Bad, c.Canary.Runs, c.Other.Bad, c.Other.Runs) < level {
		reasons = append(reasons, fmt.Sprintf("all journeys together: %d of %d runs were bad; from the other regions %d of %d", c.Canary.Bad, c.Canary.Runs, c.Other.Bad, c.Other.Runs))
	}
	return reasons
}

// chance returns the probability that of bad+otherBad bad runs at least bad fall on the canary's, if the version makes no difference:
// Fisher's exact test, one-sided. See Fisher, Statistical Methods for Research Workers, section 21.02.
func chance(bad, runs, otherBad, otherRuns int) (p float64) {
	all := bad + otherBad
	for k := bad; k <= min(all, runs); k++ {
		if all-k <= otherRuns {
			p += math.Exp(logChoose(runs, k) + logChoose(otherRuns, all-k) - logChoose(runs+otherRuns, all))
		}
	}
	return min(p, 1)
}

// logChoose returns the logarithm of the number of ways to choose k of n.
func logChoose(n, k int) float64 {
	log := func(n int) float64 { v, _ := math.Lgamma(float64(n) + 1); return v }
	return log(n) - log(k) - log(n-k)
}

// String describes the result in one line.
func (r Assessment) String() string {
	return strings.Join(slices.Concat([]string{string(cmp.Or(r.Conclusion, Unknown))}, r.Reasons), "; ")
}
