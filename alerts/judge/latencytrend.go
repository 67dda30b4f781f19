package judge

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge/trend"
	"valkyrie/alerts/phrase"
)

// Thresholds of a latency trend, besides those of the policy.
const (
	significant      = 2.58 // standard deviations; chance alone exceeds this once in 200
	significantAlone = 3.29 // once in 2000: for a single region of several, as each is one more comparison
	minRise          = 0.10 // rise over the trend, as a fraction of its first level
	minGrowth        = 0.50 // the same, for a trend that accelerates: a level that swings by 15 % rises by 35 %
	steadyPace       = "slower"
)

// A crossing is the predicted day on which a step exceeds its budget or limit.
type crossing struct {
	step      string
	regions   []string // in which the trend shows
	trend     trend.Trend
	from      time.Time // first day of the trend
	days      int64     // length of the trend
	limit     int64     // milliseconds
	limitName string    // "budget" or "limit"
	day       time.Time // predicted
	pace      string    // "slower", or "slower and slower"
}

// crosses predicts when a step exceeds its budget, or its limit if it exceeds the budget already, assuming that the trend of
// the last weeks continues. It reports false if that is more than horizon days away, or the rise is less significant than
// minZ, in standard deviations.
func (s StepDays) crosses(p JourneyPolicy, today int64, horizon int, minZ float64) (crossing, bool) {
	days := s.within(p, today)
	if len(days) < MinTrendDays {
		return crossing{}, false
	}
	c := crossing{step: s.Name, trend: trend.Of(days), from: date(days[0].Day), days: today - days[0].Day, limit: s.LimitMS, limitName: "limit"}
	t := c.trend
	if t.Z < minZ || t.Slope <= 0 || t.Last < t.First*(1+minRise) || trend.IsJump(days) {
		return crossing{}, false
	}
	if s.SlowMS > 0 && t.Last < float64(s.SlowMS) {
		c.limit, c.limitName = s.SlowMS, "budget"
	}
	if c.limit == 0 {
		return crossing{}, false
	}
	daysLeft, pace := trend.DaysUntil(days, float64(c.limit))
	if pace != steadyPace && t.Last < t.First*(1+minGrowth) {
		daysLeft, pace = (float64(c.limit)-t.Last)/t.Slope, steadyPace // a slow swing looks accelerated on its way up
	}
	daysLeft, c.pace = math.Max(0, daysLeft), pace
	if daysLeft > float64(horizon) {
		return crossing{}, false
	}
	c.day = date(days[len(days)-1].Day + int64(math.Ceil(daysLeft)))
	return c, true
}

// within returns the days that a trend is computed from.
func (s StepDays) within(p JourneyPolicy, today int64) []trend.Daily {
	days := s.Days
	for len(days) > 0 && days[0].Day < today-int64(p.TrendDays) {
		days = days[1:]
	}
	return days
}

// String describes the crossing.
func (c crossing) String() string {
	return fmt.Sprintf("it gets %s, by %.0f ms a day, from %s to %s in %d days, and crosses its %s s %s about %s", c.pace, c.trend.Slope,
		phrase.Seconds(int64(max(0, c.trend.First))), phrase.Seconds(int64(c.trend.Last)), c.days,
		strconv.FormatFloat(float64(c.limit)/1000, 'f', -1, 64), c.limitName, c.day.Format("2 January"))
}

// latencyTrend opens, continues or closes the latency trend incident. It runs once a day.
func (j *judging) latencyTrend() {
	if j.policy.TrendDays == 0 {
		return
	}
	i := j.find(incident.LatencyTrend)
	horizon := j.policy.TrendHorizon
	if i >= 0 {
		horizon *= 2 // hysteresis: a prediction that moves by a day does not close the incident
	}
	c, found := j.firstCrossing(horizon, j.run.Region)
	switch {
	case found && i < 0:
		j.open(incident.LatencyTrend, Streak{Count: int(c.days), Since: c.from}, "")
		j.describeTrend(&j.Open[len(j.Open)-1], c)
	case found:
		j.continueIncident(i, Streak{Count: int(c.days)}, "")
		j.describeTrend(&j.Open[i], c)
	case i >= 0 && !j.stillRises(j.Open[i]):
		j.close(i, incident.Recovered, fmt.Sprintf("%s: the step %q does not get slower any more", j.run.Journey, j.Open[i].Step))
	}
}

