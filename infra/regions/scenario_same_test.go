package regions_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"valkyrie/probes/journey"
)

// TestOneOutageOneIncident: the site goes down as the home does, so that both tables open an incident about it, under different ids; it
// works again before the home is back, or after. The people hear one end, of one window.
func TestOneOutageOneIncident(t *testing.T) {
	for _, recovers := range []time.Duration{20, 30, 39, 50} {
		for from := -90 * time.Second; from <= 150*time.Second; from += 15 * time.Second {
			t.Run(fmt.Sprintf("home goes %s after the site, which recovers in minute %d", from, recovers), func(t *testing.T) {
				w := newScene(t, nil)
				w.play(90*min, func(at time.Duration) {
					away := at >= 10*min+from && at < 40*min
					for _, a := range []*actor{w.hp, w.sp, w.hw, w.sw, w.probes["eu-west-1"], w.probes["eu-central-1"], w.probes["us-east-1"]} {
						a.home.cut = away
					}
					w.hp.dead, w.hw.dead = away, away
					outcome := journey.Passed
					if at >= 10*min && at < recovers*min {
						outcome = journey.Failed
					}
					w.all(at, outcome)
				})
				since := "12:10"
				if from == 30*time.Second { // the run of 12:10 is at home only, and in no copy
					since = "12:11"
				}
				acked := 0
				for _, c := range w.calls {
					if c.answer == "ack" {
						acked++
					}
				}
				if again := recovers > 40; acked > 2 && !again || acked > 3 || acked == 0 || len(w.calls) > acked+w.lost {
					t.Errorf("%d calls", len(w.calls))
				}
				clears := map[string]int{}
				for _, text := range w.texts {
					_, said, _ := strings.Cut(text, " -> ")
					who, words, _ := strings.Cut(said, ": ")
					if strings.Contains(words, "all clear") {
						clears[who]++
						if want := fmt.Sprintf("from %s UTC to 12:%d UTC", since, recovers); !strings.Contains(words, want) {
							t.Errorf("%s; want %s", text, want)
						}
					}
				}
				for who, n := range clears {
					if n != 1 {
						t.Errorf("%s got %d all-clears", who, n)
					}
				}
				if ids := slices.Concat(unresolvedIDs(w.route(w.H)), unresolvedIDs(w.route(w.S))); len(ids) > 0 || len(clears) == 0 {
					t.Errorf("unresolved: %v; all-clears: %v", ids, clears)
				}
				if t.Failed() {
					t.Log(w.history())
				}
			})
		}
	}
}
