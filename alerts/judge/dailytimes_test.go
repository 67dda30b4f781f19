package judge_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
)

// judgeRegions judges days of hourly runs from several regions, and returns the latency trend incidents that opened. ms returns the
// duration of a run; 0: no run.
func judgeRegions(t *testing.T, days int, seed uint64, regions []string, ms func(dice *rand.Rand, day int, region string) float64) (opened []incident.Incident) {
	t.Helper()
	policy, dice := alertstest.ShippedPolicy(t), rand.New(rand.NewPCG(seed, 12))
	var state judge.JourneyState
	for hour := range days * 24 {
		for _, region := range regions {
			run := orderRun(hour, ms(dice, hour/24, region))
			if run.Region, run.Steps[0].SlowMS = region, 1500; run.Steps[0].DurationMS == 0 {
				continue
			}
			var decisions []judge.Decision
			state, decisions = judge.Judge(policy, state, run, "")
			state.Outbox = nil
			for _, d := range decisions {
				if d.Incident.Kind == incident.LatencyTrend && (d.Verb == judge.Opens || d.Verb == judge.Reopens) {
					opened = append(opened, d.Incident)
				}
			}
		}
	}
	return opened
}

var three = []string{"ap", "eu", "us"}

// waits draws exponentially distributed durations, as of a search: most are short and a few are long, the strongest noise.
func waits(level func(day int) float64) func(*rand.Rand, int, string) float64 {
	return func(dice *rand.Rand, day int, _ string) float64 { return 100 + level(day)*dice.ExpFloat64() }
}

// TestAverageOfRegionsDetectsFaintTrend: three regions together detect a rise that is too faint for one within a few weeks.
func TestAverageOfRegionsDetectsFaintTrend(t *testing.T) {
	rise := waits(func(day int) float64 { return 700 * math.Exp(0.024*float64(day)) })
	alone, together := 0, 0
	const seeds = 20
	for seed := range uint64(seeds) {
		alone += min(1, len(judgeRegions(t, 25, seed, three[:1], rise)))
		opened := judgeRegions(t, 25, seed, three, rise)
		together += min(1, len(opened))
		if len(opened) > 0 && len(opened[0].Regions) > 1 && !strings.Contains(opened[0].Reason, "on the average of ap, eu and us: it gets slower") {
			t.Error(opened[0].Reason)
		}
	}
	if together < 17 || alone > together-3 {
		t.Errorf("of %d times, one region saw it %d times, and three together %d times", seeds, alone, together)
	}
}

// TestLatencyTrendInOneRegion: a step that gets slower in one region only is reported for that region.
func TestLatencyTrendInOneRegion(t *testing.T) {
	for seed := range uint64(6) {
		opened := judgeRegions(t, 28, seed, three, func(dice *rand.Rand, day int, region string) float64 {
			level := 500.0
			if region == "us" {
				level += 30 * float64(day)
			}
			return level * (1 + 0.15*dice.NormFloat64())
		})
		if len(opened) == 0 || !slices.Equal(opened[0].Regions, []string{"us"}) || !strings.Contains(opened[0].Reason, "seen from us: it gets slower") {
			t.Errorf("seed %d: %+v", seed, opened)
		}
	}
}

// TestChangingRegionsAreNoTrend: adding a slow region, or removing a fast one, is no rise of the average.
func TestChangingRegionsAreNoTrend(t *testing.T) {
	level := map[string]float64{"ap": 1300, "eu": 600, "us": 500}
	for name, here := range map[string]func(day int, region string) bool{
		"ap is new":         func(day int, region string) bool { return region != "ap" || day >= 20 },
		"us has ended":      func(day int, region string) bool { return region != "us" || day < 20 },
		"us misses a week":  func(day int, region string) bool { return region != "us" || day < 25 || day >= 32 },
		"ap now and then":   func(day int, region string) bool { return region != "ap" || day%3 == 0 },
		"each in its turn":  func(day int, region string) bool { return region == []string{"us", "eu", "ap"}[min(2, day/15)] },
		"only us on Sunday": func(day int, region string) bool { return region == "us" || day%7 != 0 },
	} {
		for seed := range uint64(6) {
			opened := judgeRegions(t, 45, seed, three, func(dice *rand.Rand, day int, region string) float64 {
				if !here(day, region) {
					return 0
				}
				return level[region] * (1 + 0.15*dice.NormFloat64())
			})
			if len(opened) > 0 {
				t.Errorf("%s, seed %d: %s", name, seed, opened[0].Reason)
			}
		}
	}
}

// TestNoiseIsNoTrend: a noisy step close to its budget opens nothing. Of twenty times 90 days, two may open an incident by chance.
func TestNoiseIsNoTrend(t *testing.T) {
	daily := func(sd float64, seed uint64) func(int) float64 {
		dice := rand.New(rand.NewPCG(seed, 5))
		days := map[int]float64{}
		return func(day int) float64 {
			if days[day] == 0 {
				days[day] = math.Exp(sd * dice.NormFloat64())
			}
			return days[day]
		}
	}
	narrow := func(level func(int) float64) func(*rand.Rand, int, string) float64 {
		return func(dice *rand.Rand, day int, _ string) float64 { return level(day) * math.Exp(0.2*dice.NormFloat64()) }
	}
	const seeds = 20
	for name, ms := range map[string]func(seed uint64) func(*rand.Rand, int, string) float64{
		"long waits now and then": func(uint64) func(*rand.Rand, int, string) float64 {
			return waits(func(int) float64 { return 1200 })
		},
		"good and bad days": func(seed uint64) func(*rand.Rand, int, string) float64 {
			shared := daily(0.3, seed)
			return narrow(func(day int) float64 { return 1200 * shared(day) })
		},
		"a weekly rhythm, and noise": func(uint64) func(*rand.Rand, int, string) float64 {
			return narrow(func(day int) float64 { return []float64{900, 1000, 1200, 1400, 1400, 600, 500}[day%7] })
		},
		"a release that is slower by a third": func(uint64) func(*rand.Rand, int, string) float64 {
			return narrow(func(day int) float64 { return map[bool]float64{true: 1200, false: 900}[day >= 40] })
		},
	} {
		alarms := 0
		for seed := range uint64(seeds) {
			alarms += min(1, len(judgeRegions(t, 90, seed, three, ms(seed))))
		}
		if alarms > seeds/10 {
			t.Errorf("%s: %d of %d times it was taken for creeping", name, alarms, seeds)
		}
	}
}
