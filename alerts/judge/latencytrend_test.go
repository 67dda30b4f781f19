package judge_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/probes/journey"
)

// orderRun returns an hourly run of create-order with a duration in milliseconds.
func orderRun(hour int, ms float64) journey.Run {
	slot := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(hour) * time.Hour)
	return journey.Run{
		Journey: "create-order", Region: "eu", Slot: slot, Outcome: journey.Passed,
		Steps: []journey.StepResult{{Name: "place the order", Outcome: journey.Passed, DurationMS: int64(ms), LimitMS: 5000}},
	}
}

// judgeTrend judges days of hourly runs with a level per day and 15 % noise.
func judgeTrend(t *testing.T, days int, seed uint64, level func(day int) float64) *alertstest.Scenario {
	t.Helper()
	k := &alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	dice := rand.New(rand.NewPCG(seed, 7))
	for hour := range days * 24 {
		k.Run(orderRun(hour, level(hour/24)*(1+0.15*dice.NormFloat64())))
	}
	return k
}

func TestLatencyTrend(t *testing.T) {
	for name, c := range map[string]struct {
		level func(day int) float64
		want  string // kinds and verbs
	}{
		"the pool of order numbers runs dry": {func(d int) float64 { return 800 + 90*float64(d) }, "creeping opens"},
		"steadily slow":                      {func(int) float64 { return 4600 }, ""},
		"one bad day":                        {func(d int) float64 { return map[bool]float64{true: 4800, false: 900}[d == 25] }, ""},
		"two bad days at the end":            {func(d int) float64 { return map[bool]float64{true: 4800, false: 900}[d >= 38] }, ""},
		"a weekly rhythm":                    {func(d int) float64 { return []float64{900, 1000, 1200, 2500, 4000, 600, 500}[d%7] }, ""},
		"a slower release":                   {func(d int) float64 { return map[bool]float64{true: 3000, false: 1000}[d >= 20] }, ""},
		"slower by a hair":                   {func(d int) float64 { return 900 + 2*float64(d) }, ""},
		"faster":                             {func(d int) float64 { return 4500 - 80*float64(d) }, ""},
		"creeping, and a weekly rhythm":      {func(d int) float64 { return 800 + 60*float64(d) + []float64{0, 0, 100, 300, 600, 0, 0}[d%7] }, "creeping opens"},
	} {
		for seed := range uint64(6) {
			k := judgeTrend(t, 40, seed, c.level)
			var changes []string
			for _, s := range k.Changes {
				changes = append(changes, s[:strings.Index(s, "@")])
			}
			if got := strings.Join(changes, ", "); got != c.want {
				t.Errorf("%s, seed %d: got %q, want %q", name, seed, got, c.want)
			}
		}
	}
}

// TestLatencyTrendPredictsCrossing: the prediction is weeks ahead, and an interval of at most 12 days that is within 5 days of the
// truth. 800 ms on 1 April and 70 ms a day more cross 5 s on 31 May.
func TestLatencyTrendPredictsCrossing(t *testing.T) {
	const day = 24 * time.Hour
	truth, near := time.Date(2026, 5, 31, 0, 0, 0, 0, time.UTC), 0
	const seeds = 12
	for seed := range uint64(seeds) {
		k := judgeTrend(t, 32, seed, func(d int) float64 { return 800 + 70*float64(d) })
		if len(k.State.Open) != 1 {
			t.Fatal(k.Changes)
		}
		inc := k.State.Open[0]
		_, when, found := strings.Cut(inc.Reason, "crosses its 5 s limit between ")
		early, late, both := strings.Cut(when, " and ")
		if !strings.Contains(early, " ") {
			_, month, _ := strings.Cut(late, " ")
			early += " " + month
		}
		from, err := time.Parse("2 January 2006", early+" 2026")
		to, err2 := time.Parse("2 January 2006", late+" 2026")
		if !found || !both || err != nil || err2 != nil || !from.Before(to) || to.Sub(from) > 12*day || truth.Sub(to) > 5*day || from.Sub(truth) > 5*day {
			t.Errorf("seed %d: %s (%v, %v)", seed, inc.Reason, err, err2)
		}
		if !truth.Before(from) && !truth.After(to) {
			near++
		}
		if inc.Step != "place the order" || inc.Rings() {
			t.Errorf("%+v", inc)
		}
	}
	if near < seeds/2 {
		t.Errorf("%d of %d intervals hold the truth", near, seeds)
	}
}

