package replay_test

import (
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/replay"
	"valkyrie/probes/journey"
)

// replayed judges one run a minute from one region, a letter each.
func replayed(p judge.JourneyPolicy, runs string) []replay.Verdict {
	r := replay.New(judge.Policy{JourneyPolicy: p}, oncall.OnCall{}, nil)
	for i, l := range runs {
		if l != ' ' {
			r.Judge(alertstest.RunEachMinute(i, "eu", alertstest.Outcomes[l]))
		}
	}
	return r.Verdicts(time.Time{})
}

// TestReplayDiffers: under a laxer policy, an incident is kept, added or gone, compared by Compare.
func TestReplayDiffers(t *testing.T) {
	strict := alertstest.ShippedPolicy(t)
	lax := strict
	lax.FailuresInARow = 3
	const runs = "ppffpppppppffffpppp"
	was := []incident.Record{}
	for _, v := range replayed(strict, runs) {
		was = append(was, incident.Record{Incident: v.Incident})
	}
	if len(was) != 1 || len(was[0].Outages) != 2 {
		t.Fatalf("%+v", was)
	}
	would := replayed(lax, runs)
	all := replay.Compare(would, was)
	if len(all) != 1 || all[0].Would == nil || all[0].Was == nil {
		t.Errorf("the second outage is the same under both: %+v", all)
	}
	all = replay.Compare(would, nil)
	if len(all) != 1 || all[0].Was != nil || len(all[0].Would.Alarms) != 1 || !all[0].Would.Alarms[0].At.Equal(alertstest.Start.Add(13*time.Minute)) {
		t.Errorf("added: %+v", all)
	}
	lax.FailuresInARow, lax.FlappingFailures = 5, 10
	all = replay.Compare(replayed(lax, runs), was)
	if len(all) != 1 || all[0].Would != nil {
		t.Errorf("gone: %+v", all)
	}
}

// TestDowntimeIsNotSilence: a night without any runs is no silence; one region missing among others is.
func TestDowntimeIsNotSilence(t *testing.T) {
	r := replay.New(judge.Policy{JourneyPolicy: alertstest.ShippedPolicy(t)}, oncall.OnCall{}, nil)
	for i := range 30 {
		r.Judge(alertstest.RunEachMinute(i, "eu", journey.Passed))
	}
	for i := 600; i < 630; i++ {
		r.Judge(alertstest.RunEachMinute(i, "eu", journey.Passed))
		if i < 610 {
			r.Judge(alertstest.RunEachMinute(i, "us", journey.Passed))
		}
	}
	got := r.Verdicts(time.Time{})
	if len(got) != 1 || got[0].Kind != incident.Silent || got[0].Regions[0] != "us" || !got[0].Opened.Equal(alertstest.Start.Add(613*time.Minute)) {
		t.Errorf("%+v", got)
	}
}

// BenchmarkReplay judges a million runs: two journeys of five steps, from three regions, a run a minute each; one in a
// hundred fails.
func BenchmarkReplay(b *testing.B) {
	const runs = 1_000_000
	for b.Loop() {
		r := replay.New(judge.Policy{JourneyPolicy: alertstest.ShippedPolicy(b)}, oncall.OnCall{}, nil)
		steps := []journey.StepResult{
			{Name: "sign in", Outcome: journey.Passed},
			{Name: "make a card", Outcome: journey.Passed},
			{Name: "press Print", Outcome: journey.Passed},
			{Name: "wait for the PDF", Outcome: journey.Passed},
			{Name: "read the PDF", Outcome: journey.Passed},
		}
		for i := range runs {
			run := journey.Run{
				Journey: []string{"print-card", "create-order"}[i%2], Region: []string{"eu", "us", "ap"}[i/2%3],
				Slot: alertstest.Start.Add(time.Duration(i/6) * time.Minute), EveryMS: 60_000, Outcome: journey.Passed, Steps: steps,
			}
			for s := range steps {
				steps[s].DurationMS = int64(200 + i*7919%97)
			}
			if i*7919%100 == 0 {
				run.Outcome = journey.Failed
			}
			r.Judge(run)
		}
		if r.Runs != runs {
			b.Fatal(r.Runs)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/runs, "ns/run")
}
