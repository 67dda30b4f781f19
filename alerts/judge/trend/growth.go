package trend

import (
	"math"
	"slices"
)

// A growthModel is a curve along which a step may get slower.
type growthModel struct {
	name      string
	transform func(ms float64) float64 // linearizes the curve
	inverse   func(y float64) float64  // of transform
}

// growthModels are the models that DaysUntil fits: linear; exponential, as when data grows; and hyperbolic, 1/remaining, as
// when a resource runs out. An outage after a month of rising latency follows the hyperbolic one: a line would still
// predict it months away on the last day.
var growthModels = []growthModel{
	{"slower", func(ms float64) float64 { return ms }, func(y float64) float64 { return y }},
	{"slower and slower", math.Log, math.Exp},
	{"slower and slower", func(ms float64) float64 { return -1 / ms }, func(y float64) float64 { return -1 / y }},
}

// betterFit is the fraction of a line's error that another model must stay below, so that chance does not select it.
const betterFit = 0.7

// DaysUntil returns the number of days until the level reaches limit, in milliseconds, by the best-fitting model, and the
// model's name. The slope of each model is the Theil-Sen slope, as in Of.
func DaysUntil(days []Daily, limit float64) (daysLeft float64, pace string) {
	daysLeft, pace = math.Inf(1), growthModels[0].name
	best := math.Inf(1)
	for i, m := range growthModels {
		if i > 0 && !accelerates(days) {
			break
		}
		slope, level := m.fit(days)
		if fit := m.typicalError(days, slope, level); slope > 0 && fit < best*betterFit {
			best, daysLeft, pace = fit, (m.transform(limit)-level)/slope, m.name
		}
	}
	return daysLeft, pace
}

// accelerates reports whether the second half of the days rises more steeply than the first, other than by a single jump, as
// after a release, which does not continue.
func accelerates(days []Daily) bool {
	half := len(days) / 2
	if MedianOf(pairSlopes(days[half:])) <= 1.2*MedianOf(pairSlopes(days[:half])) {
		return false
	}
	jump := 0.0
	for i, d := range days[1:] {
		jump = max(jump, ms(d)-ms(days[i]))
	}
	return jump < 0.6*(ms(days[len(days)-1])-ms(days[0]))
}

// fit returns the line through the transformed days: its slope per day, and its level on the last day.
func (m growthModel) fit(days []Daily) (slope, level float64) {
	var slopes, levels []float64
	for i, a := range days {
		for _, b := range days[i+1:] {
			if (b.Day-a.Day)%7 == 0 { // the same weekday
				slopes = append(slopes, (m.transform(ms(b))-m.transform(ms(a)))/float64(b.Day-a.Day))
			}
		}
	}
	slope = MedianOf(slopes)
	end := days[len(days)-1].Day
	for _, d := range days[max(0, len(days)-7):] {
		levels = append(levels, m.transform(ms(d))+slope*float64(end-d.Day))
	}
	return slope, MedianOf(levels)
}

// typicalError returns the median distance of the days from the model, in milliseconds.
func (m growthModel) typicalError(days []Daily, slope, level float64) float64 {
	end := days[len(days)-1].Day
	var errs []float64
	for _, d := range days {
		errs = append(errs, math.Abs(m.inverse(level-slope*float64(end-d.Day))-ms(d)))
	}
	slices.Sort(errs)
	return medianOfSorted(errs)
}

// ms returns a day's time in milliseconds, at least 1, as the models take logarithms and inverses.
func ms(d Daily) float64 { return max(1, float64(d.MS)) }

// jumpFit is the fraction of the error of every steady rise that a jump must stay below. A jump may be placed on any day, and
// so fits a noisy rise well by chance alone.
const jumpFit = 1 / 1.2

// IsJump reports whether the days are a jump from one level to another, as after a release, rather than a rise. A jump does
// not continue, although a trend test finds it significant.
//
// It compares the total error of each model over all days. Testing each half separately for a rise would take a noisy
// fortnight for a flat one.
func IsJump(days []Daily) bool {
	const least = 2 // days on each level; fewer are outliers
	jump := math.Inf(1)
	for k := least; k <= len(days)-least; k++ {
		jump = min(jump, errorAroundMedian(days[:k])+errorAroundMedian(days[k:]))
	}
	rise := math.Inf(1)
	for _, m := range growthModels {
		rise = min(rise, m.totalError(days))
	}
	return jump < jumpFit*rise
}

// errorAroundMedian returns the sum of the distances of the days from their median.
func errorAroundMedian(days []Daily) float64 {
	var all []float64
	for _, d := range days {
		all = append(all, ms(d))
	}
	level, sum := MedianOf(all), 0.0
	for _, v := range all {
		sum += math.Abs(v - level)
	}
	return sum
}

// totalError returns the sum of the distances of the days from the model, placed through their median.
func (m growthModel) totalError(days []Daily) float64 {
	slope, _ := m.fit(days)
	end := days[len(days)-1].Day
	var levels []float64
	for _, d := range days {
		levels = append(levels, m.transform(ms(d))+slope*float64(end-d.Day))
	}
	level, sum := MedianOf(levels), 0.0
	for _, d := range days {
		sum += math.Abs(m.inverse(level-slope*float64(end-d.Day)) - ms(d))
	}
	return sum
}
