package judge_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/judge"
	"valkyrie/infra/suite"
	"valkyrie/probes/journey"
)

// TestGoldenTrends compares drawn months of steps that take longer at busy hours, from one day on, or for hours, and of counts that
// fall, with testdata: the changes, and a checksum of the state at the end of each day. Many durations are a multiple of the usual one that
// is exactly at a limit.
func TestGoldenTrends(t *testing.T) {
	factors := []float64{1, 1, 1, 1, 1, 1.5, 1.49, 2.5, 2.4, 3}
	r := transcript{brief: true}
	for seed := range uint64(8) {
		dice := rand.New(rand.NewPCG(seed, 5))
		regions := 1 + int(seed%3)
		every := []time.Duration{15 * time.Minute, 20 * time.Minute, 30 * time.Minute}[seed%3]
		p := alertstest.ShippedPolicy(t)
		p.TrendDays = []int{28, 14}[seed%2]
		p.Counts = []judge.CountRule{{Baseline: &judge.Baseline{Name: "orders", AtLeast: []float64{0, 0.8}[seed/2%2], Zone: "Europe/Berlin"}}}
		r.begin(fmt.Sprintf("%d regions each %v, from seed %d", regions, every, seed), p)
		factor, level, creep, grows := 1.0, 1.0, make([]float64, regions), []float64{0, 0.03, 0.06, 0.1}[seed/2]
		// The week before the counts are judged needs three: the months of two seeds are longer.
		days := []int{18, 18, 32, 32}[seed/2]
		for slot := alertstest.Start; slot.Before(alertstest.Start.AddDate(0, 0, days)); slot = slot.Add(every) {
			hour, day := slot.Hour(), int(slot.Sub(alertstest.Start).Hours()/24)
			if slot.Minute() == 0 && dice.IntN(4) == 0 {
				factor = factors[dice.IntN(len(factors))]
				level = []float64{1, 1, 1, 0.85, 0.7, 0.5, 0.02, 0}[dice.IntN(8)]
			}
			for i := range regions {
				if creep[i] = grows * float64(day); i == 2 {
					creep[i] = 0 // from one of three, it stays as it was
				}
				if dice.IntN(50) == 0 {
					continue
				}
				run := alertstest.Run(0, goldenRegions[i], journey.Passed)
				run.ID, run.Slot, run.Started, run.EveryMS = fmt.Sprint(slot.Unix(), i), slot, slot, every.Milliseconds()
				busy := 1.0
				if hour >= 10 && hour < 12 {
					busy = 1.4 + creep[i]
				}
				run.Steps = []journey.StepResult{
					{Name: "sign in", Outcome: journey.Passed, DurationMS: int64(1000 * factor), SlowMS: 6000, LimitMS: 9000},
					{Name: "search", Outcome: journey.Passed, DurationMS: int64((800 + 10*float64(dice.IntN(5))) * busy), LimitMS: 5000},
					{Name: "read", Outcome: journey.Passed, DurationMS: int64(500*(1+2*creep[i])) + int64(dice.IntN(30))}, // without a limit
					{Name: "wait", Outcome: journey.Passed, DurationMS: int64(600*(1+creep[i])) + int64(dice.IntN(30)), SlowMS: 1500, LimitMS: 4000},
				}
				usual := 40.0
				if hour < 6 {
					usual = 4
				}
				orders := float64(int(usual * level))
				if level == 0 && hour%6 == 0 && dice.IntN(2) == 0 {
					orders = 1
				}
				run.Counts = []journey.Count{{Name: "orders", Value: orders}}
				r.run(run)
			}
			if hour == 23 && slot.Add(every).Hour() == 0 {
				text, err := json.Marshal(r.state)
				fmt.Fprintf(&r, "day %d: %d bytes, %v, sha256 %.6x\n", day, len(text), err, sha256.Sum256(text))
			}
		}
		r.end()
	}
	// Days of exactly one second, then hours that are raised, at the limits, and back.
	r.begin("hours at the limits", alertstest.ShippedPolicy(t))
	hours := append(slices.Repeat([]int64{1000}, 9*24), 2500, 2500, 1500, 2500, 1499, 2499, 2500, 2500, 2500, 1500, 1500, 1000, 1000, 1099, 1100, 3000, 1000, 3000, 3000, 1000)
	for n, ms := range hours {
		for quarter := range 4 {
			slot := alertstest.Start.Add(time.Duration(n)*time.Hour + time.Duration(quarter)*15*time.Minute)
			run := alertstest.Run(0, "eu", journey.Passed)
			run.ID, run.Slot, run.Started, run.EveryMS = fmt.Sprint(slot.Unix()), slot, slot, 900_000
			run.Steps = []journey.StepResult{{Name: "sign in", Outcome: journey.Passed, DurationMS: ms, LimitMS: 9000}}
			r.run(run)
		}
		if text, err := json.Marshal(r.state); n > 9*24 {
			fmt.Fprintf(&r, "an hour of %d ms: %v, sha256 %.6x\n", ms, err, sha256.Sum256(text))
		}
	}
	r.end()
	suite.Golden(t, "testdata/trends.txt", r.String())
}

// TestGoldenSeveralAtOnce compares certificates and cleanups of two regions or hosts, whose trouble overlaps, with testdata.
func TestGoldenSeveralAtOnce(t *testing.T) {
	var r transcript
	for seed := range uint64(6) {
		dice := rand.New(rand.NewPCG(seed, 6))
		r.begin(fmt.Sprintf("from seed %d", seed), alertstest.ShippedPolicy(t))
		unclean := map[string]bool{}
		expires := [2]time.Time{alertstest.Start.Add(22 * 24 * time.Hour), alertstest.Start.Add(23 * 24 * time.Hour)}
		lasts := []time.Duration{90 * 24 * time.Hour, 6 * 24 * time.Hour}[seed%2]
		r.slots(6*time.Hour, []string{"pp*60", "ppp*60"}[seed%2], func(run *journey.Run) {
			if dice.IntN(4) == 0 {
				unclean[run.Region] = !unclean[run.Region]
			}
			step := journey.StepResult{Name: "cancel the order", Outcome: journey.Passed, Cleanup: true}
			if unclean[run.Region] {
				step.Outcome, step.Error = journey.Failed, "no such button"
			}
			if dice.IntN(9) > 0 {
				run.Steps = append(run.Steps, step)
			}
			for n, host := range []string{"shop.example.com", "cdn.example.com"} {
				if run.Slot.After(expires[n].Add(-2*time.Hour)) || dice.IntN(80) == 0 {
					expires[n] = expires[n].Add(lasts)
				}
				if dice.IntN(6) > 0 {
					run.Certificates = append(run.Certificates, journey.Certificate{Host: host, Issuer: "an authority", From: expires[n].Add(-lasts), Expires: expires[n]})
				}
			}
		})
		r.end()
	}
	suite.Golden(t, "testdata/several.txt", r.String())
}
