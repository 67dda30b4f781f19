package alerts

import "math"

// plainly is how much less a jump must miss the days by than every steady rise does, to be taken for one: a jump from one
// level to another can be laid almost anywhere, and so fits a noisy rise well by chance alone.
const plainly = 1 / 1.2

// jumps reports whether the days are a jump from one level to another, as after a release, rather than a rise: then it
// leads no further. A single jump is most of what a trend sees in such days, and a rise of its significance.
//
// The days decide as a whole, by the sum of what each way misses them by. Halving them, and asking of either half that it
// rises by itself, would take a noisy fortnight for a flat one.
func jumps(days []Daily) bool {
	const least = 2 // days on a level, or it is an outlier
	jump := math.Inf(1)
	for k := least; k <= len(days)-least; k++ {
		jump = min(jump, offLevel(days[:k])+offLevel(days[k:]))
	}
	rise := math.Inf(1)
	for _, l := range laws {
		rise = min(rise, l.off(days))
	}
	return jump < plainly*rise
}

// offLevel is by how much the days miss their own median, in all.
func offLevel(days []Daily) float64 {
	var all []float64
	for _, d := range days {
		all = append(all, ms(d))
	}
	level, sum := medianFloat(all), 0.0
	for _, v := range all {
		sum += math.Abs(v - level)
	}
	return sum
}

// off is by how much the law misses the days, in all, when it is laid through the middle of them.
func (l law) off(days []Daily) float64 {
	slope, _ := l.fit(days)
	end := days[len(days)-1].Day
	var levels []float64
	for _, d := range days {
		levels = append(levels, l.straight(ms(d))+slope*float64(end-d.Day))
	}
	level, sum := medianFloat(levels), 0.0
	for _, d := range days {
		sum += math.Abs(l.curve(level-slope*float64(end-d.Day)) - ms(d))
	}
	return sum
}
