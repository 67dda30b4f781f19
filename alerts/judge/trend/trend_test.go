package trend

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestMedian: the running median is exact for up to five values, and within a few per cent on average for a day of runs.
func TestMedian(t *testing.T) {
	for n, within := range map[int]float64{1: 0, 2: 0, 5: 0, 24: 0.04, 96: 0.02, 288: 0.01, 1440: 0.003} {
		const samples = 400
		off := 0.0
		for seed := range uint64(samples) {
			dice := rand.New(rand.NewPCG(seed, 0))
			var m Median
			var all []float64
			for range n {
				v := 400 * math.Exp(0.3*dice.NormFloat64())
				m.Add(v)
				all = append(all, v)
			}
			off += math.Abs(m.Value()/MedianOf(all)-1) / samples
		}
		if off > within {
			t.Errorf("of %d values: off by %.4f on average, want at most %v", n, off, within)
		}
	}
}

// TestTrendAgainstTextbook: the statistic, its variance with ties, and the slope, against values computed by hand.
func TestTrendAgainstTextbook(t *testing.T) {
	days := []Daily{{0, 10}, {1, 12}, {2, 12}, {3, 11}, {4, 15}} // + + + + / 0 - + / - + / +
	s, v := kendall(days)
	if want := (5*4*15 - 2*1*9) / 18.0; s != 5 || math.Abs(v-want) > 1e-9 {
		t.Errorf("S %v with variance %v, want 5 with %v", s, v, want)
	}
	if z, want := normal(s, v), 4/math.Sqrt(282/18.0); math.Abs(z-want) > 1e-9 {
		t.Errorf("z %v, want %v", z, want)
	}
	if got := MedianOf(pairSlopes(days)); got != 1 { // -1 0 1/3 0.5 | 1 1 | 1.25 1.5 2 4
		t.Errorf("slope %v, want 1", got)
	}
}
