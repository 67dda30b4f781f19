package alertstest

import (
	"fmt"
	"testing"
	"time"

	"valkyrie/alerts"
	"valkyrie/alerts/config"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/oncall"
	"valkyrie/probes/journey"
)

// ShippedPolicy returns the policy of example.yaml, with which alerts.yaml starts.
func ShippedPolicy(t testing.TB) judge.JourneyPolicy {
	t.Helper()
	cfg, err := config.Parse("alerts.yaml", alerts.Example(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return cfg.Judge.JourneyPolicy
}

// Start is minute 0 of every fixture.
var Start = time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC)

// Policy is a minimal policy: without flapping, silence and latency trends.
var Policy = judge.JourneyPolicy{FailuresInARow: 2, BrokenInARow: 2, SlowRuns: 3, SlowOutOf: 5}

// Outcomes are the outcomes by letter: p passed, s slow, f failed, b broken.
var Outcomes = map[rune]journey.Outcome{'p': journey.Passed, 's': journey.Slow, 'f': journey.Failed, 'b': journey.Broken}

// Run returns a run of print-card in a minute.
func Run(minute int, region string, o journey.Outcome) journey.Run {
	slot := Start.Add(time.Duration(minute) * time.Minute)
	run := journey.Run{ID: fmt.Sprint(minute, region), Journey: "print-card", Region: region, Slot: slot, Started: slot, Outcome: o}
	if o != journey.Passed {
		run.Error = `step "wait for the PDF": no PDF`
		run.Steps = []journey.StepResult{{Name: "wait for the PDF", Outcome: o, DurationMS: 5000, SlowMS: 4000, Error: "no PDF"}}
	}
	return run
}

// RunEachMinute returns a run that reports an interval of one minute.
func RunEachMinute(minute int, region string, o journey.Outcome) journey.Run {
	r := Run(minute, region, o)
	r.EveryMS = 60_000
	return r
}

// OnCall has an escalation of two people.
var OnCall = oncall.OnCall{
	People:     []oncall.Person{{Name: "Ada", Phone: "+12025550143"}, {Name: "Grace", Phone: "+12025550187"}},
	Escalation: []oncall.EscalationStep{{Call: "Ada"}, {Call: "Grace"}}, RepeatAfter: 5 * time.Minute,
}

// Incident returns an incident that opened at Start; runs orders its states.
func Incident(name string, kind incident.Kind, runs int, over bool) incident.Incident {
	i := incident.Incident{ID: name, Journey: name, Title: name, Kind: kind, State: incident.Open, Since: Start, Opened: Start, Runs: runs, Streak: 2, Regions: []string{"eu"}}
	if over {
		i.State, i.ResolvedAt = incident.Resolved, Start.Add(time.Hour)
	}
	return i
}

// AdasNumber is the phone number of the first person.
const AdasNumber = "+12025550143"

// PrintCard returns a down incident of print-card with evidence.
func PrintCard() incident.Incident {
	return incident.Incident{
		ID: "print-card/down/1", Journey: "print-card", Title: "print a card", Kind: incident.Down, State: incident.Open,
		Step: "wait for the PDF", Error: `no PDF within 15s (1.2 MB read); last job status "queued" at https://shop.example.com/jobs/7?key=1`,
		Regions: []string{"eu-west-1", "us-east-1"}, Streak: 2, Since: Start.Add(23 * time.Minute),
		Evidence: []journey.Evidence{{Kind: "html", Path: "print-card/1/page.html"}, {Kind: "screenshot", Path: "print-card/1/~screen shot.png"}},
	}
}
