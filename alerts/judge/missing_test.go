package judge_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/judge"
	"valkyrie/probes/journey"
)

func TestSilence(t *testing.T) {
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
	want := "no run of print-card has come from eu since the one of 03:00 UTC, though one is due every 1 min; runs do come from us"
	if inc.Reason != want || !inc.Rings() || !inc.Since.Equal(alertstest.Start.Add(time.Minute)) {
		t.Errorf("%s\n%+v", inc.Reason, inc)
	}
	k.Watch(9, time.Time{}) // now us is silent, too
	if got := k.State.Open[0].Regions; len(got) != 2 {
		t.Error(got)
	}
	k.Run(alertstest.RunEachMinute(9, "us", journey.Broken)) // any run is a sign of life
	k.Run(alertstest.RunEachMinute(10, "eu", journey.Passed))
	if got := strings.Join(k.Changes, ", "); got != "silent opens@4, silent resolves@10" {
		t.Error(got)
	}
	if got := k.Decisions[len(k.Decisions)-1].Reason; got != "a run of print-card has come from eu again, that of 03:10 UTC, after 9 min" {
		t.Error(got)
	}
}

// TestSilentRegionsHaveNoVote: where two of three regions have gone silent, the third is not held up by them.
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

// TestDownEndsWithoutTheSilent: a region that went silent while it was down does not keep the incident open for ever.
func TestDownEndsWithoutTheSilent(t *testing.T) {
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

// TestSilenceNeedsSomebodyAwake: what was not run while nobody ran anything is not missed the moment they are back.
func TestSilenceNeedsSomebodyAwake(t *testing.T) {
	k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	k.Run(alertstest.RunEachMinute(0, "eu", journey.Passed))
	awake := alertstest.Start.Add(10 * time.Hour)
	k.Watch(600, awake)
	k.Watch(603, awake)
	if len(k.Changes) != 0 {
		t.Error(k.Changes)
	}
	k.Watch(604, awake)
	if len(k.Changes) != 1 {
		t.Error("four minutes later it is not missed")
	}
}

func TestSilenceIsOfTheExpectedOnly(t *testing.T) {
	k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	k.Run(alertstest.Run(0, "eu", journey.Passed)) // by hand: none is due after it
	k.Watch(10_000, time.Time{})
	if len(k.Changes) != 0 {
		t.Error(k.Changes)
	}
	k = alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	k.Policy.Every = time.Hour
	k.Run(alertstest.Run(0, "eu", journey.Passed))
	k.Watch(180, time.Time{})
	k.Watch(181, time.Time{})
	k.Watch(8*24*60, time.Time{}) // given up
	if got := strings.Join(k.Changes, ", "); got != "silent opens@181, silent resolves@11520" || len(k.State.Regions) != 0 {
		t.Error(got)
	}
}

// TestWatchIsIdempotent: to watch again at the same time decides nothing, and a region is never told twice to be silent.
func TestWatchIsIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := alertstest.Scenario{Policy: judge.JourneyPolicy{FailuresInARow: 2, BrokenInARow: 2, SlowRuns: 3, SlowOutOf: 5, SilentAfter: 2}}
		for i := range 40 {
			if region := rapid.SampledFrom([]string{"eu", "us", "", ""}).Draw(t, "region"); region != "" {
				k.Run(alertstest.RunEachMinute(i, region, alertstest.Outcomes[rapid.RuneFrom([]rune("pfb")).Draw(t, "outcome")]))
			}
			k.Watch(float64(i), time.Time{})
			once, said := k.State, len(k.Decisions)
			k.Watch(float64(i), time.Time{})
			if len(k.Decisions) != said || cmp.Diff(once, k.State) != "" {
				t.Fatal(cmp.Diff(once, k.State))
			}
		}
	})
}

var texts = judge.HeartbeatPolicy{Name: "shift-texts", Title: "send the shift texts", By: "0 6 * * *", Grace: 10 * time.Minute}

func TestHeartbeats(t *testing.T) {
	at := func(clock string) time.Time {
		d, err := time.Parse("2 15:04", clock)
		if err != nil {
			t.Fatal(err)
		}
		return time.Date(2026, 11, d.Day(), d.Hour(), d.Minute(), 0, 0, time.UTC)
	}
	beat := func(clock string, stage judge.Stage, done, expected int64) judge.Beat {
		return judge.Beat{Batch: "shift-texts", Stage: stage, At: at(clock), Done: done, Expected: expected, Error: "status 414"}
	}
	for name, c := range map[string]struct {
		events []any // beats, and times at which it is watched
		want   string
	}{
		"on time":               {[]any{beat("21 05:00", judge.Starts, 0, 400), beat("21 05:30", judge.Finishes, 400, 400), "21 06:30"}, ""},
		"late within its grace": {[]any{beat("21 05:00", judge.Starts, 0, 400), "21 06:09", beat("21 06:09", judge.Finishes, 400, 400), "21 06:30"}, ""},
		"halfway, and then nothing": {
			[]any{beat("21 05:00", judge.Starts, 0, 400), beat("21 05:20", judge.Progresses, 150, 400), "21 06:10"},
			"opens: shift-texts is late: it should have finished by 06:00 UTC, with a grace of 10 min; 150 of 400 done, as it said at 05:20 UTC",
		},
		"never": {
			[]any{"21 06:10"},
			"opens: shift-texts is late: it should have finished by 06:00 UTC, with a grace of 10 min; nothing was ever heard of it",
		},
		"incomplete, then whole": {
			[]any{beat("21 05:30", judge.Finishes, 150, 400), beat("21 05:50", judge.Finishes, 400, 400), "21 06:30"},
			"opens: shift-texts finished incomplete: 150 of 400 done; resolves: shift-texts finished at 05:50 UTC: 400 of 400 done",
		},
		"failed": {
			[]any{beat("21 05:30", judge.Fails, 150, 400)},
			"opens: shift-texts failed: status 414; 150 of 400 done",
		},
		"an extra one does not stand for the next day's": {
			[]any{beat("21 05:30", judge.Finishes, 4, 4), beat("21 09:00", judge.Finishes, 4, 4), "22 06:10"},
			"opens: shift-texts is late: it should have finished by 06:00 UTC, with a grace of 10 min; it has not started since 21 November 09:00 UTC, when 4 of 4 done",
		},
		"said twice, and out of order": {
			[]any{beat("21 05:30", judge.Finishes, 4, 4), beat("21 05:30", judge.Fails, 0, 4), beat("21 05:00", judge.Starts, 0, 4), "21 06:30"}, "",
		},
	} {
		s, _ := judge.JourneyState{}.WatchBatch(texts, at("21 00:00"))
		var said []string
		for _, e := range c.events {
			var ds []judge.Decision
			switch e := e.(type) {
			case judge.Beat:
				s, ds = s.Beat(texts, e)
			case string:
				s, ds = s.WatchBatch(texts, at(e))
				if _, again := s.WatchBatch(texts, at(e)); len(again) > 0 {
					t.Errorf("%s: watched again, it says %v", name, again)
				}
			}
			for _, d := range ds {
				if d.Verb == judge.Opens || d.Verb == judge.Continues || d.Verb == judge.Resolves {
					said = append(said, string(d.Verb)+": "+d.Reason)
				}
			}
		}
		if got := strings.Join(said, "; "); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}
