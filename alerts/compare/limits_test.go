package compare

import (
	"math"
	"math/bits"
	"slices"
	"testing"
)

// callsInARow returns how likely a call is in so many slots, each of which fails in the region with probability p: two failures in
// a row call. Wary is the rule where another region works and any decides: three are needed after an earlier failure.
func callsInARow(slots int, p float64, wary bool) float64 {
	type state struct {
		row     int
		earlier bool
	}
	called, all := 0.0, map[state]float64{{}: 1}
	for range slots {
		next := map[state]float64{}
		for s, q := range all {
			if longest := s.row + 1; longest == 3 || longest == 2 && !(wary && s.earlier) {
				called += q * p
			} else {
				next[state{longest, s.earlier}] += q * p
			}
			next[state{0, s.earlier || s.row > 0}] += q * (1 - p)
		}
		all = next
	}
	return called
}

// textsAlone returns how likely it is that 6 of 12 runs fail within so many slots, each with probability p: "from this region only".
func textsAlone(slots int, p float64) float64 {
	texted, all := 0.0, map[uint16]float64{0: 1} // the latest 12 results, a bit each
	for range slots {
		next := map[uint16]float64{}
		for runs, q := range all {
			bad, good := (runs<<1|1)&0xfff, runs<<1&0xfff
			if bits.OnesCount16(bad) >= 6 {
				texted += q * p
			} else {
				next[bad] += q * p
			}
			next[good] += q * (1 - p)
		}
		all = next
	}
	return texted
}

// TestLimits derives the limits of the climates in which chance fails so many runs within minutes that the rules must call, or text,
// and holds the limits to them: one that is less could not be kept, and one that is more would hide a fault of judging.
func TestLimits(t *testing.T) {
	const (
		days    = 30.0
		quarter = 0.25 // of the tries of bad minutes; a run from one or two regions has two of them
		third   = 0.3  // of the tries of the two slots of a deploy
		retried = quarter * quarter
		deploy  = third * third
	)
	// The quorum of three fails in both slots of a deploy and the third region in the second: then none works. Where it works, a third
	// slot is needed, as a deploy a day makes four such slots within a week; but in one week of five, after a call, there were none.
	both := math.Pow(third, 2)
	none := days * math.Pow(third, 3) * (3*math.Pow(third, 2)*(1-third) + math.Pow(third, 3))
	two := days * 3 * both * both * (1 - both) / 5
	want := map[string]struct{ calls, texts Limit }{
		"4 bad minutes a day in a region": {calls: Limit{days * callsInARow(4, retried, false), days * callsInARow(4, retried, true)}},
		"20 bad minutes a day in a region": {
			calls: Limit{days * callsInARow(20, retried, false), days * callsInARow(20, retried, true)},
			texts: Limit{2 * days * callsInARow(20, retried, false), 2 * days * callsInARow(20, retried, true), 2 * days * textsAlone(20, quarter)}, // and all-clears
		},
		"all together": {calls: Limit{
			days * (callsInARow(4, retried, false) + deploy*deploy),
			days * (callsInARow(4, retried, true) + 2*deploy*deploy),
			none + two,
		}},
	}
	for name, w := range want {
		c := Climates()[slices.IndexFunc(Climates(), func(c Climate) bool { return c.Name == name })]
		for _, x := range []struct {
			what      string
			have, due Limit
		}{{"calls", c.Calls, w.calls}, {"texts", c.Texts, w.texts}} {
			for n, due := range x.due {
				tight := name != "4 bad minutes a day in a region" // its limit is the requirement
				if due > 0 && (x.have[n] < 0.95*due || tight && x.have[n] > 1.1*due) {
					t.Errorf("%s, %d regions: the limit is %.2f %s a month, and the rules make %.2f", name, n+1, x.have[n], x.what, due)
				}
			}
		}
	}
}
