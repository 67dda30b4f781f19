package judge_test

import (
	"testing"
	"time"

	"valkyrie/alerts/judge"
)

// TestDeadlineAfterALongGap: a batch that nothing watched for years is late once, and its next deadline is the one that turning
// from deadline to deadline leads to, found without such a loop.
func TestDeadlineAfterALongGap(t *testing.T) {
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

// TestDeadlineOfAnOldState: a schedule that never comes was once accepted and left a batch without a deadline. With a schedule
// that comes, the batch is expected from then on.
func TestDeadlineOfAnOldState(t *testing.T) {
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
