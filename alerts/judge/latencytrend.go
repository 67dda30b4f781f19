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
	knownUntil       = 300 // days: a date without a year is the next one
)

// A crossing is the predicted time at which a step exceeds its budget or limit.
type crossing struct {
	step      string
	regions   []string // in which the trend shows
	trend     trend.Trend
	from      time.Time // first day of the trend
	days      int64     // length of the trend
	limit     int64     // milliseconds
	limitName string    // "budget" or "limit"
	day       time.Time // predicted
	early     time.Time // and the bounds that chance leaves it
	late      time.Time // zero: it may never come
	pace      string    // "slower", or "slower and slower"
	restarts  int       // that set the step back meanwhile
}

// crosses predicts when a step exceeds its budget, or its limit if it exceeds the budget already, assuming that the trend of
// the last weeks continues. It reports false if that is more than horizon days away, or the rise is less significant than
// minZ, in standard deviations.
func (s StepDays) crosses(p JourneyPolicy, today int64, horizon int, minZ float64) (crossing, bool) {
	days := s.within(p, today)
	if len(days) < MinTrendDays {
		return crossing{}, false
	}
	c := crossing{step: s.Name, trend: trend.Of(days), from: date(days[0].Day), days: today - days[0].Day, pace: steadyPace}
	if r, ok := trend.FindRestarts(days); ok {
		c.trend, c.restarts = trend.Trend{Slope: r.Slope, First: r.First, Last: r.Last}, r.Count
	} else if t := c.trend; t.Z < minZ || t.Slope <= 0 || t.Last < t.First*(1+minRise) || trend.IsJump(days) {
		return crossing{}, false
	}
	t := c.trend
	if c.limit, c.limitName = s.LimitMS, "limit"; s.SlowMS > 0 && t.Last < float64(s.SlowMS) {
		c.limit, c.limitName = s.SlowMS, "budget"
	}
	if c.limit == 0 {
		return crossing{}, false
	}
	f := trend.DaysUntil(days, float64(c.limit))
	if latest := trend.Recent(days); c.restarts > 0 || f.Accelerate && max(t.Last, latest) < t.First*(1+minGrowth) {
		left := math.Max(0, (float64(c.limit)-t.Last)/t.Slope) // a slow swing looks accelerated on its way up
		f = trend.Forecast{Days: left, Early: 0.8 * left, Late: 1.25 * left}
	}
	if f.Days > float64(horizon) {
		return crossing{}, false
	}
	if f.Accelerate {
		c.pace = "slower and slower"
	}
	last := days[len(days)-1].Day
	c.day, c.early = date(last+int64(math.Ceil(f.Days))), date(last+int64(math.Floor(f.Early)))
	if f.Late < knownUntil {
		c.late = date(last + int64(math.Ceil(f.Late)))
	}
	return c, true
}

// String describes the crossing.
func (c crossing) String() string {
	limit := strconv.FormatFloat(float64(c.limit)/1000, 'f', -1, 64) + " s " + c.limitName
	rise := fmt.Sprintf("it gets %s, by %.0f ms a day, from %s", c.pace, c.trend.Slope, phrase.Seconds(int64(max(0, c.trend.First))))
	if c.restarts > 0 {
		return fmt.Sprintf("%s on, and was set back %s in %d days; without that it crosses its %s %s",
			rise, phrase.Times(c.restarts), c.days, limit, c.when())
	}
	return fmt.Sprintf("%s to %s in %d days, and crosses its %s %s", rise, phrase.Seconds(int64(c.trend.Last)), c.days, limit, c.when())
}

// when formats the bounds of the crossing, such as "between 9 and 20 May".
func (c crossing) when() string {
	const day = "2 January"
	from := c.early.Format(day)
	switch {
	case c.late.IsZero():
		return "not before " + from
	case c.late.Equal(c.early):
		return "about " + from
	case c.late.Month() == c.early.Month():
		from = c.early.Format("2")
	}
	return "between " + from + " and " + c.late.Format(day)
}

// within returns the days that a trend is computed from.
func (s StepDays) within(p JourneyPolicy, today int64) []trend.Daily {
	days := s.Days
	for len(days) > 0 && days[0].Day < today-int64(p.TrendDays) {
		days = days[1:]
	}
	return days
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
		_, restarts := trend.FindRestarts(days)
		return t.Slope > 0 && t.Z >= likely || restarts
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
