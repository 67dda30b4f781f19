package judge_test

import (
	"strings"
	"testing"
)

// TestCreepsFasterAndFaster: what runs out does not get slower along a line. A line through its days would still be
// months away from the limit on the last of them.
func TestCreepsFasterAndFaster(t *testing.T) {
	const end = 60.0 // the day on which nothing is left
	for seed := range uint64(6) {
		k := crept(t, 50, seed, func(d int) float64 { return 800 + 20_000/(end-float64(d)) })
		if len(k.Changes) == 0 || !strings.Contains(k.Changes[0], "creeping opens") {
			t.Errorf("seed %d: ten days before the end nothing was said: %q", seed, k.Changes)
			continue
		}
		if inc := k.Changes[0]; strings.Contains(inc, "resolves") {
			t.Errorf("seed %d: %s", seed, inc)
		}
	}
}
