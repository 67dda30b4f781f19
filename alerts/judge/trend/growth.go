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

// A Forecast is the time until a level is reached, in days after the last one. Chance keeps the slope within its bounds in
// four of five trends.
type Forecast struct {
	Days       float64 // by the best-fitting model; infinite: never
	Early      float64 // by the steepest slope that chance explains, or by a model that fits the days as well
	Late       float64 // by the flattest one; infinite: it may be no rise
	Accelerate bool    // the model is not a line
}

// likelySlopes are the bounds of a slope, in standard deviations: 80 %.
const likelySlopes = 1.28

// DaysUntil predicts when the level reaches limit, in milliseconds, by the best-fitting model. The slope of each model is the
// Theil-Sen slope, as in Of, and its bounds are those of R. O. Gilbert, section 16.4.2.
func DaysUntil(days []Daily, limit float64) Forecast {
	f := Forecast{Days: math.Inf(1), Early: math.Inf(1), Late: math.Inf(1)}
	type fitted struct{ err, early float64 }
	var fits []fitted
	best := math.Inf(1)
	for i, m := range growthModels {
		slopes, level := m.fit(days)
		if len(slopes) == 0 || i > 0 && !accelerates(days) {
			break
		}
		left := func(slope float64) float64 {
			if slope <= 0 {
				return math.Inf(1)
			}
			return math.Max(0, (m.transform(limit)-level)/slope)
		}
		slope := medianOfSorted(slopes)
		flattest, steepest := bounds(days, slopes)
		err := m.typicalError(days, slope, level)
		fits = append(fits, fitted{err, left(steepest)})
		if slope > 0 && err < best*betterFit {
			best = err
			f.Days, f.Late, f.Accelerate = left(slope), left(flattest), i > 0
		}
	}
	for _, fit := range fits {
		if fit.err*betterFit <= best {
			f.Early = math.Min(f.Early, fit.early)
		}
	}
	f.Early = math.Min(f.Early, f.Days)
	return f
}

// bounds returns the slopes, of sorted ones, between which the true one is as likely as likelySlopes says.
func bounds(days []Daily, slopes []float64) (flattest, steepest float64) {
	_, variance := seasonal(days)
	n, off := float64(len(slopes)), likelySlopes*math.Sqrt(variance)
	at := func(rank float64) float64 { return slopes[min(len(slopes)-1, max(0, int(math.Round(rank))))] }
	return at((n-off)/2 - 1), at((n + off) / 2)
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

// fit returns the slopes per day between equal weekdays of the transformed days, sorted, of which the median is that of the
// line through them, and the line's level on the last day.
func (m growthModel) fit(days []Daily) (slopes []float64, level float64) {
	var levels []float64
	for i, a := range days {
		for _, b := range days[i+1:] {
			if (b.Day-a.Day)%7 == 0 { // the same weekday
				slopes = append(slopes, (m.transform(ms(b))-m.transform(ms(a)))/float64(b.Day-a.Day))
			}
		}
	}
	slope := MedianOf(slopes)
	end := days[len(days)-1].Day
	for _, d := range days[max(0, len(days)-7):] {
		levels = append(levels, m.transform(ms(d))+slope*float64(end-d.Day))
	}
	return slopes, MedianOf(levels)
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

// jumpFit and jumpsFit are the fractions of the error of every steady rise that one jump, or two, must stay below. They may be
// placed on any days, and so fit a noisy rise well by chance alone.
const (
	jumpFit  = 1 / 1.2
	jumpsFit = 0.5
)

// IsJump reports whether the days are a jump from one level to another, as after a release, or two of them, rather than a rise.
// Jumps do not continue, although a trend test finds them significant.
//
// It compares the total error of each model over all days. Testing each half separately for a rise would take a noisy
// fortnight for a flat one.
func IsJump(days []Daily) bool {
	const least = 2 // days on each level; fewer are outliers
	jump, jumps := math.Inf(1), math.Inf(1)
	for k := least; k <= len(days)-least; k++ {
		first := errorAroundMedian(days[:k])
		jump = min(jump, first+errorAroundMedian(days[k:]))
		for l := k + least; l <= len(days)-least; l++ {
			jumps = min(jumps, first+errorAroundMedian(days[k:l])+errorAroundMedian(days[l:]))
		}
	}
	rise := math.Inf(1)
	for _, m := range growthModels {
		rise = min(rise, m.totalError(days))
	}
	return jump < jumpFit*rise || jumps < jumpsFit*rise
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
	slopes, _ := m.fit(days)
	slope := medianOfSorted(slopes)
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
