package judge_test

import (
	"slices"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/probes/journey"
)

// TestFine: a region from which nothing was heard for long, or whose numbers are wrong, is not said to be fine.
func TestFine(t *testing.T) {
	p := alertstest.ShippedPolicy(t)
	p.Counts = []judge.CountRule{{Ceiling: &judge.Ceiling{Name: "jobs", AtMost: 5}}}
	var s judge.JourneyState
	judge := func(minute int, region string, outcome journey.Outcome, jobs float64) {
		run := alertstest.Run(minute, region, outcome)
		run.EveryMS, run.Counts = 60_000, []journey.Count{{Name: "jobs", Value: jobs}}
		s, _ = judge.Judge(p, s, run, "")
	}
	judge(0, "gone", journey.Passed, 0)
	for minute := range 6 {
		judge(minute, "eu", journey.Failed, 0)
		judge(minute, "us", journey.Passed, 0)
		judge(minute, "ap", journey.Passed, 9)
	}
	s, _ = s.Watch(p, "print-card", "", alertstest.Start.Add(6*time.Minute), time.Time{})
	if got := s.Fine(incident.Incident{Regions: []string{"eu"}}); !slices.Equal(got, []string{"us"}) {
		t.Errorf("got %v", got)
	}
}

// TestSilencesHaveTheirOwnIDs: a region that falls silent when the silence of another one is over is not taken for it, though
// both missed the same run first.
func TestSilencesHaveTheirOwnIDs(t *testing.T) {
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
