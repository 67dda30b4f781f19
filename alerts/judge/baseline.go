package judge

import (
	"fmt"
	"math"
	"slices"

	"valkyrie/alerts/judge/trend"
)

// A Baseline is a rate that must not fall far below what it usually is at that hour of the week. The number should be a
// count over a fixed time, such as the orders of the last 15 minutes: then how much it varies by chance is known.
type Baseline struct {
	Name    string  `yaml:"name"`
	AtLeast float64 `yaml:"at_least"` // part of the usual number that is still right; default 0.5
}

// A BaselineRate is what a count has been, hour by hour of the week.
type BaselineRate struct {
	Name  string       `json:"name"`
	Hour  int64        `json:"hour"`  // the present one, hours since 1970
	Now   trend.Median `json:"now"`   // of that hour
	Weeks [][]float64  `json:"weeks"` // for each of the week's 168 hours: its medians in the last few weeks, oldest first
}

// How a rate's usual level is known, and when it is missed.
const (
	hoursAWeek  = 7 * 24
	weeksUsual  = 4   // weeks that are remembered
	weeksNeeded = 3   // before the level counts as known
	fewer       = 3.3 // standard deviations of a Poisson count, which are its square root: one chance in 2000
)

// belowBaseline judges a rate, and then learns from it.
func (j *judging) belowBaseline(u Baseline, value float64) string {
	i := slices.IndexFunc(j.now.Baselines, func(r BaselineRate) bool { return r.Name == u.Name })
	if i < 0 {
		i = len(j.now.Baselines)
		j.now.Baselines = append(j.now.Baselines, BaselineRate{Name: u.Name, Hour: hourOf(j.run.Slot)})
	}
	rate := &j.now.Baselines[i]
	rate.turn(hourOf(j.run.Slot))
	rate.Now.Add(value)
	part := u.AtLeast
	if part == 0 {
		part = 0.5
	}
	usual, known := rate.baseline()
	if !known || value >= part*usual || usual-value < fewer*math.Sqrt(usual) {
		return "" // a quiet night: too few are usual for their absence to mean anything
	}
	return fmt.Sprintf("%s is %s; at this hour of the week %s is usual", u.Name, number(value), number(math.Round(usual*10)/10))
}

// turn files the hour that is over.
func (r *BaselineRate) turn(hour int64) {
	if hour == r.Hour {
		return
	}
	weeks := make([][]float64, hoursAWeek)
	copy(weeks, r.Weeks)
	if r.Now.N > 0 {
		at := r.Hour % hoursAWeek
		all := append(slices.Clone(weeks[at]), r.Now.Value())
		weeks[at] = all[max(0, len(all)-weeksUsual):]
	}
	r.Weeks, r.Hour, r.Now = weeks, hour, trend.Median{}
}

// baseline is the level of the present hour of the week; false until it is known.
func (r *BaselineRate) baseline() (float64, bool) {
	if len(r.Weeks) == 0 {
		return 0, false
	}
	past := r.Weeks[r.Hour%hoursAWeek]
	return trend.MedianOf(slices.Clone(past)), len(past) >= weeksNeeded
}
