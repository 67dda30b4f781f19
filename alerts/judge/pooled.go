package judge

import (
	"maps"
	"slices"

	"valkyrie/alerts/judge/trend"
)

// pooledDays are a step's days on the average of the regions that have seen as much of it, and these regions. What gets
// slower by itself does so wherever it is seen from, and what each region adds by chance evens out: of three, its weight is
// not much over half.
//
// It is the same regions on every day, so that one that comes, goes, or misses a day, is no rise; and most of them
// have a share in it, or else it is a matter of those few that have, and told of them. Where there is no such thing, it is
// nothing.
func (j *judging) pooledDays(step StepDays) (StepDays, []string) {
	const missed = 3   // days, at most, that a region may have seen less than others
	const share = 0.25 // of the average rise
	seen := map[string]map[int64]int64{}
	most := 0
	for name, r := range j.Regions {
		i := slices.IndexFunc(r.Steps, func(s StepDays) bool { return s.Name == step.Name })
		if i < 0 {
			continue
		}
		seen[name] = map[int64]int64{}
		for _, d := range r.Steps[i].Days {
			if d.Day >= j.now.Day-int64(j.policy.TrendDays) {
				seen[name][d.Day] = d.MS
			}
		}
		most = max(most, len(seen[name]))
	}
	maps.DeleteFunc(seen, func(_ string, days map[int64]int64) bool { return len(days) < most-missed })
	all := StepDays{Name: step.Name, SlowMS: step.SlowMS, LimitMS: step.LimitMS}
	for day := j.now.Day - int64(j.policy.TrendDays); day < j.now.Day; day++ {
		sum, n := int64(0), 0
		for _, days := range seen {
			if ms, ok := days[day]; ok {
				sum, n = sum+ms, n+1
			}
		}
		if n > 0 && n == len(seen) {
			all.Days = append(all.Days, trend.Daily{Day: day, MS: sum / int64(n)})
		}
	}
	least, rise := share*trend.Of(all.Days).Slope, 0
	for _, days := range seen {
		if trend.Of(daysOf(days)).Slope >= least {
			rise++
		}
	}
	if 2*rise <= len(seen) {
		return StepDays{}, nil
	}
	return all, slices.Sorted(maps.Keys(seen))
}

// daysOf are days by their number, oldest first.
func daysOf(of map[int64]int64) trend.Days {
	var days trend.Days
	for _, day := range slices.Sorted(maps.Keys(of)) {
		days = append(days, trend.Daily{Day: day, MS: of[day]})
	}
	return days
}
