package regions_test

import (
	"fmt"
	"runtime"
	"testing"
)

// TestStoryRepeats plays a story repeatedly while the pages due at the same time are sent in every order: the history is
// the same each time, down to each request. Otherwise a seed that failed once could not be replayed.
func TestStoryRepeats(t *testing.T) {
	s := story{siteFrom: 2, siteTo: 47, homeFrom: 1, homeTo: 4, tableToo: true, requests: 32, late: true, deaf: 2, homeProbe: true}
	histories := map[string]int{}
	for yields := range 6 {
		w := storyWorld(t.Context(), s, func(what string, err error) {
			if err != nil {
				t.Errorf("%s: %v", what, err)
			}
		})
		sent := 0
		w.stir = func() {
			w.sending.Lock()
			sent++
			wait := sent * yields % 5
			w.sending.Unlock()
			for range wait {
				runtime.Gosched()
			}
		}
		w.play(s)
		histories[fmt.Sprintf("%s\nrequests %x %x", w.history(), w.home.sum.Sum64(), w.standby.sum.Sum64())]++
	}
	if len(histories) != 1 {
		for h, n := range histories {
			t.Errorf("%d times:\n%s", n, h)
		}
	}
}
