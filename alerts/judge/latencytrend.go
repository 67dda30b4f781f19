package judge

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge/trend"
	"valkyrie/alerts/phrase"
)

// What it takes besides the policy for a rise to be told.
const (
	sure     = 2.58 // standard deviations: one chance in 200 that there is no rise
	surer    = 3.29 // one in 2000: for one region of several, as each of them is one more chance to be wrong
	material = 0.10 // of the level at the beginning
)

// A crossing is where a trend leads.
type crossing struct {
	step      string
	regions   []string // from which it is seen
	trend     trend.Trend
	from      time.Time // first day of the trend
	days      int64     // of the trend
	limit     int64     // milliseconds
	limitName string    // "budget" or "limit"
	on        time.Time // day of the crossing
	how       string    // the step gets: "slower", or "slower and slower"
}

// crosses says when a step, if it goes on as in the last weeks, is over its budget, or where it is over that already,
// over its limit. sure is how many standard deviations its rise must be from none.
func (s StepDays) crosses(p JourneyPolicy, today int64, ahead int, sure float64) (crossing, bool) {
	days := s.within(p, today)
	if len(days) < MinTrendDays {
		return crossing{}, false
	}
	c := crossing{step: s.Name, trend: trend.Of(days), from: date(days[0].Day), days: today - days[0].Day, limit: s.LimitMS, limitName: "limit"}
	t := c.trend
	if t.Z < sure || t.Slope <= 0 || t.Last < t.First*(1+material) || trend.IsJump(days) {
		return crossing{}, false
	}
	if s.SlowMS > 0 && t.Last < float64(s.SlowMS) {
		c.limit, c.limitName = s.SlowMS, "budget"
	}
	if c.limit == 0 {
		return crossing{}, false
	}
	left, how := trend.DaysUntil(days, float64(c.limit))
	left, c.how = math.Max(0, left), how
	if left > float64(ahead) {
		return crossing{}, false
	}
	c.on = date(days[len(days)-1].Day + int64(math.Ceil(left)))
	return c, true
}

// within are the days that a trend is made of.
func (s StepDays) within(p JourneyPolicy, today int64) []trend.Daily {
	days := s.Days
	for len(days) > 0 && days[0].Day < today-int64(p.TrendDays) {
		days = days[1:]
	}
	return days
}

// String is the crossing in words.
func (c crossing) String() string {
	return fmt.Sprintf("it gets %s, by %.0f ms a day, from %s to %s in %d days, and crosses its %s s %s about %s", c.how, c.trend.Slope,
		phrase.Seconds(int64(max(0, c.trend.First))), phrase.Seconds(int64(c.trend.Last)), c.days,
		strconv.FormatFloat(float64(c.limit)/1000, 'f', -1, 64), c.limitName, c.on.Format("2 January"))
}

// latencyTrend looks, once a day, at where the steps' typical times lead.
func (j *judging) latencyTrend() {
	if j.policy.TrendDays == 0 {
		return
	}
	i := j.find(incident.LatencyTrend)
	ahead := j.policy.TrendHorizon
	if i >= 0 {
		ahead *= 2 // what was told is not taken back because of a day more or less
	}
	c, found := j.firstCrossing(ahead, j.run.Region)
	switch {
	case found && i < 0:
		j.open(incident.LatencyTrend, Streak{Count: int(c.days), Since: c.from}, "")
		j.describeTrend(&j.Open[len(j.Open)-1], c)
	case found:
		j.continueIncident(i, Streak{Count: int(c.days)}, "")
		j.describeTrend(&j.Open[i], c)
	case i >= 0 && !j.stillRises(j.Open[i]):
		j.end(i, fmt.Sprintf("%s: the step %q does not get slower any more", j.run.Journey, j.Open[i].Step))
	}
}

// stillRises reports whether the step of an incident likely gets slower still, wherever that leads: what was over its
// budget, and has its limit far ahead of it now, has not got any better.
func (j *judging) stillRises(inc incident.Incident) bool {
	const likely = 1.28 // standard deviations: nine in ten
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
	all, _ := j.pooledDays(StepDays{Name: inc.Step})
	return rises(all.Days)
}

// describeTrend says in the incident what the trend is.
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

// firstCrossing is the first crossing that the steps lead to: as seen from all regions together, and from each of those named by
// itself.
func (j *judging) firstCrossing(ahead int, regions ...string) (first crossing, found bool) {
	consider := func(s StepDays, today int64, sure float64, regions ...string) {
		if c, ok := s.crosses(j.policy, today, ahead, sure); ok && (!found || c.on.Before(first.on)) {
			first, found = c, true
			first.regions = regions
		}
	}
	for _, s := range j.now.Steps {
		if all, names := j.pooledDays(s); len(names) > 1 {
			consider(all, j.now.Day, sure, names...)
		}
	}
	alone := sure
	if len(j.Regions) > 1 {
		alone = surer
	}
	for _, name := range regions {
		for _, s := range j.Regions[name].Steps {
			consider(s, j.Regions[name].Day, alone, name)
		}
	}
	return first, found
}
