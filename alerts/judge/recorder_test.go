package judge_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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

// A counter is a desk with a store and a clock of its own.
type counter struct {
	*testing.T
	judge.Recorder
	now time.Time
}

func newCounter(t *testing.T) *counter {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "valkyrie.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	c := &counter{T: t, now: alertstest.Start}
	c.Recorder = judge.Recorder{Store: store, Policy: judge.Policy{JourneyPolicy: alertstest.Policy}, TimeNow: func() time.Time { return c.now }}
	return c
}

// run records a run and says what was decided: "opens", or "waits; opens" where it brought an earlier one with it.
func (c *counter) run(minute int, region string, o journey.Outcome) string {
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

// crash keeps a run, and does not judge it.
func (c *counter) crash(minute int, region string, o journey.Outcome) {
	c.Helper()
	if err := c.Store.PutRun(c.Context(), alertstest.RunEachMinute(minute, region, o)); err != nil {
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
	c.now = alertstest.Start.Add(time.Hour)
	c.wants(c.run(0, "eu", journey.Passed), "rests")
	c.crash(1, "eu", journey.Failed)
	c.wants(c.run(2, "eu", journey.Failed), "waits; opens")
	c.wants(c.run(1, "eu", journey.Passed), "ignores") // whoever died comes back: it is late
	c.wants(c.run(3, "eu", journey.Passed), "resolves")
}

// TestCrashInOneOfTwoRegions: the other region goes on meanwhile, and is not judged twice.
func TestCrashInOneOfTwoRegions(t *testing.T) {
	c := newCounter(t)
	c.now = alertstest.Start.Add(time.Hour)
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
	c.now = alertstest.Start.Add(time.Minute)
	c.wants(c.run(0, "eu", journey.Passed), "rests")
	c.wants(c.run(5, "eu", journey.Passed), "rests") // the clocks are not that far apart
	_, err := c.Record(t.Context(), alertstest.RunEachMinute(60, "eu", journey.Failed))
	if !errors.Is(err, judge.ErrFutureRun) || !strings.Contains(err.Error(), "print-card from eu is for 2026-11-21T04:00:00Z, but it is 2026-11-21T03:01:00Z") {
		t.Error(err)
	}
	runs, err := c.Store.Runs(context.Background(), incident.RunQuery{})
	if err != nil || len(runs) != 2 {
		t.Errorf("%d runs were kept, want 2 (%v)", len(runs), err)
	}
	c.now = alertstest.Start.Add(7 * time.Minute)
	c.wants(c.run(6, "eu", journey.Failed), "waits")
	c.wants(c.run(7, "eu", journey.Failed), "opens")
}

// TestClockPutRight: the machine's own clock was a day ahead, and all it judged then is in the future now.
func TestClockPutRight(t *testing.T) {
	c := newCounter(t)
	const day = 24 * 60
	c.now = alertstest.Start.Add(day * time.Minute)
	c.wants(c.run(day, "eu", journey.Passed), "rests")
	c.now = alertstest.Start.Add(10 * time.Minute)
	if err := c.CatchUp(c.Context(), []string{"print-card"}); err != nil {
		t.Fatal(err)
	}
	c.wants(c.run(10, "eu", journey.Failed), "forgets; waits")
	c.wants(c.run(11, "eu", journey.Failed), "opens")
	c.now = alertstest.Start.Add(day * time.Minute)
	c.wants(c.run(day, "eu", journey.Passed), "resolves")
}

// ahead judges failures and good runs that come and go, each hour of the day ahead, by a clock that is a day ahead.
func (c *counter) ahead() {
	const day = 24 * 60
	c.now = alertstest.Start.Add((day + 60) * time.Minute)
	for _, minute := range []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14} {
		run := alertstest.RunEachMinute(day+minute, "eu", map[bool]journey.Outcome{true: journey.Failed, false: journey.Passed}[minute%4 == 0])
		run.Steps = []journey.StepResult{{Name: "press Print", Outcome: journey.Passed, DurationMS: 700, LimitMS: 5000}}
		if _, err := c.Record(c.Context(), run); err != nil {
			c.Fatal(err)
		}
	}
}

// TestSilenceAfterAClockPutRight: a region that was judged a day ahead, and then goes silent, is missed within minutes of when
// the clock is right, and not in a day.
func TestSilenceAfterAClockPutRight(t *testing.T) {
	c := newCounter(t)
	c.Titles, c.Policy.SilentAfter, c.Policy.SilentGrace = map[string]string{"print-card": "print a card"}, 3, time.Minute
	c.ahead()
	var said []string
	for minute := range 10 {
		c.now = alertstest.Start.Add(time.Duration(minute) * time.Minute)
		ds, err := c.Watch(t.Context(), c.now)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range ds {
			said = append(said, fmt.Sprint(minute, d.Verb, d.Incident.Kind))
		}
	}
	c.wants(strings.Join(said, ", "), "0forgets, 4openssilent")
}

// TestFlappingEndsAfterAClockPutRight: what came and went a day ahead is over when it has been quiet for long enough by the
// right clock; and what a step usually takes was not forgotten.
func TestFlappingEndsAfterAClockPutRight(t *testing.T) {
	c := newCounter(t)
	c.Policy.FlappingFailures, c.Policy.FlappingOutOf, c.Policy.QuietFor = 3, 20, 10*time.Minute
	c.now = alertstest.Start.Add(-24 * time.Hour)
	run := alertstest.RunEachMinute(-24*60, "eu", journey.Passed)
	run.Steps = []journey.StepResult{{Name: "press Print", Outcome: journey.Passed, DurationMS: 700, LimitMS: 5000}}
	if _, err := c.Record(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	c.ahead()
	for minute := range 11 {
		c.now = alertstest.Start.Add(time.Duration(minute) * time.Minute)
		want := "rests"
		switch minute {
		case 0:
			want = "forgets; rests"
		case 10:
			want = "resolves"
		}
		c.wants(c.run(minute, "eu", journey.Passed), want)
	}
	var s judge.JourneyState
	item, err := c.Store.Item(t.Context(), "JOURNEY#print-card")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(item.Data, &s); err != nil || len(s.Open) > 0 {
		t.Errorf("%v, open: %+v", err, s.Open)
	}
	if steps := s.Regions["eu"].Steps; len(steps) != 1 || len(steps[0].Days) != 1 || steps[0].Days[0].MS != 700 {
		t.Errorf("of the day before it knows %+v", steps)
	}
}

// TestBatchAfterAClockPutRight: what a batch says when the clock is right again counts, and its being late too.
func TestBatchAfterAClockPutRight(t *testing.T) {
	c := newCounter(t)
	c.Policy.Heartbeats = []judge.HeartbeatPolicy{{Name: "shift-texts", Title: "send the shift texts", Every: time.Hour}}
	var said []string
	beat := func(stage judge.Stage) {
		ds, err := c.Beat(t.Context(), judge.Beat{Batch: "shift-texts", Stage: stage, At: c.now, Done: 1, Expected: 2, Error: "status 414"})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range ds {
			said = append(said, string(d.Verb))
		}
	}
	c.now = alertstest.Start.Add(24 * time.Hour)
	beat(judge.Starts)
	c.now = alertstest.Start
	beat(judge.Fails)
	c.wants(strings.Join(said, "; "), "rests; forgets; opens")

	c.now, said = alertstest.Start.Add(24*time.Hour), nil
	beat(judge.Starts)
	for c.now = alertstest.Start; c.now.Before(alertstest.Start.Add(80 * time.Minute)); c.now = c.now.Add(time.Minute) {
		ds, err := c.Watch(t.Context(), c.now)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range ds {
			said = append(said, string(d.Verb))
		}
	}
	c.wants(strings.Join(said, "; "), "rests; forgets; continues")
}

// TestWhatWasKeptAhead: runs that a clock kept that was an hour ahead are not made up for when that hour comes: nobody is woken
// by an outage that was over long ago.
func TestWhatWasKeptAhead(t *testing.T) {
	for name, again := range map[string]func(c *counter){
		"a slot was missed":        func(*counter) {},
		"the program starts again": func(c *counter) { c.must(c.CatchUp(c.Context(), []string{"print-card"})) },
	} {
		c := newCounter(t)
		c.now = alertstest.Start.Add(time.Hour)
		c.wants(c.run(60, "eu", journey.Failed), "waits")
		c.crash(61, "eu", journey.Failed)
		c.now = alertstest.Start
		c.wants(c.run(0, "eu", journey.Passed), "forgets; rests")
		c.now = alertstest.Start.Add(62 * time.Minute)
		again(c)
		if got := c.run(62, "eu", journey.Passed); strings.Contains(got, "opens") || strings.Contains(got, "resolves") {
			t.Errorf("%s: %s", name, got)
		}
		c.now = alertstest.Start.Add(65 * time.Minute)
		c.crash(63, "eu", journey.Failed) // by the right clock
		c.crash(64, "eu", journey.Failed)
		c.wants(c.run(65, "eu", journey.Passed), "waits; opens; resolves")
	}
}

func (c *counter) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}
