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
	"valkyrie/infra/suite"
	"valkyrie/probes/journey"
)

// long lists the scenarios that simulate more than a day in small steps, and so compute for ten seconds or more.
var long = []string{"restart-loop", "intermittent", "creep", "orders-collapse", "quiet-night"}

// played returns the scenarios of this run: all of them in a full run; otherwise the printing outage, which must never be
// missed, one of the other live ones, which take half a minute each, two of the long ones, and all short ones.
func played(t *testing.T) []Scenario {
	t.Helper()
	isLong := func(s Scenario) bool { return slices.Contains(long, s.Name) }
	return slices.Concat(
		live()[:1],
		suite.Pick(t, live()[1:], 1),
		suite.Pick(t, slices.DeleteFunc(simulated(), func(s Scenario) bool { return !isLong(s) }), 2),
		slices.DeleteFunc(simulated(), isLong),
	)
}

// TestOutages plays the scenarios, including the harmless ones: each outage notifies the right person, in time and in the
// right words, and there is no other notification.
func TestOutages(t *testing.T) {
	c, err := chrome.Find(t.Context(), chrome.Config{Progress: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	scenarios := played(t)
	var mu sync.Mutex
	results := map[string]Result{}
	t.Run("all", func(t *testing.T) {
		for _, s := range scenarios {
			t.Run(s.Name, func(t *testing.T) {
				t.Parallel()
				suite.Core(t) // a live scenario runs in real time
				r, err := Play(t.Context(), s, Stage{
					Dir: t.TempDir(), Chrome: journey.Program{Path: c.Path, Env: c.Env}, Log: slog.New(slog.DiscardHandler),
					Report: func(at time.Time, format string, args ...any) {
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
	for _, s := range scenarios {
		all = append(all, results[s.Name])
	}
	var table strings.Builder
	Table(&table, all)
	t.Log("\n" + table.String())
}

// hard are the months, of a hundred, of which earlier policies sent a message: in two, two of three regions fail in the same
// two slots by chance, one of them during a deploy; in one, eleven runs fail within an hour.
var hard = []uint64{17, 39, 62}

// TestHealthyMonths: a month of noise sends no message. A full run judges a hundred months, a short one two of them: one that
// is hard, and another one.
func TestHealthyMonths(t *testing.T) {
	t.Parallel()
	var others []uint64
	for seed := range uint64(100) {
		if !slices.Contains(hard, seed) {
			others = append(others, seed)
		}
	}
	for _, seed := range slices.Concat(suite.Pick(t, hard, 1), suite.Pick(t, others, 1)) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			suite.Core(t)
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

// TestInterrupted: an interrupted scenario returns an error, and leaves nothing running.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Play(ctx, simulated()[0], Stage{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler)}); err == nil {
		t.Error("an interrupted scenario has a result")
	}
}
