package alerts_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts"
	"valkyrie/infra/sqlite"
	"valkyrie/probes/journey"
)

// A counter is a desk with a store and a clock of its own.
type counter struct {
	*testing.T
	alerts.Desk
	now time.Time
}

func newCounter(t *testing.T) *counter {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "valkyrie.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	c := &counter{T: t, now: start}
	c.Desk = alerts.Desk{Store: store, Policy: alerts.Policy{JourneyPolicy: policy}, TimeNow: func() time.Time { return c.now }}
	return c
}

// run records a run and says what was decided: "opens", or "waits; opens" where it brought an earlier one with it.
func (c *counter) run(minute int, region string, o journey.Outcome) string {
	c.Helper()
	ds, err := c.Record(c.Context(), each(minute, region, o))
	if err != nil {
		c.Fatal(err)
	}
	var verbs []string
	for _, d := range ds {
		verbs = append(verbs, string(d.Verb))
	}
	return strings.Join(verbs, "; ")
}

// crash keeps a run, and does not judge it.
func (c *counter) crash(minute int, region string, o journey.Outcome) {
	c.Helper()
	if err := c.Store.PutRun(c.Context(), each(minute, region, o)); err != nil {
		c.Fatal(err)
	}
}

func (c *counter) wants(got, want string) {
	c.Helper()
	if got != want {
		c.Errorf("got %q, want %q", got, want)
	}
}

// TestCrashLosesNoVerdict: a run that was kept, and not judged because the program died, counts when the next one comes.
func TestCrashLosesNoVerdict(t *testing.T) {
	c := newCounter(t)
	c.now = start.Add(time.Hour)
	c.wants(c.run(0, "eu", journey.Passed), "rests")
	c.crash(1, "eu", journey.Failed)
	c.wants(c.run(2, "eu", journey.Failed), "waits; opens")
	c.wants(c.run(1, "eu", journey.Passed), "ignores") // whoever died comes back: it is late
	c.wants(c.run(3, "eu", journey.Passed), "resolves")
}

// TestCrashInOneOfTwoRegions: the other region goes on meanwhile, and is not judged twice.
func TestCrashInOneOfTwoRegions(t *testing.T) {
	c := newCounter(t)
	c.now = start.Add(time.Hour)
	c.crash(0, "eu", journey.Failed) // the very first run of all
	c.wants(c.run(0, "us", journey.Passed), "rests")
	c.crash(1, "us", journey.Failed)
	c.wants(c.run(1, "eu", journey.Failed), "waits; opens")
	c.wants(c.run(2, "us", journey.Failed), "continues; continues")
	c.crash(2, "eu", journey.Passed)
	if err := c.CatchUp(c.Context(), []string{"print-card"}); err != nil { // the program starts again
		t.Fatal(err)
	}
	c.wants(c.run(3, "us", journey.Passed), "resolves")
	c.wants(c.run(3, "eu", journey.Passed), "rests")
}

// TestRunFromTheFuture: a run whose slot is still to come is refused, and does not make those that follow late.
func TestRunFromTheFuture(t *testing.T) {
	c := newCounter(t)
	c.now = start.Add(time.Minute)
	c.wants(c.run(0, "eu", journey.Passed), "rests")
	c.wants(c.run(5, "eu", journey.Passed), "rests") // the clocks are not that far apart
	_, err := c.Record(t.Context(), each(60, "eu", journey.Failed))
	if !errors.Is(err, alerts.ErrAhead) || !strings.Contains(err.Error(), "print-card from eu is for 2026-11-21T04:00:00Z, but it is 2026-11-21T03:01:00Z") {
		t.Error(err)
	}
	runs, err := c.Store.Runs(context.Background(), alerts.RunQuery{})
	if err != nil || len(runs) != 2 {
		t.Errorf("%d runs were kept, want 2 (%v)", len(runs), err)
	}
	c.now = start.Add(7 * time.Minute)
	c.wants(c.run(6, "eu", journey.Failed), "waits")
	c.wants(c.run(7, "eu", journey.Failed), "opens")
}

// TestClockPutRight: the machine's own clock was a day ahead, and all it judged then is in the future now.
func TestClockPutRight(t *testing.T) {
	c := newCounter(t)
	const day = 24 * 60
	c.now = start.Add(day * time.Minute)
	c.wants(c.run(day, "eu", journey.Passed), "rests")
	c.now = start.Add(10 * time.Minute)
	if err := c.CatchUp(c.Context(), []string{"print-card"}); err != nil {
		t.Fatal(err)
	}
	c.wants(c.run(10, "eu", journey.Failed), "forgets; waits")
	c.wants(c.run(11, "eu", journey.Failed), "opens")
	c.now = start.Add(day * time.Minute)
	c.wants(c.run(day, "eu", journey.Passed), "resolves")
}
