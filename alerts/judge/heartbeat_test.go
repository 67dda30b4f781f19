package judge_test

import (
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/judge"
)

// TestDeadlineAfterLongGap: a batch that was not watched for years is late once. Its next deadline equals that of a loop over all
// deadlines, and is found without one.
func TestDeadlineAfterLongGap(t *testing.T) {
	first := time.Date(2026, 3, 27, 12, 0, 0, 0, time.UTC)
	for _, h := range []judge.HeartbeatPolicy{
		{Name: "b", Every: time.Minute},
		{Name: "b", Every: 7 * time.Hour, Grace: 12 * time.Hour},
		{Name: "b", By: "@every 90m"},
		{Name: "b", By: "* * * * *"},
		{Name: "b", By: "30 2 * * *", Zone: "Europe/Berlin", Grace: 40 * time.Hour},
	} {
		grace := max(h.Grace, 10*time.Minute)
		for _, gap := range []time.Duration{time.Hour, 36 * time.Hour, 60*24*time.Hour + time.Second, 290 * 365 * 24 * time.Hour} {
			s, _ := judge.JourneyState{}.WatchBatch(h, first)
			now := first.Add(gap)
			due := s.Batch.Due
			late := !now.Before(due.Add(grace))
			s, decisions := s.WatchBatch(h, now)
			if late != (len(decisions) == 1 && decisions[0].Verb == judge.Opens) {
				t.Errorf("%+v after %v: late %v, decisions %+v", h, gap, late, decisions)
			}
			if !now.Before(s.Batch.Due.Add(grace)) {
				t.Errorf("%+v after %v: the deadline %v is over at %v", h, gap, s.Batch.Due, now)
			}
			if gap > 365*24*time.Hour {
				continue // too far to go there step by step
			}
			for n := 0; !now.Before(due.Add(grace)); n++ {
				step, _ := judge.JourneyState{}.WatchBatch(h, due)
				if due = step.Batch.Due; n > 100_000 {
					t.Fatalf("%+v: no deadline after %v", h, due)
				}
			}
			if !s.Batch.Due.Equal(due) {
				t.Errorf("%+v after %v: got the deadline %v, want %v", h, gap, s.Batch.Due, due)
			}
		}
	}
}

// TestGrace: a batch is late when its grace is over, which is ten minutes where none is set.
func TestGrace(t *testing.T) {
	first := time.Date(2026, 3, 27, 12, 0, 0, 0, time.UTC)
	for set, want := range map[time.Duration]time.Duration{0: 10 * time.Minute, time.Second: time.Second, 40 * time.Minute: 40 * time.Minute} {
		h := judge.HeartbeatPolicy{Name: "b", Every: time.Hour, Grace: set}
		s, _ := judge.JourneyState{}.WatchBatch(h, first)
		if _, early := s.WatchBatch(h, first.Add(time.Hour+want-time.Second)); len(early) > 0 && early[0].Verb == judge.Opens {
			t.Errorf("grace %v: late before %v: %+v", set, want, early)
		}
		if _, late := s.WatchBatch(h, first.Add(time.Hour+want)); len(late) != 1 || late[0].Verb != judge.Opens {
			t.Errorf("grace %v: not late after %v: %+v", set, want, late)
		}
	}
}

// TestDeadlineOfOldState: older versions accepted schedules that never occur, and stored a batch without a deadline. With a valid
// schedule, the batch is expected from then on.
func TestDeadlineOfOldState(t *testing.T) {
	now := time.Date(2026, 3, 27, 12, 0, 0, 0, time.UTC)
	h := judge.HeartbeatPolicy{Name: "b", By: "0 6 * * *"}
	s := judge.JourneyState{Batch: &judge.BatchState{Done: 3}}
	s, decisions := s.WatchBatch(h, now)
	want := time.Date(2026, 3, 28, 6, 0, 0, 0, time.UTC)
	if len(decisions) != 1 || decisions[0].Verb != judge.NoChange || !s.Batch.Due.Equal(want) || s.Batch.Done != 3 {
		t.Fatalf("%+v, %+v", s.Batch, decisions)
	}
	if _, decisions = s.WatchBatch(h, want.Add(10*time.Minute)); len(decisions) != 1 || decisions[0].Verb != judge.Opens {
		t.Errorf("%+v", decisions)
	}
}

var texts = judge.HeartbeatPolicy{Name: "shift-texts", Title: "send the shift texts", By: "0 6 * * *", Grace: 10 * time.Minute}

