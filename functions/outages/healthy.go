package outages

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"valkyrie/alerts/replay"
	"valkyrie/probes/journey"
	"valkyrie/probes/practice"
)

// Healthy judges a month without outages, with the noise of a healthy site, under the one policy: three regions, a slot a
// minute, and one spontaneous failure in every hundred runs. It returns the notifications, all of which are false.
//
// Only the runs are simulated; the judge is the real one. The same seed produces the same month.
func Healthy(seed uint64) ([]replay.Verdict, int, error) {
	cfg, err := Policy()
	if err != nil {
		return nil, 0, err
	}
	titles := map[string]string{}
	for _, make := range journey.Scheduled(practice.All) {
		titles[make().Name] = make().Title
	}
	replay := replay.New(cfg.Judge, cfg.OnCall, titles)
	n := noise{rand.New(rand.NewPCG(seed, 30))}
	for slot := monday; slot.Before(monday.Add(30 * day)); slot = slot.Add(minute) {
		for _, name := range []string{practice.PrintCard().Name, practice.CreateOrder().Name} {
			for _, region := range Regions {
				replay.Judge(n.run(name, region, slot))
			}
		}
	}
	return replay.Verdicts(monday), replay.Runs, nil
}

// noise adds the variation of a healthy site and network to a run.
type noise struct{ *rand.Rand }

// run returns a run of a healthy site: a daily rhythm, a peak every Sunday evening, two slow days, a release a day during
// which a run may be slow or fail, and single failures.
func (n noise) run(name, region string, slot time.Time) journey.Run {
	const slowBudget, limit = 1500, 5000
	sinceMidnight := slot.Sub(slot.Truncate(day)).Hours()
	ms := 250 * (1 + 0.3*math.Sin((sinceMidnight-10)/24*2*math.Pi)) * math.Exp(0.2*n.NormFloat64())
	if slot.Weekday() == time.Sunday && sinceMidnight >= 18 && sinceMidnight < 21 {
		ms *= 2
	}
	if d := int(slot.Sub(monday) / day); d == 11 || d == 22 {
		ms *= 1.8 // from twice and a half on, a text says that the step is several times slower
	}
	deploys := slot.Hour() == 14 && slot.Minute() == 30
	if deploys {
		ms *= 4
	}
	run := journey.Run{
		ID: fmt.Sprint(name, region, slot.Unix()), Journey: name, Region: region, Slot: slot, Started: slot, EveryMS: minute.Milliseconds(),
		Outcome: journey.Passed, DurationMS: int64(ms),
		Steps: []journey.StepResult{{Name: "place the order", Outcome: journey.Passed, DurationMS: int64(ms), SlowMS: slowBudget, LimitMS: limit}},
	}
	switch {
	case n.Float64() < 0.01 || deploys && n.Float64() < 0.3:
		run.Outcome, run.Error = journey.Failed, `step "place the order": no answer within 5s`
		run.Steps[0].Outcome, run.Steps[0].Error = journey.Failed, "no answer within 5s"
	case ms > slowBudget:
		run.Outcome, run.Steps[0].Outcome = journey.Slow, journey.Slow
	}
	return run
}
