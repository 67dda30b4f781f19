package proof

import (
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
	slowed []time.Time              // each time the journey became slow
	slow   time.Time                // when a region was last slow often enough
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

// carried lets the regions with recent runs and a working probe vote.
func (b *textbook) carried(at time.Time, bad func(region string) bool) bool {
	votes := 0
	voters := b.voters(at)
	for _, region := range voters {
		if bad(region) {
			votes++
		}
	}
	return votes > 0 && votes >= b.need(len(voters))
}

func (b *textbook) voters(at time.Time) (all []string) {
	for region := range b.runs {
		if b.heard(region, at) && b.breakages(region) == 0 {
			all = append(all, region)
		}
	}
	return all
}

// need returns the quorum of so many voters.
func (b *textbook) need(voters int) int {
	need := 1
	switch q := b.policy.Regions; {
	case q == "all":
		need = voters
	case q == "majority", q == "" && voters >= 3:
		need = voters/2 + 1
	case q != "" && q != "any":
		k, _ := strconv.Atoi(string(q))
		need = min(k, voters)
	}
	return max(1, need)
}

// isDown reports whether enough regions find the journey down; where several are needed and another one has just
// passed, one more failure is required.
func (b *textbook) isDown(at time.Time) bool {
	failed := func(times int) func(string) bool {
		return func(region string) bool { return b.failures(region) >= times }
	}
	voters := b.voters(at)
	works := slices.ContainsFunc(voters, func(region string) bool { return b.failures(region) == 0 })
	n := b.policy.FailuresInARow
	return b.carried(at, failed(n)) && (b.need(len(voters)) == 1 || !works || b.carried(at, failed(n+1)))
}

// fails returns the kind that a failed run opens, if none of it is open: down, flapping or none.
func (b *textbook) fails(run journey.Run) incident.Kind {
	flaps := func(region string) bool {
		return b.lately(region, journey.Failed, b.policy.FlappingOutOf) >= b.policy.FlappingFailures
	}
	switch {
	case b.isDown(run.Slot):
		return incident.Down
	case flaps(run.Region) && b.carried(run.Slot, flaps):
		return incident.Flapping
	}
	return ""
}

// recovered reports whether a good run ends an incident about failures.
func (b *textbook) recovered(i incident.Incident, run journey.Run) bool {
	for _, region := range i.Regions {
		if b.heard(region, run.Slot) && (b.failures(region) > 0 || b.successes(region) < b.policy.RecoverAfter) {
			return false
		}
	}
	return i.Kind == incident.Down || run.Slot.Sub(i.Last) >= b.policy.QuietFor
}

// often reports whether a region is slow so often that the journey is degraded.
func (b *textbook) often(region string) bool {
	return b.lately(region, journey.Slow, b.policy.SlowOutOf) >= b.policy.SlowRuns
}

// staysSlow reports whether a degraded journey stays so: a region that was slow still is, or it has become slow
// repeatedly, and not been fast for long enough to end it.
func (b *textbook) staysSlow(i incident.Incident, at time.Time) bool {
	if slices.ContainsFunc(i.Regions, func(region string) bool { return b.heard(region, at) && b.often(region) }) {
		return true
	}
	latest, lately := b.slowed[len(b.slowed)-1], 0
	for _, began := range b.slowed {
		if latest.Sub(began) <= b.policy.ReturnWithin {
			lately++
		}
	}
	return lately >= b.policy.FlappingOutages && at.Sub(b.slow) < b.policy.ReturnWithin
}
