package replay_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/config"
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

// TestReplayIsAsLive: a history that was judged as its runs ended, in whatever order that was across regions, has the same incidents
// when it is replayed under the same policy from the stored runs, which are in the order of their slots. Runs fail, are slow, leave
// test data, have wrong or unusually low counts, and certificates that expire; slots come each minute, or each hour for a month.
// Mutes and maintenance change no incident, only who is notified: see TestMaintenanceInReplay.
func TestReplayIsAsLive(t *testing.T) {
	kinds := map[incident.Kind]int{}
	policy := judge.Policy{JourneyPolicy: alertstest.ShippedPolicy(t)}
	policy.Counts = []judge.CountRule{
		{Agree: []string{"cards", "pages"}, Within: 1}, {Ceiling: &judge.Ceiling{Name: "queue", AtMost: 100}}, {Baseline: &judge.Baseline{Name: "orders", AtLeast: 0.5}},
	}
	rapid.Check(t, func(t *rapid.T) {
		stored := history(t)
		want, got := live(policy, stored), map[string]incident.Incident{}
		r := replay.New(policy, oncall.OnCall{}, nil)
		for _, run := range stored {
			r.Judge(run)
		}
		for _, v := range r.Verdicts(time.Time{}) {
			got[v.ID] = v.Incident
			kinds[v.Kind]++
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("live (-), replayed (+):\n%s", diff)
		}
	})
	for _, k := range []incident.Kind{incident.Down, incident.Degraded, incident.Counts, incident.Cleanup, incident.Certificate, incident.Silent} {
		if kinds[k] == 0 {
			t.Errorf("no history has a %s incident; they have %v", k, kinds)
		}
	}
}

// arrives is the time at which a run is judged.
func arrives(r journey.Run) time.Time {
	return r.Started.Add(time.Duration(r.DurationMS) * time.Millisecond)
}

// history draws runs, in the order of their slots.
func history(t *rapid.T) (stored []journey.Run) {
	regions := []string{"ap", "eu", "us"}
	every := rapid.SampledFrom([]time.Duration{time.Minute, time.Minute, time.Minute, time.Minute, time.Minute, time.Minute, time.Hour}).Draw(t, "every")
	slots := rapid.IntRange(20, 200).Draw(t, "slots")
	if every == time.Hour {
		slots, regions = 24*rapid.IntRange(24, 30).Draw(t, "days"), regions[:2]
	}
	expires := alertstest.Start.Add(time.Duration(rapid.IntRange(1, 60).Draw(t, "days to expiry")) * 24 * time.Hour)
	state := map[string]string{}
	for n := range slots {
		for _, region := range regions {
			if rapid.IntRange(0, 19).Draw(t, "changes") == 0 {
				state[region] = rapid.SampledFrom([]string{"", "", "fails", "slow", "dirty", "differ", "queue", "few", "gone"}).Draw(t, "state")
			}
			if region != "eu" && (state[region] == "gone" || rapid.IntRange(0, 29).Draw(t, "missing") == 0) {
				continue // if no region reports, a replay takes it that no watch was running
			}
			run := alertstest.Run(0, region, map[string]journey.Outcome{"fails": journey.Failed, "slow": journey.Slow}[state[region]])
			if state[region] != "fails" && state[region] != "slow" {
				run.Outcome = journey.Passed
			}
			run.ID, run.EveryMS = fmt.Sprint(region, n), every.Milliseconds()
			run.Slot = alertstest.Start.Add(time.Duration(n) * every)
			run.Started, run.DurationMS = run.Slot, int64(rapid.IntRange(1, 55_000).Draw(t, "ms"))
			run.Counts = []journey.Count{{Name: "cards", Value: 5}, {Name: "pages", Value: 5}, {Name: "queue", Value: 7}, {Name: "orders", Value: 100}}
			switch state[region] {
			case "differ":
				run.Counts[1].Value = 8
			case "queue":
				run.Counts[2].Value = 101
			case "few":
				run.Counts[3].Value = 20
			}
			cleanup := journey.StepResult{Name: "cancel", Outcome: journey.Passed, Cleanup: true}
			if state[region] == "dirty" {
				cleanup.Outcome, cleanup.Error = journey.Failed, "no such button"
			}
			run.Steps = append(slices.Clone(run.Steps), cleanup)
			run.Certificates = []journey.Certificate{{Host: "shop", Issuer: "an authority", From: expires.AddDate(-1, 0, 0), Expires: expires}}
			stored = append(stored, run)
		}
	}
	return stored
}