// TestLatencyTrendCloses: the incident closes once a release has fixed the step.
func TestLatencyTrendCloses(t *testing.T) {
	k := judgeTrend(t, 80, 3, func(d int) float64 {
		if d > 40 {
			return 700
		}
		return 800 + 70*float64(d)
	})
	if len(k.Changes) != 2 || len(k.State.Open) != 0 {
		t.Error(k.Changes)
	}
}

// TestLatencyTrendLastsOverBudget: the incident stays open while a step over its budget keeps rising, with its limit far away.
func TestLatencyTrendLastsOverBudget(t *testing.T) {
	k, dice := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}, rand.New(rand.NewPCG(4, 7))
	for hour := range 70 * 24 {
		run := orderRun(hour, (900+25*float64(hour/24))*(1+0.15*dice.NormFloat64()))
		run.Steps[0].SlowMS, run.Steps[0].LimitMS = 1500, 60_000
		k.Run(run)
	}
	if len(k.Changes) != 1 || len(k.State.Open) != 1 {
		t.Error(k.Changes)
	}
}

// TestAcceleratingLatencyTrend: a resource that runs out is predicted ten days ahead. A line through the days would still be months
// away from the limit.
func TestAcceleratingLatencyTrend(t *testing.T) {
	const end = 60.0 // the day on which nothing is left
	for seed := range uint64(6) {
		k := judgeTrend(t, 50, seed, func(d int) float64 { return 800 + 20_000/(end-float64(d)) })
		if len(k.Changes) == 0 || !strings.Contains(k.Changes[0], "creeping opens") {
			t.Errorf("seed %d: ten days before the end nothing was said: %q", seed, k.Changes)
			continue
		}
		if inc := k.Changes[0]; strings.Contains(inc, "resolves") {
			t.Errorf("seed %d: %s", seed, inc)
		}
	}
}

// TestGrowthIsReportedAhead: growth of so many per cent a day, a hyperbola with a steady part or without, and a leak that a weekly
// restart sets back are each reported ten days before customers fail; releases that made the step slower are none.
func TestGrowthIsReportedAhead(t *testing.T) {
	week := func(d int) float64 { return float64(d % 7) }
	for name, c := range map[string]struct {
		level func(day int) float64
		fails int // the first day over the limit; 0: it is no growth
	}{
		"3 % a day":                           {func(d int) float64 { return 700 * math.Pow(1.03, float64(d)) }, 67},
		"6 % a day":                           {func(d int) float64 { return 300 * math.Pow(1.06, float64(d)) }, 49},
		"6 % a day, after a month":            {func(d int) float64 { return 300 * math.Pow(1.06, math.Max(0, float64(d-30))) }, 79},
		"a hyperbola":                         {func(d int) float64 { return 300 * 60 / (60 - float64(d)) }, 57},
		"a hyperbola, half of it steady":      {func(d int) float64 { return 200 + 200*50/(50-float64(d)) }, 48},
		"a leak, and a restart each week":     {func(d int) float64 { return 800 + 250*week(d) }, 38}, // without the fifth
		"one that grows":                      {func(d int) float64 { return 600 + 150*week(d)*(1+float64(d)/15) }, 62},
		"a release that is slower":            {func(d int) float64 { return 1200 * times(d >= 20, 1.8) }, 0},
		"two of them":                         {func(d int) float64 { return 1200 * times(d >= 18, 1.4) * times(d >= 30, 1.4) }, 0},
		"a release that is slower and faster": {func(d int) float64 { return 1200 * times(d >= 20 && d < 29, 2) }, 0},
		"a week with a rising load":           {func(d int) float64 { return []float64{900, 1100, 1300, 1500, 1500, 600, 500}[d%7] }, 0},
	} {
		for seed := range uint64(4) {
			days := c.fails - 10
			if c.fails == 0 {
				days = 50
			}
			k := judgeTrend(t, days, seed, c.level)
			if c.fails == 0 && len(k.Changes) > 0 || c.fails > 0 && (len(k.Changes) == 0 || !strings.HasPrefix(k.Changes[0], "creeping opens")) {
				t.Errorf("%s, seed %d: %q", name, seed, k.Changes)
			}
			if strings.Contains(name, "restart") && !strings.Contains(k.State.Open[0].Reason, "and was set back") {
				t.Errorf("%s: %s", name, k.State.Open[0].Reason)
			}
		}
	}
}

