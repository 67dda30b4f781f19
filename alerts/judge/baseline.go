package judge

import (
	"fmt"
	"math"
	"slices"

	"valkyrie/alerts/judge/trend"
)

// A Baseline is a rule that a count must not fall far below its usual level for the hour of the week. The count should
// cover a fixed time, such as the orders of the last 15 minutes, as its random variation is then known (Poisson).
type Baseline struct {
	Name    string  `yaml:"name"`
	AtLeast float64 `yaml:"at_least"` // fraction of the usual level that is still accepted; default 0.5
}

// A BaselineRate holds the history of a count for each hour of the week.
type BaselineRate struct {
	Name  string       `json:"name"`
	Hour  int64        `json:"hour"`  // current hour, in hours since 1970
	Now   trend.Median `json:"now"`   // median of that hour so far
	Weeks [][]float64  `json:"weeks"` // for each of the 168 hours of a week: medians of the last weeksKept weeks, oldest first
}

// Thresholds of a baseline.
const (
	hoursAWeek    = 7 * 24
	weeksKept     = 4   // weeks of history per hour
	weeksNeeded   = 3   // weeks of history before the rule applies
	minDeviations = 3.3 // standard deviations below the level; a Poisson count has a deviation of its square root, so chance exceeds this once in 2000
)

// belowBaseline compares a count with its baseline, adds it to the history, and returns the fault or "".
func (j *judging) belowBaseline(u Baseline, value float64) string {
	i := slices.IndexFunc(j.now.Baselines, func(r BaselineRate) bool { return r.Name == u.Name })
	if i < 0 {
		i = len(j.now.Baselines)
		j.now.Baselines = append(j.now.Baselines, BaselineRate{Name: u.Name, Hour: hourOf(j.run.Slot)})
	}
	rate := &j.now.Baselines[i]
	rate.closeHour(hourOf(j.run.Slot))
	rate.Now.Add(value)
	fraction := u.AtLeast
	if fraction == 0 {
		fraction = 0.5
	}
	expected, known := rate.baseline()
	if !known || value >= fraction*expected || expected-value < minDeviations*math.Sqrt(expected) {
		return "" // also at quiet hours, when too few are usual for a low count to be significant
	}
	return fmt.Sprintf("%s is %s; at this hour of the week %s is usual", u.Name, number(value), number(math.Round(expected*10)/10))
}

// closeHour moves the median of a finished hour into the history.
func (r *BaselineRate) closeHour(hour int64) {
	if hour == r.Hour {
		return
	}
	weeks := make([][]float64, hoursAWeek)
	copy(weeks, r.Weeks)
	if r.Now.N > 0 {
		at := r.Hour % hoursAWeek
		all := append(slices.Clone(weeks[at]), r.Now.Value())
		weeks[at] = all[max(0, len(all)-weeksKept):]
	}
	r.Weeks, r.Hour, r.Now = weeks, hour, trend.Median{}
}

// baseline returns the usual level of the current hour of the week; false until enough weeks are known.
func (r *BaselineRate) baseline() (float64, bool) {
	if len(r.Weeks) == 0 {
		return 0, false
	}
	past := r.Weeks[r.Hour%hoursAWeek]
	return trend.MedianOf(slices.Clone(past)), len(past) >= weeksNeeded
}
