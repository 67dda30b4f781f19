package trend

import "slices"

// Restarts describes a step that gets slower from day to day until something sets it back, such as a leak with a restart a
// week. The average over weeks stays the same, so that it is no trend.
type Restarts struct {
	Slope float64 // milliseconds a day, between restarts
	First float64 // level on the day after a restart, milliseconds
	Last  float64 // level on the last day, milliseconds
	Count int     // of the restarts
}

// Thresholds of FindRestarts.
const (
	leastRestarts = 2
	leastStretch  = 4   // days from one restart to the next
	setBack       = 0.5 // of the rise before it, that a restart takes back at least
	leastRise     = 0.2 // of the level after a restart, that a stretch rises at least
	risesZ        = 3.9 // standard deviations: two weeks of steady rises, or more that are less steady
	evenRise      = 0.3 // of the mean daily rise, that each day rises at least: a rhythm of the week has a plateau
)

// FindRestarts finds restarts. Each stretch of days between two of them must rise evenly, on the average of the stretches; so
// neither noise nor a rhythm of the week, which is level on most working days, is taken for one. It reports false if there
// are none.
func FindRestarts(days []Daily) (Restarts, bool) {
	stretches := splitAtDrops(days)
	r := Restarts{Count: len(stretches) - 1}
	if r.Count < leastRestarts {
		return Restarts{}, false
	}
	whole := stretches[1:r.Count]
	length := len(whole[0])
	for _, s := range whole {
		length = min(length, len(s))
	}
	if first := stretches[0]; len(first) >= length { // else it begins in the middle of one
		whole = append(slices.Clone(whole), first)
	}
	if len(whole) < leastRestarts || length < leastStretch {
		return Restarts{}, false
	}
	sum, variance := 0.0, 0.0
	mean := make([]float64, length) // of the last days before a restart
	for _, s := range whole {
		rise, v := kendall(s)
		sum, variance = sum+rise, variance+v
		for i, d := range s[len(s)-length:] {
			mean[i] += ms(d) / float64(len(whole))
		}
	}
	r.First, r.Last = mean[0], ms(days[len(days)-1])
	r.Slope = (mean[length-1] - mean[0]) / float64(length-1)
	if r.Slope*float64(length-1) < leastRise*r.First || normal(sum, variance) < risesZ {
		return Restarts{}, false
	}
	for i, level := range mean[1:] {
		if level-mean[i] < evenRise*r.Slope {
			return Restarts{}, false
		}
	}
	return r, true
}

// splitAtDrops divides days where one is below the day before by setBack of what the step had risen since the last division.
func splitAtDrops(days []Daily) [][]Daily {
	var all [][]Daily
	begin, low := 0, 0.0
	for i, d := range days {
		if i == begin {
			low = ms(d)
			continue
		}
		before := ms(days[i-1])
		if before-ms(d) >= setBack*(before-low) && before >= (1+leastRise)*low {
			all = append(all, days[begin:i])
			begin, low = i, ms(d)
		}
		low = min(low, ms(d))
	}
	return append(all, days[begin:])
}
