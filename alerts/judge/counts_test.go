package judge_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/judge"
	"valkyrie/probes/journey"
)

// runWithCounts returns a run that reports counts.
func runWithCounts(minute int, o journey.Outcome, counts ...journey.Count) journey.Run {
	r := alertstest.Run(minute, "eu", o)
	r.Counts = counts
	return r
}

func TestCounts(t *testing.T) {
	agree := judge.CountRule{Agree: []string{"schedules", "texts"}}
	ceiling := judge.CountRule{Ceiling: &judge.Ceiling{Name: "pending_jobs", AtMost: 50}}
	n := func(name string, v float64) journey.Count { return journey.Count{Name: name, Value: v} }
	for name, c := range map[string]struct {
		rule judge.CountRule
		runs [][]journey.Count
		want string
	}{
		"they agree":    {agree, [][]journey.Count{{n("schedules", 400), n("texts", 400)}, {n("schedules", 400), n("texts", 400)}}, ""},
		"once, no more": {agree, [][]journey.Count{{n("schedules", 400), n("texts", 399)}, {n("schedules", 400), n("texts", 400)}}, ""},
		"150 of 400": {
			agree,
			[][]journey.Count{{n("schedules", 400), n("texts", 150)}, {n("schedules", 400), n("texts", 150)}},
			"schedules is 400 but texts is 150; they must agree",
		},
		"jobs pile up": {
			ceiling,
			[][]journey.Count{{n("pending_jobs", 51)}, {n("pending_jobs", 6000)}},
			"pending_jobs is 6000; at most 50 is right",
		},
		"not said": {ceiling, [][]journey.Count{nil, nil}, "it passed without reporting pending_jobs"},
	} {
		k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
		k.Policy.Counts = []judge.CountRule{c.rule}
		for i, counts := range c.runs {
			k.Run(runWithCounts(i, journey.Passed, counts...))
		}
		got := ""
		if len(k.State.Open) > 0 {
			got = k.State.Open[0].Error
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
		k.Run(runWithCounts(9, journey.Failed)) // a failed run reports no counts
		if c.want != "" && len(k.State.Open) != 1 {
			t.Errorf("%s: a failed run has ended it", name)
		}
	}
}

// weeklyOrders returns the expected orders of a shop in 15 minutes: busy days, empty nights, a strong Saturday.
func weeklyOrders(at time.Time) float64 {
	day := 40 * math.Max(0.01, math.Sin(math.Pi*float64(at.Hour()-6)/18))
	if at.Weekday() == time.Saturday {
		day *= 2
	}
	return day
}

// poisson draws a count with a mean.
func poisson(dice *rand.Rand, mean float64) float64 {
	n, p := 0.0, dice.Float64()
	for limit := math.Exp(-mean); p > limit; n++ {
		p *= dice.Float64()
	}
	return n
}

// TestBaseline: five weeks of orders with a weekly rhythm and Poisson noise open nothing, not even in empty nights; a drop to
// 15 % of the orders at noon opens an incident within 30 minutes.
func TestBaseline(t *testing.T) {
	for seed := range uint64(6) {
		k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
		k.Policy.Counts = []judge.CountRule{{Baseline: &judge.Baseline{Name: "orders"}}}
		dice := rand.New(rand.NewPCG(seed, 3))
		collapse := alertstest.Start.Add(35*24*time.Hour + 9*time.Hour) // a Saturday, noon
		for i := 0; len(k.State.Open) == 0 && i < 36*24*60; i += 15 {
			at := alertstest.Start.Add(time.Duration(i) * time.Minute)
			mean := weeklyOrders(at)
			if !at.Before(collapse) {
				mean *= 0.15
			}
			k.Run(runWithCounts(i, journey.Passed, journey.Count{Name: "orders", Value: poisson(dice, mean)}))
			k.Decisions = nil
		}
		if len(k.State.Open) == 0 {
			t.Fatalf("seed %d: the collapse was not seen", seed)
		}
		inc := k.State.Open[0]
		if inc.Opened.Before(collapse) || inc.Opened.After(collapse.Add(30*time.Minute)) || !strings.Contains(inc.Error, "at this hour of the week") {
			t.Errorf("seed %d: %s: %s", seed, inc.Opened, inc.Reason)
		}
	}
}
