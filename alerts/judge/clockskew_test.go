package judge_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/probes/journey"
)

// TestRunFromTheFuture: a run from the future is rejected, and does not make later runs late.
func TestRunFromTheFuture(t *testing.T) {
	c := newFixture(t)
	c.now = alertstest.Start.Add(time.Minute)
	c.want(c.run(0, "eu", journey.Passed), "rests")
	c.want(c.run(5, "eu", journey.Passed), "rests") // within the accepted clock skew
	_, err := c.Record(t.Context(), alertstest.RunEachMinute(60, "eu", journey.Failed))
	if !errors.Is(err, judge.ErrFutureRun) || !strings.Contains(err.Error(), "the run of print-card from eu for 2026-11-21T04:00:00Z: it is 2026-11-21T03:01:00Z here") {
		t.Error(err)
	}
	runs, err := c.Store.Runs(context.Background(), incident.RunQuery{})
	if err != nil || len(runs) != 2 {
		t.Errorf("%d runs were kept, want 2 (%v)", len(runs), err)
	}
	c.now = alertstest.Start.Add(7 * time.Minute)
	c.want(c.run(6, "eu", journey.Failed), "waits")
	c.want(c.run(7, "eu", journey.Failed), "opens")
}

// TestClockCorrected: after a clock that was a day ahead is corrected, the region's state in the future is reset.
func TestClockCorrected(t *testing.T) {
	c := newFixture(t)
	const day = 24 * 60
	c.now = alertstest.Start.Add(day * time.Minute)
	c.want(c.run(day, "eu", journey.Passed), "rests")
	c.now = alertstest.Start.Add(10 * time.Minute)
	if err := c.CatchUp(c.Context(), []string{"print-card"}); err != nil {
		t.Fatal(err)
	}
	c.want(c.run(10, "eu", journey.Failed), "forgets; waits")
	c.want(c.run(11, "eu", journey.Failed), "opens")
	c.now = alertstest.Start.Add(day * time.Minute)
	c.want(c.run(day, "eu", journey.Passed), "resolves")
}

// recordAhead records a sequence of failed and good runs with a clock that is a day ahead.
func (c *fixture) recordAhead() {
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

// TestSilenceAfterClockCorrection: a region judged a day ahead that goes silent is detected within minutes of the correction, not
// after a day.
func TestSilenceAfterClockCorrection(t *testing.T) {
	c := newFixture(t)
	c.Titles, c.Policy.SilentAfter, c.Policy.SilentGrace = map[string]string{"print-card": "print a card"}, 3, time.Minute
	c.recordAhead()
	var decided []string
	for minute := range 10 {
		c.now = alertstest.Start.Add(time.Duration(minute) * time.Minute)
		ds, err := c.Watch(t.Context(), c.now)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range ds {
			decided = append(decided, fmt.Sprint(minute, d.Verb, d.Incident.Kind))
		}
	}
	c.want(strings.Join(decided, ", "), "0forgets, 4openssilent")
}

// TestFlappingClosesAfterClockCorrection: flapping recorded a day ahead closes after its quiet time by the correct clock, and the
// daily medians remain.
func TestFlappingClosesAfterClockCorrection(t *testing.T) {
	c := newFixture(t)
	c.Policy.FlappingFailures, c.Policy.FlappingOutOf, c.Policy.QuietFor = 3, 20, 10*time.Minute
	c.now = alertstest.Start.Add(-24 * time.Hour)
	run := alertstest.RunEachMinute(-24*60, "eu", journey.Passed)
	run.Steps = []journey.StepResult{{Name: "press Print", Outcome: journey.Passed, DurationMS: 700, LimitMS: 5000}}
	if _, err := c.Record(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	c.recordAhead()
	for minute := range 11 {
		c.now = alertstest.Start.Add(time.Duration(minute) * time.Minute)
		want := "rests"
		switch minute {
		case 0:
			want = "forgets; rests"
		case 10:
			want = "resolves"
		}
		c.want(c.run(minute, "eu", journey.Passed), want)
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

// TestBatchAfterClockCorrection: beats, and being late, count again once the clock is corrected.
func TestBatchAfterClockCorrection(t *testing.T) {
	c := newFixture(t)
	c.Policy.Heartbeats = []judge.HeartbeatPolicy{{Name: "shift-texts", Title: "send the shift texts", Every: time.Hour}}
	var decided []string
	beat := func(stage judge.Stage) {
		ds, err := c.Beat(t.Context(), judge.Beat{Batch: "shift-texts", Stage: stage, At: c.now, Done: 1, Expected: 2, Error: "status 414"})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range ds {
			decided = append(decided, string(d.Verb))
		}
	}
	c.now = alertstest.Start.Add(24 * time.Hour)
	beat(judge.Starts)
	c.now = alertstest.Start
	beat(judge.Fails)
	c.want(strings.Join(decided, "; "), "rests; forgets; opens")

	c.now, decided = alertstest.Start.Add(24*time.Hour), nil
	beat(judge.Starts)
	for c.now = alertstest.Start; c.now.Before(alertstest.Start.Add(80 * time.Minute)); c.now = c.now.Add(time.Minute) {
		ds, err := c.Watch(t.Context(), c.now)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range ds {
			decided = append(decided, string(d.Verb))
		}
	}
	c.want(strings.Join(decided, "; "), "rests; forgets; continues")
}

// TestRunsStoredAheadAreNotJudged: runs stored by a clock that was an hour ahead are not judged when that hour comes, so an old outage
// does not page.
func TestRunsStoredAheadAreNotJudged(t *testing.T) {
	for name, again := range map[string]func(c *fixture){
		"a slot was missed":        func(*fixture) {},
		"the program starts again": func(c *fixture) { c.must(c.CatchUp(c.Context(), []string{"print-card"})) },
	} {
		c := newFixture(t)
		c.now = alertstest.Start.Add(time.Hour)
		c.want(c.run(60, "eu", journey.Failed), "waits")
		c.storeOnly(61, "eu", journey.Failed)
		c.now = alertstest.Start
		c.want(c.run(0, "eu", journey.Passed), "forgets; rests")
		c.now = alertstest.Start.Add(62 * time.Minute)
		again(c)
		if got := c.run(62, "eu", journey.Passed); strings.Contains(got, "opens") || strings.Contains(got, "resolves") {
			t.Errorf("%s: %s", name, got)
		}
		c.now = alertstest.Start.Add(65 * time.Minute)
		c.storeOnly(63, "eu", journey.Failed) // by the right clock
		c.storeOnly(64, "eu", journey.Failed)
		c.want(c.run(65, "eu", journey.Passed), "waits; opens; resolves")
	}
}
