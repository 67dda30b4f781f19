package judge_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/judge"
	"valkyrie/infra/sqlite"
	"valkyrie/probes/journey"
)

// A fixture is a Recorder with its own store and clock.
type fixture struct {
	*testing.T
	judge.Recorder
	now time.Time
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "valkyrie.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	c := &fixture{T: t, now: alertstest.Start}
	c.Recorder = judge.Recorder{Store: store, Policy: judge.Policy{JourneyPolicy: alertstest.Policy}, TimeNow: func() time.Time { return c.now }}
	return c
}

// run records a run and returns the decisions: "opens", or "waits; opens" if an unjudged run was judged before it.
func (c *fixture) run(minute int, region string, o journey.Outcome) string {
	c.Helper()
	ds, err := c.Record(c.Context(), alertstest.RunEachMinute(minute, region, o))
	if err != nil {
		c.Fatal(err)
	}
	var verbs []string
	for _, d := range ds {
		verbs = append(verbs, string(d.Verb))
	}
	return strings.Join(verbs, "; ")
}

// storeOnly stores a run without judging it, as a crash in between does.
func (c *fixture) storeOnly(minute int, region string, o journey.Outcome) {
	c.Helper()
	if err := c.Store.PutRun(c.Context(), alertstest.RunEachMinute(minute, region, o)); err != nil {
		c.Fatal(err)
	}
}

func (c *fixture) want(got, want string) {
	c.Helper()
	if got != want {
		c.Errorf("got %q, want %q", got, want)
	}
}

// TestCrashLosesNoVerdict: a run that a crash left unjudged is judged before the next one.
func TestCrashLosesNoVerdict(t *testing.T) {
	c := newFixture(t)
	c.now = alertstest.Start.Add(time.Hour)
	c.want(c.run(0, "eu", journey.Passed), "rests")
	c.storeOnly(1, "eu", journey.Failed)
	c.want(c.run(2, "eu", journey.Failed), "waits; opens")
	c.want(c.run(1, "eu", journey.Passed), "ignores") // the crashed process retries: the run is late
	c.want(c.run(3, "eu", journey.Passed), "resolves")
}

// TestCrashInOneOfTwoRegions: an unjudged run of one region does not make runs of the other be judged twice.
func TestCrashInOneOfTwoRegions(t *testing.T) {
	c := newFixture(t)
	c.now = alertstest.Start.Add(time.Hour)
	c.storeOnly(0, "eu", journey.Failed) // the very first run of all
	c.want(c.run(0, "us", journey.Passed), "rests")
	c.storeOnly(1, "us", journey.Failed)
	c.want(c.run(1, "eu", journey.Failed), "waits; opens")
	c.want(c.run(2, "us", journey.Failed), "continues; continues")
	c.storeOnly(2, "eu", journey.Passed)
	if err := c.CatchUp(c.Context(), []string{"print-card"}); err != nil { // the program starts again
		t.Fatal(err)
	}
	c.want(c.run(3, "us", journey.Passed), "resolves")
	c.want(c.run(3, "eu", journey.Passed), "rests")
}

func (c *fixture) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}
