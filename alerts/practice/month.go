package practice

import (
	"cmp"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"valkyrie/probes/journey"
)

// The month: its length, and the interval of the runs.
const (
	Days  = 30
	Every = time.Minute
)

// Regions returns the regions of the runs.
func Regions() []string { return []string{"eu-west-1", "us-east-1", "ap-southeast-2"} }

// Begins returns the start of the month.
func Begins() time.Time { return time.Date(2026, time.June, 1, 0, 0, 0, 0, time.UTC) }

// Rates of runs that go wrong without a cause.
const (
	FailsByChance  = 1.0 / 500
	slowByChance   = 1.0 / 250
	brokenByChance = 1.0 / 2000
)

// Month yields all runs of the journeys, in slot order: 129,600 of each.
func Month(journeys []journey.Journey) iter.Seq[journey.Run] {
	troubles := Troubles(names(journeys))
	return func(yield func(journey.Run) bool) {
		dice := rand.New(rand.NewPCG(1, 2))
		for slot := Begins(); slot.Before(Begins().AddDate(0, 0, Days)); slot = slot.Add(Every) {
			for _, region := range Regions() {
				for _, j := range journeys {
					run, came := play(dice, j, region, slot, troubles)
					if came && !yield(run) {
						return
					}
				}
			}
		}
	}
}

func names(journeys []journey.Journey) []string {
	var all []string
	for _, j := range journeys {
		all = append(all, j.Name)
	}
	return all
}

// play generates one run from chance and the active troubles; false when the run is missing.
func play(dice *rand.Rand, j journey.Journey, region string, slot time.Time, troubles []Trouble) (journey.Run, bool) {
	now := effect{stretch: 1, growth: 1}
	luck, slow := dice.Float64(), dice.Float64()
	switch {
	case luck < brokenByChance:
		now.breaks = true
	case luck < brokenByChance+FailsByChance:
		now.fails = 1
	case slow < slowByChance:
		now.stretch = 4
	}
	for _, t := range troubles {
		if t.holds(j.Name, region, slot) {
			t.cause(slot).add(&now)
		}
	}
	run := journey.Run{
		ID: fmt.Sprintf("%s-%s-%d", j.Name, region, slot.Unix()), Journey: j.Name, Region: region, Slot: slot, Started: slot,
		EveryMS: Every.Milliseconds(), Outcome: journey.Passed, Tries: 1,
	}
	if now.breaks {
		run.Outcome, run.Error = journey.Broken, "Chrome did not start"
		return run, !now.silent
	}
	steps(&run, dice, j, now)
	return run, !now.silent
}

// steps generates the steps: a failing run fails in its last one.
func steps(run *journey.Run, dice *rand.Rand, j journey.Journey, now effect) {
	fails := dice.Float64() < now.fails
	for i, s := range j.Steps {
		limit := cmp.Or(s.Limit, journey.DefaultLimit)
		budget := cmp.Or(s.Slow, limit/2)
		const median, deviation = 0.35, 0.15 // as a part of its budget; of the logarithm
		took := median * rhythm(run.Slot) * math.Exp(deviation*dice.NormFloat64()) * now.stretch * float64(budget)
		if i == len(j.Steps)-1 {
			took *= now.growth
		}
		res := journey.StepResult{
			Name: s.Name, Outcome: journey.Passed, Started: run.Slot, DurationMS: int64(took / 1e6), SlowMS: s.Slow.Milliseconds(), LimitMS: limit.Milliseconds(),
		}
		switch last := i == len(j.Steps)-1; {
		case last && fails:
			res.Outcome, res.DurationMS = journey.Failed, res.LimitMS
			res.Error = fmt.Sprintf("expected the step to be done within %v: it was not", limit)
			run.Outcome, run.Error = journey.Failed, fmt.Sprintf("step %q: %s", s.Name, res.Error)
		case s.Slow > 0 && took > float64(s.Slow):
			res.Outcome = journey.Slow
			if run.Outcome == journey.Passed {
				run.Outcome = journey.Slow
			}
		}
		run.DurationMS += res.DurationMS
		run.Steps = append(run.Steps, res)
	}
}

// rhythm returns the slowness of a site by time of day and week: slowest on Monday afternoons.
func rhythm(t time.Time) float64 {
	day := 1 - 0.15*math.Cos(2*math.Pi*(float64(t.Hour())-3)/24)
	if slices.Contains([]time.Weekday{time.Saturday, time.Sunday}, t.Weekday()) {
		return 0.9 * day
	}
	return day
}
