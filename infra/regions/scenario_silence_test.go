package regions_test

import (
	"testing"
	"time"

	"valkyrie/probes/journey"
)

// TestSilentAgainAndAgain: a region that delivers only every n-th run for two hours, as it is throttled, is one incident that comes and
// goes, and not one each time.
func TestSilentAgainAndAgain(t *testing.T) {
	for _, every := range []int{4, 5, 6, 10, 15} {
		w := newScene(t, nil)
		w.play(120*min, func(at time.Duration) {
			if minutely(at) {
				w.run("eu-west-1", journey.Passed)
				w.run("eu-central-1", journey.Passed)
				if m := int(at / time.Minute); m < 5 || m%every == 0 {
					w.run("us-east-1", journey.Passed)
				}
			}
		})
		if len(w.calls) > 5 || len(w.texts) > 8 { // one per expired acknowledgement would be five
			t.Errorf("every %dth run comes: %d calls, %d texts\n%s", every, len(w.calls), len(w.texts), w.history())
		}
	}
}

// TestPagerAhead: a pager whose clock is ahead, by less than a run from the future is refused for, calls about no silence.
func TestPagerAhead(t *testing.T) {
	for _, skew := range []time.Duration{2 * min, 3 * min, 200 * time.Second, 4 * min, 290 * time.Second} {
		w := newScene(t, nil)
		w.hp.skew, w.hw.skew = skew, skew
		w.play(30*min, func(at time.Duration) { w.all(at, journey.Passed) })
		if len(w.calls) > 0 {
			t.Errorf("%s ahead: %d calls\n%s", skew, len(w.calls), w.history())
		}
	}
}
