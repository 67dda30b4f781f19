package trend

import (
	"encoding/json"
	"math"
	"testing"
)

// The expected values of these tests were computed by another program, in Python, from the definitions: Theil and Sen's slope between days
// of the same weekday, Kendall's seasonal test, the medians of the last week's levels.

// series returns days that follow each other.
func series(first int64, values ...int64) (days []Daily) {
	for i, v := range values {
		days = append(days, Daily{first + int64(i), v})
	}
	return days
}

var (
	// noisy rises by 4 ms a day, with a rhythm of the week; two days are missing.
	noisy = append(series(100, 285, 295, 326, 299, 319, 252, 297, 330, 353),
		series(111, 342, 312, 308, 347, 366, 358, 378, 385, 336, 335, 410, 393, 394, 412, 398, 359, 363)...)
	// exponential rises by 6 % a day, with some noise.
	exponential = series(100, 106, 106, 113, 121, 133, 134, 141, 159, 157, 170, 184, 200, 202, 210, 233, 244, 260, 278, 295, 313, 330, 356, 378, 397, 420, 450, 477, 502)
	// hyperbolic grows without limit within 34 days, as a queue does.
	hyperbolic = series(0, 100, 103, 106, 110, 114, 118, 122, 127, 132, 137, 143, 149, 156, 164, 172, 182, 192, 204, 217, 233, 250, 270, 294, 323, 357, 400, 455, 526)
	flat       = series(0, 300, 300, 300, 300, 300, 300, 300, 300, 300, 300, 300, 300, 300, 300, 300, 300, 300, 300, 300, 300, 300)
)

func line(first, rise int64, n int) []Daily {
	var values []int64
	for i := range int64(n) {
		values = append(values, first+rise*i)
	}
	return series(0, values...)
}

func near(got, want float64) bool {
	return math.Abs(got-want) < 1e-6*max(1, math.Abs(want)) || math.IsInf(got, 1) && math.IsInf(want, 1)
}

