package judge_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/probes/journey"
)

// placed is a run of create-order, an hour each, that has taken so many milliseconds.
func placed(hour int, ms float64) journey.Run {
	slot := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(hour) * time.Hour)
	return journey.Run{
		Journey: "create-order", Region: "eu", Slot: slot, Outcome: journey.Passed,
		Steps: []journey.StepResult{{Name: "place the order", Outcome: journey.Passed, DurationMS: int64(ms), LimitMS: 5000}},
	}
}

// crept judges days of hourly runs whose level is as level says, with some noise, and returns what was said.
func crept(t *testing.T, days int, seed uint64, level func(day int) float64) *alertstest.Scenario {
	t.Helper()
	k := &alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	dice := rand.New(rand.NewPCG(seed, 7))
	for hour := range days * 24 {
		k.Run(placed(hour, level(hour/24)*(1+0.15*dice.NormFloat64())))
	}
	return k
}

func TestCreeping(t *testing.T) {
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
			k := crept(t, 40, seed, c.level)
			var said []string
			for _, s := range k.Changes {
				said = append(said, s[:strings.Index(s, "@")])
			}
			if got := strings.Join(said, ", "); got != c.want {
				t.Errorf("%s, seed %d: got %q, want %q", name, seed, got, c.want)
			}
		}
	}
}

// TestCreepingSaysWhen: weeks ahead, and to the week. 800 ms on 1 April and 70 ms a day more cross 5 s on 31 May.
func TestCreepingSaysWhen(t *testing.T) {
	k := crept(t, 32, 1, func(d int) float64 { return 800 + 70*float64(d) })
	if len(k.State.Open) != 1 {
		t.Fatal(k.Changes)
	}
	inc := k.State.Open[0]
	t.Log(inc.Reason)
	crossing := inc.Reason[strings.Index(inc.Reason, "about ")+len("about "):]
	on, err := time.Parse("2 January 2006", crossing+" 2026")
	if off := on.Sub(time.Date(2026, 5, 31, 0, 0, 0, 0, time.UTC)); err != nil || off < -5*24*time.Hour || off > 5*24*time.Hour {
		t.Errorf("%s (%v)", crossing, err)
	}
	if inc.Step != "place the order" || inc.Rings() || !strings.Contains(inc.Reason, "crosses its 5 s limit about") {
		t.Errorf("%+v", inc)
	}
}

// TestCreepingEnds: when a release has put it right, it is over.
func TestCreepingEnds(t *testing.T) {
	k := crept(t, 80, 3, func(d int) float64 {
		if d > 40 {
			return 700
		}
		return 800 + 70*float64(d)
	})
	if len(k.Changes) != 2 || len(k.State.Open) != 0 {
		t.Error(k.Changes)
	}
}

// TestCreepingGoesOn: over its budget, and with its limit far away, a step that still gets slower has not got any better.
func TestCreepingGoesOn(t *testing.T) {
	k, dice := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}, rand.New(rand.NewPCG(4, 7))
	for hour := range 70 * 24 {
		run := placed(hour, (900+25*float64(hour/24))*(1+0.15*dice.NormFloat64()))
		run.Steps[0].SlowMS, run.Steps[0].LimitMS = 1500, 60_000
		k.Run(run)
	}
	if len(k.Changes) != 1 || len(k.State.Open) != 1 {
		t.Error(k.Changes)
	}
}
