package alerts

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"
)

// What it takes besides the policy for a rise to be told.
const (
	sure     = 2.58 // standard deviations: one chance in 200 that there is no rise
	material = 0.10 // of the level at the beginning
)

// A crossing is where a trend leads.
type crossing struct {
	step      string
	trend     trend
	from      time.Time // first day of the trend
	days      int64     // of the trend
	limit     int64     // milliseconds
	limitName string    // "budget" or "limit"
	on        time.Time // day of the crossing
	how       string    // the step gets: "slower", or "slower and slower"
}

// crosses says when a step, if it goes on as in the last weeks, is over its budget, or where it is over that already,
// over its limit.
func (s StepDays) crosses(p JourneyPolicy, today int64, ahead int) (crossing, bool) {
	days := s.Days
	for len(days) > 0 && days[0].Day < today-int64(p.CreepingDays) {
		days = days[1:]
	}
	if len(days) < fewestDays {
		return crossing{}, false
	}
	c := crossing{step: s.Name, trend: trendOf(days), from: date(days[0].Day), days: today - days[0].Day, limit: s.LimitMS, limitName: "limit"}
	t := c.trend
	half := len(days) / 2
	if t.z < sure || t.slope <= 0 || t.last < t.first*(1+material) || !rises(days[:half], t.slope) || !rises(days[half:], t.slope) {
		return crossing{}, false
	}
	if s.SlowMS > 0 && t.last < float64(s.SlowMS) {
		c.limit, c.limitName = s.SlowMS, "budget"
	}
	if c.limit == 0 {
		return crossing{}, false
	}
	left, how := until(days, float64(c.limit))
	left, c.how = math.Max(0, left), how
	if left > float64(ahead) {
		return crossing{}, false
	}
	c.on = date(days[len(days)-1].Day + int64(math.Ceil(left)))
	return c, true
}

// String is the crossing in words.
func (c crossing) String() string {
	return fmt.Sprintf("it gets %s, by %.0f ms a day, from %s to %s in %d days, and crosses its %s s %s about %s", c.how, c.trend.slope,
		seconds(int64(max(0, c.trend.first))), seconds(int64(c.trend.last)), c.days,
		strconv.FormatFloat(float64(c.limit)/1000, 'f', -1, 64), c.limitName, c.on.Format("2 January"))
}

// creeping looks, once a day, at where the steps' daily medians lead.
func (j *judging) creeping() {
	if j.policy.CreepingDays == 0 {
		return
	}
	i := j.find(Creeping)
	ahead := j.policy.CreepingAhead
	if i >= 0 {
		ahead *= 2 // what was told is not taken back because of a day more or less
	}
	c, found := j.soonest(j.now, ahead)
	switch {
	case found && i < 0:
		j.open(Creeping, Streak{Count: int(c.days), Since: c.from}, "")
		j.creeps(&j.Open[len(j.Open)-1], c)
	case found:
		j.carryOn(i, Streak{Count: int(c.days)}, "")
		j.creeps(&j.Open[i], c)
	case i >= 0 && !slices.ContainsFunc(j.Open[i].Regions, func(name string) bool {
		_, still := j.soonest(j.Regions[name], ahead)
		return still
	}):
		j.end(i, fmt.Sprintf("%s: the step %q does not get slower any more", j.run.Journey, j.Open[i].Step))
	}
}

// creeps says in the incident what the trend is.
func (j *judging) creeps(inc *Incident, c crossing) {
	inc.Step, inc.Error, inc.Evidence = c.step, c.String(), nil
	inc.Reason = fmt.Sprintf("%s: the step %q, seen from %s: %s", j.run.Journey, c.step, j.run.Region, c)
	j.told(*inc)
}

// soonest is the first crossing that the steps of a region lead to.
func (j *judging) soonest(r RegionState, ahead int) (first crossing, found bool) {
	for _, s := range r.Steps {
		if c, ok := s.crosses(j.policy, r.Day, ahead); ok && (!found || c.on.Before(first.on)) {
			first, found = c, true
		}
	}
	return first, found
}
