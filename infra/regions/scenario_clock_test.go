package regions_test

import (
	"fmt"
	"testing"
	"time"

	"valkyrie/probes/journey"
)

// TestTwoClocks: the clocks of the two pagers, and of their webhooks, differ by minutes, while the site is down and the home's pager is away
// for a part of it, so that both work on one table. Each incident is called about once, but for acknowledgements that expire.
func TestTwoClocks(t *testing.T) {
	for _, home := range []time.Duration{-4 * min, -2 * min, 0, 4 * min} {
		for _, standby := range []time.Duration{-4 * min, 0, 4 * min} {
			for n := range 4 {
				away, hook := n&1 > 0, time.Duration(1-n&2) // a webhook's clock is the pager's, or wrong the other way
				t.Run(fmt.Sprintf("home %s, standby %s, webhooks %+d, home's pager away %v", home, standby, hook, away), func(t *testing.T) {
					w := newScene(t, nil)
					w.hp.skew, w.hw.skew, w.sp.skew, w.sw.skew = home, hook*home, standby, hook*standby
					w.play(60*min, func(at time.Duration) {
						w.hp.dead = away && at >= 8*min && at < 22*min
						outcome := journey.Passed
						if at >= 10*min && at < 40*min {
							outcome = journey.Failed
						}
						w.all(at, outcome)
					})
					if len(w.calls) < 1 || len(w.calls) > 2 {
						t.Errorf("%d calls\n%s", len(w.calls), w.history())
					}
				})
			}
		}
	}
}