// stillRises reports whether the step of an incident is still getting slower, whenever it crosses: a step over its budget
// whose limit is far away has not recovered.
func (j *judging) stillRises(inc incident.Incident) bool {
	const likely = 1.28 // standard deviations; 90 % confidence
	rises := func(days []trend.Daily) bool {
		t := trend.Of(days)
		return t.Slope > 0 && t.Z >= likely
	}
	for _, name := range inc.Regions {
		for _, s := range j.Regions[name].Steps {
			if s.Name == inc.Step && rises(s.within(j.policy, j.Regions[name].Day)) {
				return true
			}
		}
	}
	for _, peaks := range []bool{false, true} {
		if all, _ := j.pooledDays(StepDays{Name: inc.Step}, peaks); rises(all.Days) {
			return true
		}
	}
	return false
}

// describeTrend writes the trend into the incident.
func (j *judging) describeTrend(inc *incident.Incident, c crossing) {
	inc.Step, inc.Error, inc.Evidence = c.step, c.String(), nil
	seen := "seen from " + phrase.List(c.regions)
	if len(c.regions) > 1 {
		seen = "on the average of " + phrase.List(c.regions)
	}
	for _, name := range c.regions {
		inc.Regions = incident.AddName(inc.Regions, name)
	}
	inc.Reason = fmt.Sprintf("%s: the step %q, %s: %s", j.run.Journey, c.step, seen, c)
	j.recordOpened(*inc)
}

// firstCrossing returns the earliest predicted crossing of any step, on the average of all regions and in each of the named
// regions alone.
func (j *judging) firstCrossing(horizon int, regions ...string) (first crossing, found bool) {
	consider := func(s StepDays, today int64, minZ float64, regions ...string) {
		if c, ok := s.crosses(j.policy, today, horizon, minZ); ok && (!found || c.day.Before(first.day)) {
			first, found = c, true
			first.regions = regions
		}
	}
	for _, s := range j.now.Steps {
		for _, peaks := range []bool{false, true} {
			if all, names := j.pooledDays(s, peaks); len(names) > 1 {
				consider(all, j.now.Day, significant, names...)
			}
		}
	}
	aloneZ := significant
	if len(j.Regions) > 1 {
		aloneZ = significantAlone
	}
	for _, name := range regions {
		for _, s := range j.Regions[name].Steps {
			consider(s, j.Regions[name].Day, aloneZ, name)
			s.Days = s.Peaks // it may get slower at the busiest hour only
			consider(s, j.Regions[name].Day, significantAlone, name)
		}
	}
	return first, found
}

// slower opens and closes the incident of a step that became several times slower all at once, though under its budget. While
// the journey fails or is slow, people know.
func (j *judging) slower() {
	i := j.find(incident.Slower)
	if !j.run.Outcome.Good() {
		return
	}
	if i >= 0 {
		inc := j.Open[i]
		raised := func(name string) bool {
			s := j.Regions[name].stepNamed(inc.Step)
			return s != nil && s.Raised > 0
		}
		if !slices.ContainsFunc(inc.Regions, raised) {
			j.close(i, incident.Recovered, fmt.Sprintf("%s: the step %q no longer takes several times its usual time", j.run.Journey, inc.Step))
		}
		return
	}
	if j.find(incident.Down, incident.Flapping, incident.Degraded) >= 0 {
		return
	}
	for _, s := range j.now.Steps {
		if !s.isRaised() {
			continue
		}
		var regions []string
		for name, r := range j.Regions {
			if o := r.stepNamed(s.Name); o != nil && o.isRaised() && !j.isMute(r) {
				regions = append(regions, name)
			}
		}
		if len(regions) >= j.policy.Regions.need(len(j.Regions)) {
			slices.Sort(regions)
			j.openSlower(s, regions)
			return
		}
	}
}

// openSlower opens the incident of a step.
func (j *judging) openSlower(s StepDays, regions []string) {
	usual, _ := s.usual()
	now := s.Now.Value()
	since := s.Fast.Add(j.now.interval(j.policy))
	change := fmt.Sprintf("it takes %.0f times as long since %s, %s instead of %s", now/usual, phrase.ClockWithDate(since, j.run.Slot), phrase.Seconds(int64(now)), phrase.Seconds(int64(usual)))
	inc := j.open(incident.Slower, Streak{Count: s.Raised, Since: since}, fmt.Sprintf("%s: the step %q, seen from %s: %s", j.run.Journey, s.Name, phrase.List(regions), change))
	inc.Step, inc.Error, inc.Regions, inc.Evidence = s.Name, change, regions, nil
	j.recordOpened(*inc)
}

// stepNamed returns the days of a step; nil if the region has none.
func (r RegionState) stepNamed(name string) *StepDays {
	for i := range r.Steps {
		if r.Steps[i].Name == name {
			return &r.Steps[i]
		}
	}
	return nil
}
