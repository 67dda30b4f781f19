package alerts

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestMedian: the running median is near the exact one, whatever the order.
func TestMedian(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dice := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		var m Median
		var all []float64
		for range rapid.IntRange(1, 1500).Draw(t, "n") {
			v := 400 * math.Exp(0.3*dice.NormFloat64())
			m.add(v)
			all = append(all, v)
		}
		slices.Sort(all)
		n := len(all)
		part := 0.3 // of the values on either side of the middle; the more there are, the nearer it is
		switch {
		case n <= 5:
			part = 0
		case n > 100:
			part = 0.05
		case n > 30:
			part = 0.1
		}
		low, high := all[int(float64(n-1)*(0.5-part))], all[min(n-1, int(float64(n)*(0.5+part)))]
		if v := m.value(); v < low-1e-9 || v > high+1e-9 {
			t.Fatalf("of %d values %v, not between %v and %v", n, v, low, high)
		}
	})
}

// TestTrendIsTheTextbooks: the statistic, its variance with ties, and the slope, against numbers worked by hand.
func TestTrendIsTheTextbooks(t *testing.T) {
	days := []Daily{{0, 10}, {1, 12}, {2, 12}, {3, 11}, {4, 15}} // + + + + / 0 - + / - + / +
	s, v := kendall(days)
	if want := (5*4*15 - 2*1*9) / 18.0; s != 5 || math.Abs(v-want) > 1e-9 {
		t.Errorf("S %v with variance %v, want 5 with %v", s, v, want)
	}
	if z, want := normal(s, v), 4/math.Sqrt(282/18.0); math.Abs(z-want) > 1e-9 {
		t.Errorf("z %v, want %v", z, want)
	}
	if got := medianFloat(pairSlopes(days)); got != 1 { // -1 0 1/3 0.5 | 1 1 | 1.25 1.5 2 4
		t.Errorf("slope %v, want 1", got)
	}
}