// timed judges runs of one step, every ten minutes from three regions, and returns the openings of a kind.
func timed(t *testing.T, kind incident.Kind, days int, ms func(at time.Time) float64) (opened []incident.Incident) {
	t.Helper()
	p := alertstest.ShippedPolicy(t)
	var s judge.JourneyState
	dice := rand.New(rand.NewPCG(5, 6))
	from := alertstest.Start.Truncate(24 * time.Hour)
	for at := from; at.Before(from.AddDate(0, 0, days)); at = at.Add(10 * time.Minute) {
		for _, region := range []string{"eu", "us", "ap"} {
			took := ms(at) * math.Exp(0.2*dice.NormFloat64())
			run := journey.Run{ID: region + at.String(), Journey: "create-order", Region: region, Slot: at, EveryMS: 600_000, Outcome: journey.Passed}
			run.Steps = []journey.StepResult{{Name: "create order", Outcome: journey.Passed, DurationMS: int64(took), SlowMS: 2500, LimitMS: 8000}}
			for _, d := range s.Fold(p, run, "") {
				if d.Verb == judge.Opens && d.Incident.Kind == kind {
					opened = append(opened, d.Incident)
				}
			}
		}
		s.Outbox = nil
	}
	return opened
}

// TestSlowerAtOnce: a step that takes three times as long since a moment, under its budget, opens one incident within three
// hours, which says since when; a daily peak of twice the time, and an hour of trouble, open none.
func TestSlowerAtOnce(t *testing.T) {
	at := alertstest.Start.Truncate(24*time.Hour).AddDate(0, 0, 8).Add(15*time.Hour + 25*time.Minute)
	rhythm := func(now time.Time) float64 { return 400 * (1 + max(0, math.Sin(float64(now.Hour())/24*2*math.Pi))) }
	for name, c := range map[string]struct {
		ms   func(time.Time) float64
		want int
	}{
		"three times": {func(now time.Time) float64 { return 400 * times(!now.Before(at), 3) }, 1},
		"daily peaks": {rhythm, 0},
		"an hour":     {func(now time.Time) float64 { return 400 * times(!now.Before(at) && now.Before(at.Add(time.Hour)), 3) }, 0},
		"100 minutes": {func(now time.Time) float64 {
			return 400 * times(!now.Before(at.Add(-25*time.Minute)) && now.Before(at.Add(75*time.Minute)), 3)
		}, 0},
		"by half": {func(now time.Time) float64 { return 400 * times(!now.Before(at), 1.5) }, 0},
	} {
		opened := timed(t, incident.Slower, 12, c.ms)
		if len(opened) != c.want {
			t.Errorf("%s: opened %d times", name, len(opened))
		}
		for _, i := range opened {
			if i.Opened.Sub(at) > 3*time.Hour || i.Since.Sub(at).Abs() > 20*time.Minute || !strings.Contains(i.Error, "3 times as long since") || len(i.Regions) < 2 {
				t.Errorf("%s: since %v, opened %v, from %v: %s", name, i.Since, i.Opened, i.Regions, i.Reason)
			}
			if r, ok := i.SuspectRelease([]incident.Release{{Name: "v1.2.3", At: at.Add(-5 * time.Minute)}}); !ok || r.Name != "v1.2.3" {
				t.Errorf("%s: the release before it is not named", name)
			}
		}
	}
}

// TestGrowthAtPeaks: a step that gets slower only in the busiest two hours of a day is reported ten days before it exceeds its
// budget there; a level that swings by 15 % over two months is not.
func TestGrowthAtPeaks(t *testing.T) {
	from := alertstest.Start.Truncate(24 * time.Hour)
	day := func(at time.Time) float64 { return at.Sub(from).Hours() / 24 }
	const perDay = 45.0
	opened := timed(t, incident.LatencyTrend, 40, func(at time.Time) float64 {
		if at.Hour() == 11 || at.Hour() == 12 {
			return 600 + perDay*day(at)
		}
		return 500
	})
	crosses := from.Add(time.Duration((2500 - 600) / perDay * 24 * float64(time.Hour)))
	if len(opened) == 0 || crosses.Sub(opened[0].Opened) < 10*24*time.Hour {
		t.Errorf("want it ten days before %v: %+v", crosses, opened)
	}
	if opened := timed(t, incident.LatencyTrend, 90, func(at time.Time) float64 { return 900 * (1 + 0.15*math.Sin(2*math.Pi*day(at)/60)) }); len(opened) > 0 {
		t.Errorf("it swings: %s", opened[0].Reason)
	}
}

func times(while bool, factor float64) float64 {
	if while {
		return factor
	}
	return 1
}
