package judge_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/probes/journey"
)

func TestMissingRuns(t *testing.T) {
	k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	k.Run(alertstest.RunEachMinute(0, "eu", journey.Passed))
	for i := range 4 {
		k.Run(alertstest.RunEachMinute(i, "us", journey.Passed))
	}
	k.Watch(3.9, time.Time{})
	if len(k.Changes) != 0 {
		t.Fatalf("within its grace: %v", k.Changes)
	}
	k.Watch(4, time.Time{})
	k.Watch(5, time.Time{})
	inc := k.State.Open[0]
	want := "no run of print-card has come from eu since the one of 03:00 UTC, though one is due every minute; runs do come from us"
	if inc.Reason != want || !inc.Rings() || !inc.Since.Equal(alertstest.Start.Add(time.Minute)) {
		t.Errorf("%s\n%+v", inc.Reason, inc)
	}
	k.Watch(9, time.Time{}) // now us is silent, too
	if got := k.State.Open[0].Regions; len(got) != 2 {
		t.Error(got)
	}
	k.Run(alertstest.RunEachMinute(9, "us", journey.Broken)) // any run ends the silence
	k.Run(alertstest.RunEachMinute(10, "eu", journey.Passed))
	if got := strings.Join(k.Changes, ", "); got != "silent opens@4, silent resolves@10" {
		t.Error(got)
	}
	if got := k.Decisions[len(k.Decisions)-1].Reason; got != "a run of print-card has come from eu again, that of 03:10 UTC, after 9 min" {
		t.Error(got)
	}
}

// TestSilentRegionsHaveNoVote: two silent regions of three do not keep the third from opening an incident.
func TestSilentRegionsHaveNoVote(t *testing.T) {
	k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	for _, region := range []string{"eu", "us", "ap"} {
		k.Run(alertstest.RunEachMinute(0, region, journey.Passed))
	}
	for minute := range 5 {
		k.Run(alertstest.RunEachMinute(minute, "eu", map[bool]journey.Outcome{true: journey.Failed, false: journey.Passed}[minute > 0]))
	}
	if got := strings.Join(k.Changes, ", "); got != "down opens@4" {
		t.Error(got)
	}
}

// TestDownClosesWithoutSilentRegions: a region that went silent while it was down does not keep the incident open.
func TestDownClosesWithoutSilentRegions(t *testing.T) {
	k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	for minute := range 10 {
		if minute < 2 {
			k.Run(alertstest.RunEachMinute(minute, "us", journey.Failed))
		}
		k.Run(alertstest.RunEachMinute(minute, "eu", map[bool]journey.Outcome{true: journey.Failed, false: journey.Passed}[minute < 2]))
	}
	if got := strings.Join(k.Changes, ", "); got != "down opens@1, down resolves@5" {
		t.Error(got)
	}
}

// TestDowntimeIsNotSilence: after a downtime of our own, runs count as missing only from the restart on.
func TestDowntimeIsNotSilence(t *testing.T) {
	k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	k.Run(alertstest.RunEachMinute(0, "eu", journey.Passed))
	restarted := alertstest.Start.Add(10 * time.Hour)
	k.Watch(600, restarted)
	k.Watch(603, restarted)
	if len(k.Changes) != 0 {
		t.Error(k.Changes)
	}
	k.Watch(604, restarted)
	if len(k.Changes) != 1 {
		t.Error("four minutes later it is not missed")
	}
}

func TestOnlyExpectedRunsAreMissed(t *testing.T) {
	k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	k.Run(alertstest.Run(0, "eu", journey.Passed)) // a manual run has no interval
	k.Watch(10_000, time.Time{})
	if len(k.Changes) != 0 {
		t.Error(k.Changes)
	}
	k = alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	k.Policy.Every = time.Hour
	k.Run(alertstest.Run(0, "eu", journey.Passed))
	k.Watch(180, time.Time{})
	k.Watch(181, time.Time{})
	k.Watch(8*24*60, time.Time{}) // all are silent: that is no reason to expect none
	if got := strings.Join(k.Changes, ", "); got != "silent opens@181" || len(k.State.Regions) != 1 {
		t.Error(got)
	}
}

// TestGivenUpRegion: a region that is silent for a week, while another one reports, is given up, and the incident says so. Where
// the regions are configured, one of them is expected for ever, and another one is dropped as soon as it is silent.
func TestGivenUpRegion(t *testing.T) {
	const week = 7 * 24 * 60
	for name, c := range map[string]struct {
		configured []string
		want       string
		ending     incident.Ending
	}{
		"unknown":        {nil, fmt.Sprintf("silent opens@4 silent resolves@%d", week), incident.GivenUp},
		"configured":     {[]string{"eu", "us"}, "silent opens@4", ""},
		"not configured": {[]string{"us"}, "", ""},
		"never seen":     {[]string{"us", "ap", "eu"}, "silent opens@4", ""},
	} {
		k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
		k.Policy.Configured = c.configured
		k.Run(alertstest.RunEachMinute(0, "eu", journey.Passed))
		for minute := range week + 2 {
			k.Run(alertstest.RunEachMinute(minute, "us", journey.Passed))
			k.Watch(float64(minute), time.Time{})
		}
		if got := strings.Join(k.Changes, " "); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
		last := k.Decisions[len(k.Decisions)-1]
		for _, d := range k.Decisions {
			if d.Verb == judge.Resolves {
				last = d
			}
		}
		if last.Incident.Ending != c.ending {
			t.Errorf("%s: it ended as %q, want %q", name, last.Incident.Ending, c.ending)
		}
		if i := slices.IndexFunc(k.State.Open, func(i incident.Incident) bool { return i.Kind == incident.Silent }); name == "never seen" && (i < 0 || !slices.Equal(k.State.Open[i].Regions, []string{"ap", "eu"})) {
			t.Errorf("%s: %+v", name, k.State.Open)
		}
	}
}

