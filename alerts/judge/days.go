package judge

import (
	"math"
	"slices"
	"time"

	"valkyrie/alerts/judge/trend"
	"valkyrie/probes/journey"
)

// StepDays holds a step's duration per day.
type StepDays struct {
	Name    string       `json:"name"`
	SlowMS  int64        `json:"slow_ms"`
	LimitMS int64        `json:"limit_ms"`
	Today   trend.Median `json:"today"`
	Days    trend.Days   `json:"days"` // oldest first; the last MaxTrendDays days
}

// closeDay adds the daily times of the last run's day when slot is on a later day. It reports whether there are any.
func (r *RegionState) closeDay(slot time.Time) bool {
	today := dayOf(slot)
	if today == r.Day {
		return false
	}
	var kept []StepDays
	for _, s := range r.Steps {
		days := slices.Clone(s.Days)
		if s.Today.N > 0 {
			days = append(days, trend.Daily{Day: r.Day, MS: int64(math.Round(s.Today.Typical()))})
		}
		s.Days = slices.DeleteFunc(days, func(d trend.Daily) bool { return d.Day < today-MaxTrendDays })
		s.Today = trend.Median{}
		if len(s.Days) > 0 { // else the journey has not had this step for weeks
			kept = append(kept, s)
		}
	}
	r.Day, r.Steps = today, kept
	return len(kept) > 0
}

// addStepTimes adds the step durations of a good run to the medians of the day.
func (r *RegionState) addStepTimes(run journey.Run) {
	for i := range run.Steps {
		res := &run.Steps[i]
		if res.Cleanup || !res.Outcome.Good() {
			continue
		}
		s := r.step(res.Name)
		s.SlowMS, s.LimitMS = res.SlowMS, res.LimitMS
		s.Today.Add(float64(res.DurationMS))
	}
}

func (r *RegionState) step(name string) *StepDays {
	for i := range r.Steps {
		if r.Steps[i].Name == name {
			return &r.Steps[i]
		}
	}
	r.Steps = append(r.Steps, StepDays{Name: name})
	return &r.Steps[len(r.Steps)-1]
}

const secondsADay = 24 * 60 * 60

func dayOf(t time.Time) int64 { return int64(math.Floor(float64(t.Unix()) / secondsADay)) }

// date returns midnight UTC of the day.
func date(day int64) time.Time { return time.Unix(day*secondsADay, 0).UTC() }
