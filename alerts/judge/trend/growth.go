package trend

import (
	"math"
	"slices"
)

// A growthModel is a way in which a step may get slower.
type growthModel struct {
	name     string
	straight func(ms float64) float64 // makes a line of it
	curve    func(y float64) float64  // and undoes that
}

// growthModels are those that are tried: by so many milliseconds a day; by so many per cent a day, as when data grows; and as one
// over what is left, as when something runs out. An outage that ends a month of creeping follows the last of them: going
// by a line, it would still be months away on its last day.
var growthModels = []growthModel{
	{"slower", func(ms float64) float64 { return ms }, func(y float64) float64 { return y }},
	{"slower and slower", math.Log, math.Exp},
	{"slower and slower", func(ms float64) float64 { return -1 / ms }, func(y float64) float64 { return -1 / y }},
}

// decidedly is how much better than a line another law must fit, so that chance does not choose.
const decidedly = 0.7

// DaysUntil is in how many days the level reaches limit, milliseconds, by the law that fits the days best, and how it gets
// there. Each law's slope is that of Theil and Sen, as in trendOf.
func DaysUntil(days []Daily, limit float64) (left float64, how string) {
	left, how = math.Inf(1), growthModels[0].name
	best := math.Inf(1)
	for i, l := range growthModels {
		if i > 0 && !accelerates(days) {
			break
		}
		slope, level := l.fit(days)
		if miss := l.misses(days, slope, level); slope > 0 && miss < best*decidedly {
			best, left, how = miss, (l.straight(limit)-level)/slope, l.name
		}
	}
	return left, how
}

// accelerates reports whether the later days rise more steeply than the earlier ones, and do so by themselves: a single
// jump, as after a release, is most of a rise, and leads no further.
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

// fit is the line that the law makes of the days: its slope by the day, and its level on the last.
func (l growthModel) fit(days []Daily) (slope, level float64) {
	var slopes, levels []float64
	for i, a := range days {
		for _, b := range days[i+1:] {
			if (b.Day-a.Day)%7 == 0 { // like with like
				slopes = append(slopes, (l.straight(ms(b))-l.straight(ms(a)))/float64(b.Day-a.Day))
			}
		}
	}
	slope = MedianOf(slopes)
	end := days[len(days)-1].Day
	for _, d := range days[max(0, len(days)-7):] {
		levels = append(levels, l.straight(ms(d))+slope*float64(end-d.Day))
	}
	return slope, MedianOf(levels)
}

// misses is by how much the law typically misses a day, milliseconds.
func (l growthModel) misses(days []Daily, slope, level float64) float64 {
	end := days[len(days)-1].Day
	var off []float64
	for _, d := range days {
		off = append(off, math.Abs(l.curve(level-slope*float64(end-d.Day))-ms(d)))
	}
	slices.Sort(off)
	return medianOfSorted(off)
}

// ms is a day's typical time; one that is too short to be measured counts as a millisecond.
func ms(d Daily) float64 { return max(1, float64(d.MS)) }

// plainly is how much less a jump must miss the days by than every steady rise does, to be taken for one: a jump from one
// level to another can be laid almost anywhere, and so fits a noisy rise well by chance alone.
const plainly = 1 / 1.2

// IsJump reports whether the days are a jump from one level to another, as after a release, rather than a rise: then it
// leads no further. A single jump is most of what a trend sees in such days, and a rise of its significance.
//
// The days decide as a whole, by the sum of what each way misses them by. Halving them, and asking of either half that it
// rises by itself, would take a noisy fortnight for a flat one.
func IsJump(days []Daily) bool {
	const least = 2 // days on a level, or it is an outlier
	jump := math.Inf(1)
	for k := least; k <= len(days)-least; k++ {
		jump = min(jump, offLevel(days[:k])+offLevel(days[k:]))
	}
	rise := math.Inf(1)
	for _, l := range growthModels {
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
	level, sum := MedianOf(all), 0.0
	for _, v := range all {
		sum += math.Abs(v - level)
	}
	return sum
}

// off is by how much the law misses the days, in all, when it is laid through the middle of them.
func (l growthModel) off(days []Daily) float64 {
	slope, _ := l.fit(days)
	end := days[len(days)-1].Day
	var levels []float64
	for _, d := range days {
		levels = append(levels, l.straight(ms(d))+slope*float64(end-d.Day))
	}
	level, sum := MedianOf(levels), 0.0
	for _, d := range days {
		sum += math.Abs(l.curve(level-slope*float64(end-d.Day)) - ms(d))
	}
	return sum
}