// TestRemovedRegionEndsItsIncident: an incident that was bad only from a region that is not configured any more ends as not
// watched, not as recovered.
func TestRemovedRegionEndsItsIncident(t *testing.T) {
	k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	for minute := range 4 {
		k.Run(alertstest.RunEachMinute(minute, "eu", journey.Failed))
		k.Run(alertstest.RunEachMinute(minute, "us", journey.Passed))
	}
	k.Policy.Configured = []string{"us"}
	for minute := 4; minute < 9; minute++ {
		k.Run(alertstest.RunEachMinute(minute, "us", journey.Passed))
		k.Watch(float64(minute), time.Time{})
	}
	if got := strings.Join(k.Changes, " "); got != "down opens@1 down resolves@7" || k.Decisions[len(k.Decisions)-4].Incident.Ending == incident.Recovered {
		t.Error(got)
	}
	for _, d := range k.Decisions {
		if d.Verb == judge.Resolves && d.Incident.Ending != incident.Unwatched {
			t.Errorf("it ended as %q", d.Incident.Ending)
		}
	}
}

// TestWatchIsIdempotent: a second Watch at the same time decides nothing.
func TestWatchIsIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := alertstest.Scenario{Policy: judge.JourneyPolicy{FailuresInARow: 2, BrokenInARow: 2, SlowRuns: 3, SlowOutOf: 5, SilentAfter: 2}}
		for i := range 40 {
			if region := rapid.SampledFrom([]string{"eu", "us", "", ""}).Draw(t, "region"); region != "" {
				k.Run(alertstest.RunEachMinute(i, region, alertstest.Outcomes[rapid.RuneFrom([]rune("pfb")).Draw(t, "outcome")]))
			}
			k.Watch(float64(i), time.Time{})
			once, decisions := k.State, len(k.Decisions)
			k.Watch(float64(i), time.Time{})
			if len(k.Decisions) != decisions || cmp.Diff(once, k.State) != "" {
				t.Fatal(cmp.Diff(once, k.State))
			}
		}
	})
}

// TestSilentIncidentsHaveDistinctIDs: two silent incidents of two regions have different ids, although both missed the same run
// first.
func TestSilentIncidentsHaveDistinctIDs(t *testing.T) {
	p := alertstest.ShippedPolicy(t)
	var s judge.JourneyState
	ids := map[string]bool{}
	run := func(minute int, region string, every time.Duration) {
		r := alertstest.Run(minute, region, journey.Passed)
		r.EveryMS = every.Milliseconds()
		s, _ = judge.Judge(p, s, r, "")
	}
	watch := func(minute int) {
		var ds []judge.Decision
		s, ds = s.Watch(p, "print-card", "", alertstest.Start.Add(time.Duration(minute)*time.Minute), time.Time{})
		for _, d := range ds {
			if d.Verb == judge.Opens {
				ids[d.Incident.ID] = true
			}
		}
	}
	run(0, "us", 5*time.Minute)
	run(4, "eu", time.Minute)
	watch(10)
	run(17, "eu", time.Minute)
	watch(18)
	if len(ids) != 2 {
		t.Errorf("%v, want two", ids)
	}
}

// TestPausedRegion: no run from a paused region is missed until its end; from then on they are, as from a region that has just reported.
// A pause ends the silence that was reported before, and a run that comes meanwhile is judged.
func TestPausedRegion(t *testing.T) {
	c := newFixture(t)
	c.Titles, c.Policy.SilentAfter, c.Policy.SilentGrace = map[string]string{"print-card": "print a card"}, 3, time.Minute
	at := func(minute int) time.Time { return alertstest.Start.Add(time.Duration(minute) * time.Minute) }
	pause := func(minute int) {
		c.must(incident.UpdateItem(t.Context(), c.Store, incident.NotificationKey, func(r *map[string]any) bool {
			*r = map[string]any{"pauses": []incident.Pause{{Region: "us", Until: at(minute)}}}
			return true
		}))
	}
	var seen []string
	for minute := range 80 {
		c.now = at(minute)
		c.run(minute, "eu", journey.Passed)
		switch minute {
		case 0, 40:
			c.run(minute, "us", journey.Passed)
		case 10:
			pause(30)
		case 50:
			pause(90)
		case 60:
			pause(60)
		}
		decisions, err := c.Watch(t.Context(), c.now)
		c.must(err)
		for _, d := range decisions {
			seen = append(seen, fmt.Sprintf("%s %s %d %s", d.Verb, d.Incident.Kind, minute, d.Incident.EndedBy()))
		}
	}
	want := "opens silent 4 recovered, resolves silent 10 not watched, opens silent 34 recovered, opens silent 44 recovered, resolves silent 50 not watched, opens silent 64 recovered"
	if got := strings.Join(seen, ", "); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}