func TestHeartbeats(t *testing.T) {
	beat := func(clock string, stage judge.Stage, done, expected int64) judge.Beat {
		return judge.Beat{Batch: "shift-texts", Stage: stage, At: november(t, clock), Done: done, Expected: expected, Error: "status 414"}
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
		"more than expected": {
			[]any{beat("21 05:30", judge.Finishes, 450, 400), beat("21 05:50", judge.Finishes, 400, 400)},
			"opens: shift-texts has done more than it expected: 450 of 400 done; resolves: shift-texts finished at 05:50 UTC: 400 of 400 done",
		},
		"less than its start has expected": {
			[]any{beat("21 05:00", judge.Starts, 0, 400), beat("21 05:30", judge.Finishes, 399, 0)},
			"opens: shift-texts finished incomplete: 399 of 400 done",
		},
		"the clock is put back by 2 minutes": {
			[]any{beat("21 05:45", judge.Starts, 0, 4), beat("21 05:44", judge.Finishes, 4, 4), "21 06:30"}, "",
		},
		"a finish at the end of the grace": {
			[]any{beat("21 05:01", judge.Starts, 0, 4), beat("21 05:02", judge.Starts, 0, 4), beat("21 05:30", judge.Finishes, 4, 4), beat("22 06:10", judge.Finishes, 4, 4), "22 06:10", "22 12:00"}, "",
		},
		"failed": {
			[]any{beat("21 05:30", judge.Fails, 150, 400)},
			"opens: shift-texts failed: status 414; 150 of 400 done",
		},
		"an extra one does not stand for the next day's": {
			[]any{beat("21 05:30", judge.Finishes, 4, 4), beat("21 09:00", judge.Finishes, 4, 4), "22 06:10"},
			"opens: shift-texts is late: it should have finished by 06:00 UTC, with a grace of 10 min; nothing has been heard of it since 21 November 09:00 UTC, with 4 of 4 done; that was so early that it counted as a rerun",
		},
		"said twice, and out of order": {
			[]any{beat("21 05:30", judge.Finishes, 4, 4), beat("21 05:30", judge.Fails, 0, 4), beat("21 05:00", judge.Starts, 0, 4), "21 06:30"}, "",
		},
	} {
		if got := batchChanges(t, name, c.events); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

// november parses a time such as "21 05:30" in November 2026.
func november(t *testing.T, clock string) time.Time {
	t.Helper()
	d, err := time.Parse("2 15:04", clock)
	if err != nil {
		t.Fatal(err)
	}
	return time.Date(2026, 11, d.Day(), d.Hour(), d.Minute(), 0, 0, time.UTC)
}

// batchChanges folds beats, and watches the batch at times, and returns the changes of its incident. Each time it watches twice,
// as that must decide nothing.
func batchChanges(t *testing.T, name string, events []any) string {
	t.Helper()
	s, _ := judge.JourneyState{}.WatchBatch(texts, november(t, "21 00:00"))
	var changes []string
	for _, e := range events {
		var ds []judge.Decision
		switch e := e.(type) {
		case judge.Beat:
			s, ds = s.Beat(texts, e)
		case string:
			s, ds = s.WatchBatch(texts, november(t, e))
			if _, again := s.WatchBatch(texts, november(t, e)); len(again) > 0 {
				t.Errorf("%s: watched again, it says %v", name, again)
			}
		}
		for _, d := range ds {
			if d.Verb == judge.Opens || d.Verb == judge.Continues || d.Verb == judge.Resolves {
				changes = append(changes, string(d.Verb)+": "+d.Reason)
			}
		}
	}
	return strings.Join(changes, "; ")
}

// TestAtLeast: a batch that reports no expected number has done too little below at_least, and enough from there on.
func TestAtLeast(t *testing.T) {
	h := texts
	h.AtLeast = 100
	for done, want := range map[int64]judge.Verb{0: judge.Opens, 99: judge.Opens, 100: judge.NoChange, 5000: judge.NoChange} {
		s, _ := judge.JourneyState{}.WatchBatch(h, november(t, "21 00:00"))
		if _, ds := s.Beat(h, judge.Beat{Batch: h.Name, Stage: judge.Finishes, At: november(t, "21 05:30"), Done: done}); ds[0].Verb != want {
			t.Errorf("%d done: %s: %s", done, ds[0].Verb, ds[0].Reason)
		}
	}
}
