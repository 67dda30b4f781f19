package judge_test

import (
	"strings"
	"testing"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/probes/journey"
)

// TestPolicyChangesDuringAnIncident: whatever changes in alerts.yaml or in the schedule while an incident is open, it goes on as long
// as it fails, ends when it works again, and the next failures are judged by the new policy.
func TestPolicyChangesDuringAnIncident(t *testing.T) {
	for name, c := range map[string]struct {
		before, after func(*judge.JourneyPolicy)
		every         int    // minutes between runs after the change; 0: one
		then          string // slots after the change: a letter a region
		want          string
	}{
		"more failures in a row":  {nil, func(p *judge.JourneyPolicy) { p.FailuresInARow = 4 }, 0, "fff fff ppp ppp fff fff ppp", "down opens@3 down resolves@6"},
		"fewer failures in a row": {func(p *judge.JourneyPolicy) { p.FailuresInARow = 6 }, func(p *judge.JourneyPolicy) { p.FailuresInARow = 2 }, 0, "fff ppp", "down opens@4 down resolves@5"},
		"every region must fail":  {nil, func(p *judge.JourneyPolicy) { p.Regions = "3" }, 0, "fff fff ppp", "down opens@3 down resolves@6"},
		"a slower schedule":       {nil, nil, 5, "fff fff ppp ppp", "down opens@3 down resolves@14"},
		"a quicker one":           {nil, nil, 1, "fff fff ppp ppp", "down opens@3 down resolves@6"},
	} {
		policy := alertstest.Policy
		if c.before != nil {
			c.before(&policy)
		}
		s := alertstest.Scenario{Policy: policy}
		regions := []string{"eu", "us", "ap"}
		run := func(minute, every int, outcome journey.Outcome, region string) {
			r := alertstest.Run(minute, region, outcome)
			r.EveryMS = int64(every) * 60_000
			s.Run(r)
		}
		for minute, slot := range strings.Fields("ppp ppp fff fff") {
			for i, l := range slot {
				run(minute, 1, alertstest.Outcomes[l], regions[i])
			}
		}
		if c.after != nil {
			c.after(&s.Policy)
		}
		every := max(1, c.every)
		for n, slot := range strings.Fields(c.then) {
			minute := 4 + n*every
			for i, l := range slot {
				run(minute, every, alertstest.Outcomes[l], regions[i])
			}
			s.Watch(float64(minute), alertstest.Start)
		}
		if got := strings.Join(s.Changes, " "); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		for _, d := range s.Decisions {
			if d.Verb == judge.Resolves && d.Incident.EndedBy() != incident.Recovered {
				t.Errorf("%s: it ended as %s", name, d.Incident.EndedBy())
			}
		}
	}
}
