package outages

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"valkyrie/infra/chrome"
	"valkyrie/probes/journey"
)

// inChrome are the live scenarios that the tests play, as each takes half a minute; `make outages` plays all of them, and
// the tests of probes see each of their faults.
var inChrome = []string{"workers-down", "one-failed-print", "cache-down", "broken-page"}

// played are the scenarios of the tests: those, and all on the simulated clock.
func played() []Scenario {
	return slices.DeleteFunc(All(), func(s Scenario) bool { return s.Live && !slices.Contains(inChrome, s.Name) })
}

// TestOutages plays the scenarios, the harmless ones too: each outage is told to the right person, in time and in the
// right words, and nothing else is told to anybody.
func TestOutages(t *testing.T) {
	c, err := chrome.Find(t.Context(), chrome.Config{Progress: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	results := map[string]Result{}
	t.Run("all", func(t *testing.T) {
		for _, s := range played() {
			t.Run(s.Name, func(t *testing.T) {
				if !s.Live {
					t.Parallel() // a live one needs the machine for itself: its times are real
				}
				r, err := Play(t.Context(), s, Stage{
					Dir: t.TempDir(), Chrome: journey.Program{Path: c.Path, Env: c.Env}, Log: slog.New(slog.DiscardHandler),
					Tell: func(at time.Time, format string, args ...any) {
						t.Logf("%s "+format, append([]any{at.Format("2 Jan 15:04:05")}, args...)...)
					},
				})
				if err != nil {
					t.Fatal(err)
				}
				for _, fault := range append(r.Wrong, r.Missed...) {
					t.Error(fault)
				}
				mu.Lock()
				defer mu.Unlock()
				results[s.Name] = r
			})
		}
	})
	var all []Result
	for _, s := range played() {
		all = append(all, results[s.Name])
	}
	var table strings.Builder
	Table(&table, all)
	t.Log("\n" + table.String())
}

// TestHealthyMonths: a month of noise wakes nobody. `make outages` judges a hundred of them; in 39, 45 and 62 two of three
// regions fail twice in a row at once, by chance alone.
func TestHealthyMonths(t *testing.T) {
	t.Parallel()
	for _, seed := range []uint64{0, 1, 2, 3, 39, 45, 62} {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			verdicts, runs, err := Healthy(seed)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range verdicts {
				if calls, texts := v.Calls(); calls+texts > 0 {
					t.Errorf("of %d runs: %d calls, %d texts: %s", runs, calls, texts, v.Reason)
				}
			}
		})
	}
}

// TestInterrupted: a scenario that is broken off says so, and leaves nothing running.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Play(ctx, simulated()[0], Stage{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler)}); err == nil {
		t.Error("an interrupted scenario has a result")
	}
}
