package trend

import (
	"math"
)

// A Trend is the rise or fall of a step's daily times.
type Trend struct {
	Slope float64 // milliseconds a day
	Z     float64 // significance, in standard deviations from no trend
	First float64 // level on the first day, milliseconds
	Last  float64 // level on the last day, milliseconds
}

// Of returns the trend of the days. It compares only equal days of the week, so that a weekly rhythm is no trend. The slope is the median of the slopes of all such pairs (H. Theil, 1950; P. K. Sen, "Estimates of the regression
// coefficient based on Kendall's tau", JASA 63, 1968), which one outlier does not move. Its significance is Mann and
// Kendall's test with the correction for ties, a season being a day of the week (R. M. Hirsch, J. R. Slack and
// R. A. Smith, "Techniques of trend analysis for monthly water quality data", Water Resources Research 18(1), 1982;
// R. O. Gilbert, "Statistical Methods for Environmental Pollution Monitoring", 1987, sections 16.4 and 17).
func Of(days []Daily) Trend {
	if len(days) == 0 {
		return Trend{}
	}
	var slopes []float64
	for _, same := range weekdays(days) {
		slopes = append(slopes, pairSlopes(same)...)
	}
	t := Trend{Slope: MedianOf(slopes), Z: normal(seasonal(days))}
	// The level comes from the last week only, as the rise may have become steeper.
	base := days[max(0, len(days)-7):]
	var levels []float64
	end := days[len(days)-1].Day
	for _, d := range base {
		levels = append(levels, float64(d.MS)+t.Slope*float64(end-d.Day))
	}
	t.Last = MedianOf(levels)
	t.First = t.Last - t.Slope*float64(end-days[0].Day)
	return t
}

// weekdays divides days by the day of the week.
func weekdays(days []Daily) (all [7][]Daily) {
	for _, d := range days {
		all[(d.Day%7+7)%7] = append(all[(d.Day%7+7)%7], d)
	}
	return all
}

// seasonal sums Mann and Kendall's statistic and its variance over the days of the week.
func seasonal(days []Daily) (sum, variance float64) {
	for _, same := range weekdays(days) {
		s, v := kendall(same)
		sum, variance = sum+s, variance+v
	}
	return sum, variance
}

// pairSlopes returns the slopes between any two of the days.
func pairSlopes(days []Daily) []float64 {
	var slopes []float64
	for i, a := range days {
		for _, b := range days[i+1:] {
			slopes = append(slopes, float64(b.MS-a.MS)/float64(b.Day-a.Day))
		}
	}
	return slopes
}

// kendall returns the statistic S of Mann and Kendall, and its variance: n(n-1)(2n+5)/18, less t(t-1)(2t+5)/18 for every
// group of t equal values.
func kendall(days []Daily) (sum, variance float64) {
	ties := map[int64]int{}
	for i, a := range days {
		ties[a.MS]++
		for _, b := range days[i+1:] {
			switch {
			case b.MS > a.MS:
				sum++
			case b.MS < a.MS:
				sum--
			}
		}
	}
	of := func(n int) float64 { return float64(n*(n-1)*(2*n+5)) / 18 }
	variance = of(len(days))
	for _, t := range ties {
		variance -= of(t)
	}
	return sum, variance
}

// normal returns S in standard deviations, with the correction for continuity.
func normal(s, variance float64) float64 {
	if variance <= 0 || s == 0 {
		return 0
	}
	return (s - math.Copysign(1, s)) / math.Sqrt(variance)
}