// live judges a history in the order in which the runs arrived, and returns its incidents.
func live(policy judge.Policy, stored []journey.Run) map[string]incident.Incident {
	arrived := slices.Clone(stored)
	slices.SortStableFunc(arrived, func(a, b journey.Run) int { return arrives(a).Compare(arrives(b)) })
	var state judge.JourneyState
	all := map[string]incident.Incident{}
	keep := func(decisions []judge.Decision) {
		for _, d := range decisions {
			if d.Incident.ID != "" {
				all[d.Incident.ID] = d.Incident
			}
		}
	}
	watched := time.Time{}
	for _, run := range arrived {
		if now := arrives(run); now.Sub(watched) >= time.Minute {
			var decisions []judge.Decision
			state, decisions = state.Watch(policy.For(run.Journey), run.Journey, "", now, arrives(arrived[0]))
			keep(decisions)
			watched = now
		}
		var decisions []judge.Decision
		state, decisions = judge.Judge(policy.For(run.Journey), state, run, "")
		keep(decisions)
		state.Outbox = nil
	}
	return all
}

// TestMaintenanceInReplay: what fails within a maintenance window notifies at its end if it still fails, and otherwise not.
func TestMaintenanceInReplay(t *testing.T) {
	cfg, err := config.Parse("alerts.yaml", []byte(`
on_call:
  people: [{name: Ada, phone: "+12025550143"}]
  escalation: [Ada]
  maintenance: [{from: 2026-11-21 03:00, to: 2026-11-21 03:30}]
phone: {from: "+12025550100"}
`), nil)
	if err != nil {
		t.Fatal(err)
	}
	for runs, want := range map[string]int{strings.Repeat("p", 5) + strings.Repeat("f", 10) + strings.Repeat("p", 30): -1, strings.Repeat("p", 5) + strings.Repeat("f", 40): 30} {
		r := replay.New(judge.Policy{JourneyPolicy: alertstest.ShippedPolicy(t)}, cfg.OnCall, nil)
		for i, l := range runs {
			r.Judge(alertstest.RunEachMinute(i, "eu", alertstest.Outcomes[l]))
		}
		got := -1
		for _, v := range r.Verdicts(time.Time{}) {
			for _, a := range v.Alarms {
				got = int(a.At.Sub(alertstest.Start).Minutes())
			}
		}
		if got != want {
			t.Errorf("%s: notified in minute %d, want %d", runs, got, want)
		}
	}
}

// TestMissingRuns: a time without stored runs is not known.
func TestMissingRuns(t *testing.T) {
	r := replay.New(judge.Policy{JourneyPolicy: alertstest.ShippedPolicy(t)}, oncall.OnCall{}, nil)
	for _, minute := range []int{0, 30, 60, 90, 240, 270} {
		r.Judge(alertstest.RunEachMinute(minute, "eu", journey.Passed))
	}
	at := func(minute int) time.Time { return alertstest.Start.Add(time.Duration(minute) * time.Minute) }
	for _, c := range []struct {
		journey     string
		from, until int
		want        bool
	}{{"print-card", 5, 100, true}, {"print-card", 5, 130, false}, {"print-card", 250, 260, true}, {"print-card", -60, 10, false}, {"create-order", 0, 1, false}} {
		if got := r.Knows(c.journey, at(c.from), at(c.until)); got != c.want {
			t.Errorf("%s from %d to %d: known %v", c.journey, c.from, c.until, got)
		}
	}
}
