package judge

import (
	"fmt"
	"math"
	"slices"
	"time"

	"valkyrie/alerts/judge/trend"
)

// A Baseline is a rule that a count must not fall far below its usual level for the hour of the week. The count should
// cover a fixed time, such as the orders of the last 15 minutes, as its random variation is then known (Poisson).
type Baseline struct {
	Name    string  `yaml:"name"`
	AtLeast float64 `yaml:"at_least"` // fraction of the usual level that is still accepted; default 0.5
	Zone    string  `yaml:"zone"`     // time zone of the customers, whose clock the level follows; default UTC
}

// A BaselineRate holds the history of a count for each hour of the week.
type BaselineRate struct {
	Name  string       `json:"name"`
	Hour  int64        `json:"hour"`            // current hour of the zone, in hours since 1970
	Now   trend.Median `json:"now"`             // median of that hour so far
	Weeks [][]float64  `json:"weeks"`           // for each of the 168 hours of a week: medians of the last weeksKept weeks, oldest first
	Hours []HourLevel  `json:"hours,omitempty"` // of the last finished hours whose usual level is known, oldest first
}

// An HourLevel is the level of a finished hour beside its usual one.
type HourLevel struct {
	Got   float64 `json:"got"` // median
	Most  float64 `json:"most"`
	Usual float64 `json:"usual"`
}

// Thresholds of a baseline.
const (
	hoursAWeek    = 7 * 24
	weeksKept     = 6   // weeks of history per hour: with three weeks of a sale among them, the lower median is still an ordinary week
	weeksNeeded   = 3   // weeks of history before the rule applies
	minDeviations = 3.3 // standard deviations below the level; a Poisson count has a deviation of its square root, so chance exceeds this once in 2000

	hoursKept  = 12  // of Hours
	zeroUsual  = 8.0 // orders that would be usual in hours without any: chance has none once in 3000, e^-8
	dropHours  = 3   // hours of a partial drop: three medians 20 % too low in a row are once in 100 000, at 10 % noise
	dropTo     = 0.7
	dropFrom   = 0.9 // of the usual level, on the average of the hours before it: a holiday is low from its beginning
	dropSigmas = 4.0
)

// belowBaseline compares a count with its baseline, adds it to the history, and returns the fault or "".
func (j *judging) belowBaseline(u Baseline, value float64) string {
	slot := u.local(j.run.Slot)
	i := slices.IndexFunc(j.now.Baselines, func(r BaselineRate) bool { return r.Name == u.Name })
	if i < 0 {
		i = len(j.now.Baselines)
		j.now.Baselines = append(j.now.Baselines, BaselineRate{Name: u.Name, Hour: hourOf(slot)})
	}
	rate := &j.now.Baselines[i]
	rate.closeHour(hourOf(slot))
	rate.Now.Add(value)
	fraction := u.AtLeast
	if fraction == 0 {
		fraction = 0.5
	}
	expected, known := rate.expected(slot)
	switch {
	case !known:
		return ""
	case value < fraction*expected && expected-value >= minDeviations*math.Sqrt(expected):
		return fmt.Sprintf("%s is %s; at this hour of the week %s is usual", u.Name, number(value), tenth(expected))
	case value == 0:
		return rate.emptyHours(u.Name)
	}
	return rate.dropped(u.Name)
}

// local returns a time as if the clock of the zone were UTC, so that hours are counted by it, also when it is changed.
func (u Baseline) local(t time.Time) time.Time {
	zone, err := time.LoadLocation(u.Zone)
	if err != nil {
		return t // config refuses it
	}
	_, offset := t.In(zone).Zone()
	return t.Add(time.Duration(offset) * time.Second)
}

// closeHour moves the median of a finished hour into the history.
func (r *BaselineRate) closeHour(hour int64) {
	if hour == r.Hour {
		return
	}
	weeks := make([][]float64, hoursAWeek)
	copy(weeks, r.Weeks)
	if r.Now.N > 0 {
		if usual, known := r.baseline(r.Hour); known {
			most := r.Now.Q[min(r.Now.N, len(r.Now.Q))-1]
			r.Hours = append(slices.Clone(r.Hours), HourLevel{r.Now.Value(), most, usual})
			r.Hours = r.Hours[max(0, len(r.Hours)-hoursKept):]
		}
		at := ((r.Hour % hoursAWeek) + hoursAWeek) % hoursAWeek
		all := append(slices.Clone(weeks[at]), r.Now.Value())
		weeks[at] = all[max(0, len(all)-weeksKept):]
	}
	r.Weeks, r.Hour, r.Now = weeks, hour, trend.Median{}
}

// baseline returns the usual level of an hour: the lower median of its weeks, which neither a sale nor a holiday moves; false
// until enough weeks are known.
func (r *BaselineRate) baseline(hour int64) (float64, bool) {
	if len(r.Weeks) == 0 {
		return 0, false
	}
	past := slices.Sorted(slices.Values(r.Weeks[((hour%hoursAWeek)+hoursAWeek)%hoursAWeek]))
	if len(past) < weeksNeeded {
		return 0, false
	}
	return past[(len(past)-1)/2], true
}

// expected returns the level that is usual at a time: between those of the middles of two hours, where the level is steep; at most
// that of half an hour before, as the count covers some time; and at most that of half an hour later, as the level of a shop that
// closes falls within a part of the hour.
func (r *BaselineRate) expected(slot time.Time) (float64, bool) {
	level := func(t time.Time) (float64, bool) {
		t = t.Add(-30 * time.Minute)
		from, known := r.baseline(hourOf(t))
		to, next := r.baseline(hourOf(t) + 1)
		share := float64(t.Unix()%3600) / 3600
		return from + (to-from)*share, known && next
	}
	here, known := r.baseline(hourOf(slot))
	for _, t := range []time.Time{slot, slot.Add(-30 * time.Minute), slot.Add(30 * time.Minute)} {
		if l, ok := level(t); ok {
			here = min(here, l)
		}
	}
	return here, known
}

// emptyHours returns the fault that nothing came for hours in which something is usual, though too little to be missed in each.
func (r *BaselineRate) emptyHours(name string) string {
	usual, hours := 0.0, 0
	for _, h := range slices.Backward(r.Hours) {
		if h.Most > 0 {
			break
		}
		usual, hours = usual+h.Usual, hours+1
	}
	if usual < zeroUsual {
		return ""
	}
	return fmt.Sprintf("%s has been 0 for %d hours; %s is usual at such an hour of the week", name, hours, tenth(usual/float64(hours)))
}

// dropped returns the fault that the level fell within hours, though not as far as at_least.
func (r *BaselineRate) dropped(name string) string {
	n := len(r.Hours)
	if n < 2*dropHours {
		return ""
	}
	got, usual := 0.0, 0.0
	for _, h := range r.Hours[n-dropHours:] {
		if h.Got > (1+dropTo)/2*h.Usual {
			return ""
		}
		got, usual = got+h.Got, usual+h.Usual
	}
	gotBefore, usualBefore := 0.0, 0.0
	for _, h := range r.Hours[:n-dropHours] {
		gotBefore, usualBefore = gotBefore+h.Got, usualBefore+h.Usual
	}
	if got >= dropTo*usual || usual-got < dropSigmas*math.Sqrt(usual) || gotBefore < dropFrom*usualBefore {
		return ""
	}
	return fmt.Sprintf("%s fell to %.0f %% of what is usual at such hours of the week, for %d hours", name, 100*got/usual, dropHours)
}

// tenth formats a level with one decimal.
func tenth(v float64) string { return number(math.Round(v*10) / 10) }
