package proof

import (
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/infra/suite"
	"valkyrie/probes/journey"
)

// TestWatching checks that a region is silent exactly from when its third run in a row is overdue, or one more where runs are often
// missing, grace included, until its next one arrives, or it is given up, as only others have reported for a week; and that a repeated check decides nothing new.
func TestWatching(t *testing.T) {
	suite.Rapid(t, 500, 2_000)
	rapid.Check(t, func(t *rapid.T) {
		k := newTrial(t)
		at, last, silent := settings[0].start, map[string]time.Time{}, map[string]bool{}
		book := silences{back: k.policy.ReturnWithin, last: last}
		patience := func(region string) time.Duration {
			return time.Duration(k.book.tooSilent(region))*time.Minute + k.policy.SilentGrace
		}
		hears := time.Duration(k.policy.SilentAfter)*time.Minute + k.policy.SilentGrace
		const week = 7 * 24 * time.Hour
		for range rapid.IntRange(1, 30).Draw(t, "looks") {
			at = at.Add(time.Duration(rapid.SampledFrom([]int{20, 60, 200, 239, 240, 241, 3600, 90_000, 604_800}).Draw(t, "seconds")) * time.Second)
			for _, region := range regions[:rapid.IntRange(0, 3).Draw(t, "regions")] {
				run := runOf("print-card", region, at, journey.Passed)
				k.state, _ = judge.Judge(k.policy, k.state, run, "print a card")
				k.book.take(run)
				last[region], silent[region] = at, false
				book.run(region, at)
			}
			for region, slot := range last {
				silent[region] = silent[region] || !at.Before(slot.Add(patience(region)))
			}
			var gone []string
			heard := slices.ContainsFunc(slices.Collect(maps.Values(last)), func(slot time.Time) bool { return at.Before(slot.Add(hears)) })
			for region, slot := range last {
				if heard && at.Sub(slot) >= week { // if all are silent, something is wrong
					delete(last, region)
					delete(k.book.runs, region)
					delete(k.book.background, region)
					silent[region] = false
					gone = append(gone, region)
				}
			}
			for _, region := range slices.Sorted(slices.Values(regions)) {
				if silent[region] {
					book.silence(region, at)
				}
			}
			for _, region := range gone {
				book.drop(region)
			}
			var decisions []judge.Decision
			k.state, decisions = k.state.Watch(k.policy, "print-card", "print a card", at, time.Time{})
			if _, again := k.state.Watch(k.policy, "print-card", "print a card", at, time.Time{}); len(again) > 0 {
				t.Fatalf("looking twice decides %+v", again)
			}
			for _, d := range decisions {
				if d.Reason == "" {
					t.Fatalf("%s without a reason", d.Verb)
				}
			}
			for _, region := range regions {
				i := find(k.state, incident.Silent)
				if got := i != nil && slices.Contains(i.Regions, region); got != book.of[region] || silent[region] && !got {
					t.Fatalf("at %v %s is silent: %t; want %t, and it reports: %t", at, region, got, book.of[region], !silent[region])
				}
			}
			k.state = back(k, k.state)
		}
	})
}

// silences models the incident about silence: which regions it is of. The first silence of a region is over with its next run. Once a
// silence has come back, within the time in which an incident reopens, it is over for a region whose runs have come for an hour since the
// last of its regions reported.
type silences struct {
	back    time.Duration
	last    map[string]time.Time // the latest run of each region
	of      map[string]bool
	times   int       // how often it has begun; 0: it is not open
	looked  time.Time // when a region was last found silent
	settled time.Time // since when all of its regions report; zero: not all do

	ended []silences // the earlier ones that may reopen: each of the region with which it ended, until settled
}

func (b *silences) run(region string, at time.Time) {
	if !b.of[region] {
		return
	}
	if b.times > 1 {
		all := true
		for r := range b.of {
			all = all && b.last[r].After(b.looked)
		}
		if b.settled.IsZero() && all {
			b.settled = at
		}
		if b.settled.IsZero() || at.Sub(b.settled) < time.Hour {
			return
		}
	}
	times := b.times
	if b.drop(region); len(b.of) == 0 {
		b.ended = append(b.ended, silences{of: map[string]bool{region: true}, times: times, settled: at.Add(b.back)})
	}
}

// silence notes that a region is found silent.
func (b *silences) silence(region string, now time.Time) {
	if b.of[region] && !b.last[region].After(b.looked) {
		return
	}
	if b.times == 0 {
		b.of, b.settled = map[string]bool{}, now
		due := b.last[region].Add(time.Minute)
		if i := slices.IndexFunc(b.ended, func(e silences) bool { return e.of[region] && due.Before(e.settled) }); i >= 0 {
			b.times = b.ended[i].times
			b.ended = slices.Delete(b.ended, i, i+1)
		}
	}
	if !b.settled.IsZero() {
		b.times++
	}
	b.of[region], b.looked, b.settled = true, now, time.Time{}
}

func (b *silences) drop(region string) {
	if delete(b.of, region); len(b.of) == 0 {
		b.times, b.settled = 0, time.Time{}
	}
}

// TestLatencyTrendNeedsATrend checks that less than two weeks of data never open a latency trend, nor do any number of
// weeks within a few percent; and that a step which gets slower every day is reported before customers see it fail.
func TestLatencyTrendNeedsATrend(t *testing.T) {
	suite.Rapid(t, 100, 300)
	rapid.Check(t, func(t *rapid.T) {
		const limit = 5000
		shape := rapid.SampledFrom([]string{"short", "level", "rising"}).Draw(t, "shape")
		days := map[string]int{"short": 13, "level": 60, "rising": 60}[shape]
		rise := rapid.IntRange(40, 70).Draw(t, "ms a day")
		k := newTrial(t)
		creeps, fails := 0, 0
		for day := 1; day <= days; day++ {
			ms := rapid.IntRange(1000, 1040).Draw(t, "ms")
			switch shape {
			case "short":
				ms = rapid.IntRange(100, limit-1).Draw(t, "ms")
			case "rising":
				ms += rise * day
			}
			for n := range 3 {
				run := runOf("print-card", "eu", settings[0].start.AddDate(0, 0, day).Add(time.Duration(n)*time.Hour), journey.Passed)
				run.Steps = []journey.StepResult{{Name: "press Print", Outcome: journey.Passed, DurationMS: int64(ms), LimitMS: limit}}
				k.state, _ = judge.Judge(k.policy, k.state, run, "print a card")
			}
			if creeps == 0 && find(k.state, incident.LatencyTrend) != nil {
				creeps = day
			}
			if fails == 0 && ms > limit {
				fails = day
			}
		}
		switch {
		case shape != "rising" && creeps > 0:
			t.Fatalf("%s, and it creeps on day %d", shape, creeps)
		case shape == "rising" && fails > 0 && (creeps == 0 || creeps > fails-14):
			t.Fatalf("it rises by %d ms a day, creeps on day %d, and fails on day %d", rise, creeps, fails)
		}
	})
}