// TestOf checks the whole of a trend.
func TestOf(t *testing.T) {
	for name, c := range map[string]struct {
		days []Daily
		want Trend
	}{
		"none":        {nil, Trend{}},
		"one day":     {series(7, 300), Trend{First: 300, Last: 300}},
		"a line":      {line(100, 3, 21), Trend{3, 3.9477101697586137, 100, 160}},
		"a line down": {line(160, -3, 21), Trend{-3, -3.9477101697586137, 160, 100}},
		"level":       {flat, Trend{First: 300, Last: 300}},
		"before 1970": {series(-10, 100, 103, 106, 109, 112, 115, 118, 121, 124, 127, 130, 133, 136, 139, 142, 145, 148, 151, 154, 157, 160), Trend{3, 3.9477101697586137, 100, 160}},
		"noise":       {noisy, Trend{4, 4.917075510803894, 302, 410}},
		// The levels of the last week are 130 + 30/7*(6, 5, ... 0), of which the middle one is 142.86.
		"a step of 30": {append(series(0, 100, 100, 100, 100, 100, 100, 100), series(7, 130, 130, 130, 130, 130, 130, 130)...), Trend{30.0 / 7, 2.267786838055363, 142.85714285714286 - 30.0/7*13, 142.85714285714286}},
	} {
		got := Of(c.days)
		if !near(got.Slope, c.want.Slope) || !near(got.Z, c.want.Z) || !near(got.First, c.want.First) || !near(got.Last, c.want.Last) {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// TestDaysUntil checks forecasts by each model, and series without a forecast.
func TestDaysUntil(t *testing.T) {
	never := Forecast{Days: math.Inf(1), Early: math.Inf(1), Late: math.Inf(1)}
	for name, c := range map[string]struct {
		days  []Daily
		limit float64
		want  Forecast
	}{
		"a line":               {line(100, 3, 21), 300, Forecast{46.666666666666664, 46.666666666666664, 46.666666666666664, false}},
		"a line at its limit":  {line(100, 3, 21), 160, Forecast{}},
		"a line over it":       {line(100, 3, 21), 100, Forecast{}},
		"a line down":          {line(160, -3, 21), 300, never},
		"level":                {flat, 301, never},
		"noise":                {noisy, 800, Forecast{97.5, 76.90140845070422, 113.75, false}},
		"exponential":          {exponential, 1500, Forecast{18.192993693081895, 17.96221896775119, 18.422139012234762, true}},
		"hyperbolic":           {hyperbolic, 2000, Forecast{4.6742853892750515, 4.668600760456274, 4.682791036323922, true}},
		"less than eight days": {series(0, 100, 110, 120), 200, never},
	} {
		got := DaysUntil(c.days, c.limit)
		if !near(got.Days, c.want.Days) || !near(got.Early, c.want.Early) || !near(got.Late, c.want.Late) || got.Accelerate != c.want.Accelerate {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// TestIsJump checks that levels are distinguished from rises: one or two steps of days are jumps, an outlier is none.
func TestIsJump(t *testing.T) {
	steps := func(levels ...int64) (days []Daily) {
		for i, level := range levels {
			for range 5 {
				days = append(days, Daily{int64(len(days)), level + int64(i%2)})
			}
		}
		return days
	}
	late := steps(100, 100, 100, 100, 100)
	late[len(late)-1].MS, late[len(late)-2].MS = 300, 300
	outlier := line(100, 1, 25)
	outlier[len(outlier)-1].MS = 900
	for name, c := range map[string]struct {
		days []Daily
		want bool
	}{
		"one step":                  {steps(100, 100, 200, 200, 200), true},
		"two steps":                 {steps(100, 100, 200, 200, 300), true},
		"a step on the last days":   {late, true},
		"a line":                    {line(100, 3, 25), false},
		"an outlier on a line":      {outlier, false},
		"exponential":               {exponential, false},
		"hyperbolic":                {hyperbolic, false},
		"noise on a line":           {noisy, false},
		"steps on each fifth day":   {steps(100, 150, 200, 250, 300, 350), false},
		"level, without any change": {flat, false},
	} {
		if got := IsJump(c.days); got != c.want {
			t.Errorf("%s: %t, want %t", name, got, c.want)
		}
	}
}

// shifted returns days that begin later.
func shifted(by int64, days ...Daily) []Daily {
	for i := range days {
		days[i].Day += by
	}
	return days
}

// saw returns rises of some days each, between restarts: each rises by 20 ms a day from 100 ms.
func saw(lengths ...int) (days []Daily) {
	for _, n := range lengths {
		for i := range n {
			days = append(days, Daily{int64(len(days)), 100 + 20*int64(i)})
		}
	}
	return days
}

// TestFindRestarts checks the pattern of a leak that restarts end, with stretches of other lengths at the ends; and at each limit a series without
// it.
func TestFindRestarts(t *testing.T) {
	uneven := func(last ...int64) (days []Daily) { // stretches that end with these days
		for range 5 {
			for _, v := range append([]int64{100, 120}, last...) {
				days = append(days, Daily{int64(len(days)), v})
			}
		}
		return days
	}
	for name, c := range map[string]struct {
		days []Daily
		want Restarts
		ok   bool
	}{
		"four weeks":                   {saw(7, 7, 7, 7), Restarts{20, 100, 220, 3}, true},
		"a last stretch of two days":   {saw(7, 7, 7, 7, 2), Restarts{20, 100, 120, 4}, true},
		"a first of two days":          {saw(2, 7, 7, 7, 1), Restarts{20, 100, 100, 4}, true},
		"of eight and nine days":       {saw(9, 8, 9, 8), Restarts{20, 46.666666666666664 + 66.66666666666667, 240, 3}, true},
		"a first as long, and steeper": {append(series(0, 100, 130, 160, 190, 220, 250, 280), shifted(7, saw(7, 7, 7)...)...), Restarts{(20 + 20 + 30) / 3.0, 100, 220, 3}, true},
		"one restart":                  {saw(12, 12), Restarts{}, false},
		"none":                         {line(100, 3, 25), Restarts{}, false},
		"of three days":                {saw(3, 3, 3, 3, 3, 3, 3, 3), Restarts{}, false},
		"of four days":                 {saw(4, 4, 4, 4, 4, 4, 4, 4), Restarts{20, 100, 160, 7}, true},
		"level":                        {flat, Restarts{}, false},
		"with a plateau":               {uneven(200, 201, 300), Restarts{}, false},
		"that rises each day":          {uneven(150, 190, 240), Restarts{35, 100, 240, 4}, true},
	} {
		got, ok := FindRestarts(c.days)
		if ok != c.ok || !near(got.Slope, c.want.Slope) || !near(got.First, c.want.First) || !near(got.Last, c.want.Last) || got.Count != c.want.Count {
			t.Errorf("%s: %+v, %t; want %+v", name, got, ok, c.want)
		}
	}
}

// TestSplitAtDrops checks what counts as a restart: half of the rise is taken back, after a rise of a fifth.
func TestSplitAtDrops(t *testing.T) {
	for name, c := range map[string]struct {
		days []Daily
		want int
	}{
		"half of the rise is taken back":      {series(0, 100, 140, 120, 140), 2},
		"less than half of it":                {series(0, 100, 140, 121, 140), 1},
		"a rise of a fifth":                   {series(0, 100, 120, 100), 2},
		"a smaller rise":                      {series(0, 100, 119, 100), 1},
		"the rise is from the lowest day":     {series(0, 100, 60, 72, 66), 2},
		"a second restart, from its own base": {series(0, 100, 200, 100, 120, 100, 119, 100), 3},
	} {
		if got := splitAtDrops(c.days); len(got) != c.want {
			t.Errorf("%s: %v, want %d stretches", name, got, c.want)
		}
	}
}

// TestMedianOfThePaper checks the worked example of Jain and Chlamtac, "The P2 algorithm", Communications of the ACM 28 (1985), table I.
func TestMedianOfThePaper(t *testing.T) {
	var m Median
	for _, x := range []float64{0.02, 0.15, 0.74, 3.39, 0.83, 22.37, 10.15, 15.43, 38.62, 15.92, 34.60, 10.28, 1.47, 0.40, 0.05, 11.39, 0.27, 0.42, 0.09, 11.37} {
		m.Add(x)
	}
	if want := [5]int{1, 6, 10, 16, 20}; m.Pos != want || m.N != 20 {
		t.Errorf("the positions are %v of %d, want %v of 20", m.Pos, m.N, want)
	}
	for i, want := range []float64{0.02, 0.49, 4.44, 17.20, 38.62} {
		if math.Abs(m.Q[i]-want) > 0.005 {
			t.Errorf("marker %d is at %.4f, want %.2f", i, m.Q[i], want)
		}
	}
	if math.Abs(m.Value()-4.44) > 0.005 || math.Abs(m.Typical()-6.64) > 0.01 { // (0.49 + 2*4.44 + 17.20) / 4
		t.Errorf("the median is %.4f, and the typical value %.4f", m.Value(), m.Typical())
	}
}

// TestFewValues checks the median of fewer values than there are markers, in any order.
func TestFewValues(t *testing.T) {
	var m Median
	if m.Value() != 0 || m.Typical() != 0 {
		t.Error("nothing has a median")
	}
	for i, want := range []float64{9, 5, 4, 6, 4} {
		m.Add([]float64{9, 1, 4, 8, 2}[i])
		if m.Value() != want || m.Typical() != want {
			t.Errorf("of %d values the median is %v, want %v", m.N, m.Value(), want)
		}
	}
	m.Add(4) // 1 2 4 4 8 9
	if m.Value() != 4 || m.Q != [5]float64{1, 2, 4, 8, 9} || m.Pos != [5]int{1, 2, 3, 5, 6} {
		t.Errorf("of six values: %+v", m)
	}
	for _, c := range []struct {
		days []Daily
		want float64
	}{{nil, 0}, {series(1, 5), 5}, {series(1, 5, 9, 1, 2), 2}, {series(1, 5, 9), 7}} {
		if got := Recent(c.days); got != c.want {
			t.Errorf("of %v the recent level is %v, want %v", c.days, got, c.want)
		}
	}
}

// TestDaysJSON checks the stored form, which is short: the first day, then a value of each day, -1 where there is none.
func TestDaysJSON(t *testing.T) {
	for want, days := range map[string]Days{"[]": nil, "[20000,5]": {{20000, 5}}, "[20000,5,-1,-1,0,7]": {{20000, 5}, {20003, 0}, {20004, 7}}} {
		text, err := json.Marshal(days)
		var back Days
		if string(text) != want || err != nil || json.Unmarshal(text, &back) != nil || len(back) != len(days) {
			t.Errorf("%s, %v, read back as %v; want %s", text, err, back, want)
		}
	}
	var days Days
	if err := json.Unmarshal([]byte(`["a"]`), &days); err == nil || err.Error()[:13] != "daily times: " {
		t.Error(err)
	}
}
