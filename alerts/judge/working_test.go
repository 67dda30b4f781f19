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

// TestWorkingRegions: a silent region, or one with wrong counts, does not count as working.
func TestWorkingRegions(t *testing.T) {
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
	if got := s.WorkingRegions(incident.Incident{Regions: []string{"eu"}}); !slices.Equal(got, []string{"us"}) {
		t.Errorf("got %v", got)
	}
}
