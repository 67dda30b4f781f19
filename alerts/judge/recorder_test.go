package judge_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
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

// TestVerdictThenEnd: a run is judged at its verdict, and its end adds only the evidence, to the incident and its stored run,
// also when the program ended between storing the end and judging it.
func TestVerdictThenEnd(t *testing.T) {
	for _, crash := range []bool{false, true} {
		c := newFixture(t)
		c.now = alertstest.Start.Add(time.Hour)
		c.want(c.run(0, "eu", journey.Failed), "waits")
		verdict := alertstest.RunEachMinute(1, "eu", journey.Failed)
		verdict.Evidence = []journey.Evidence{{Kind: "pending", Path: "evidence/1/"}}
		end := verdict
		end.Evidence = []journey.Evidence{{Kind: "screenshot", Path: "evidence/1/screenshot.png"}}
		record := func(run journey.Run) (verbs string) {
			ds, err := c.Record(t.Context(), run)
			c.must(err)
			for _, d := range ds {
				verbs += string(d.Verb) + " "
			}
			return verbs
		}
		c.want(record(verdict), "opens ")
		c.want(record(verdict), "ignores ")
		if crash {
			c.must(c.Store.PutRun(t.Context(), end))
			c.must(c.CatchUp(t.Context(), []string{"print-card"}))
		} else {
			c.want(record(end), "completes ")
		}
		c.want(record(end), "ignores ")
		c.want(record(verdict), "ignores ")
		var s judge.JourneyState
		_, err := incident.LoadItem(t.Context(), c.Store, incident.JourneyKey("print-card"), &s)
		c.must(err)
		runs, err := c.Store.Runs(t.Context(), incident.RunQuery{})
		c.must(err)
		if len(s.Open) != 1 || len(s.Outbox) != 1 || s.Open[0].Streak != 2 || s.Open[0].Runs != 2 {
			t.Fatalf("%+v", s)
		}
		for what, got := range map[string][]journey.Evidence{"incident": s.Open[0].Evidence, "outbox": s.Outbox[0].Evidence, "run": runs[1].Evidence} {
			if len(got) != 1 || got[0] != end.Evidence[0] {
				t.Errorf("the %s has the evidence %+v", what, got)
			}
		}
	}
}

// TestCleanupFails: runs that cannot clean up open an incident of their own, which texts; a failed run whose cleanup had
// nothing to do does not end it, and a good one does.
func TestCleanupFails(t *testing.T) {
	k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	var verbs []string
	for minute, run := range strings.Fields("p+ p- p- p- f+ p- p+") {
		outcome, cleanup := alertstest.Outcomes[rune(run[0])], journey.StepResult{Name: "cancel the order", Outcome: journey.Passed, Cleanup: true}
		if run[1] == '-' {
			cleanup.Outcome, cleanup.Error = journey.Failed, "could not click the button \"Cancel\""
		}
		r := alertstest.Run(minute, "eu", outcome)
		r.Steps = append(r.Steps, cleanup)
		ds := k.Run(r)
		d := ds[len(ds)-1]
		verbs = append(verbs, string(d.Verb))
		if d.Verb == judge.Opens {
			if i := d.Incident; i.Kind != incident.Cleanup || i.Rings() || i.Step != "cancel the order" || i.Error != cleanup.Error || i.Streak != 3 {
				t.Errorf("%+v", i)
			}
		}
	}
	if got := strings.Join(verbs, " "); got != "rests waits waits opens waits continues resolves" {
		t.Error(got)
	}
}
