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

// judgeSequence judges one run a minute, a letter each, and returns the openings and closings: "down opens@1".
func judgeSequence(t interface{ Helper() }, runs string) (judge.JourneyState, string) {
	t.Helper()
	var s judge.JourneyState
	var changes []string
	for i, letter := range []rune(runs) {
		var decisions []judge.Decision
		s, decisions = judge.Judge(alertstest.Policy, s, alertstest.Run(i, "eu", alertstest.Outcomes[letter]), "print a card")
		for _, d := range decisions {
			if d.Verb == judge.Opens || d.Verb == judge.Resolves {
				changes = append(changes, fmt.Sprintf("%s %s@%d", d.Incident.Kind, d.Verb, i))
			}
		}
	}
	return s, strings.Join(changes, " ")
}

func TestJudge(t *testing.T) {
	for _, c := range []struct{ runs, want string }{
		{"pppppp", ""},
		{"pfpfpf", ""}, // the decoy: one failed run between good ones
		{"pffp", "down opens@2 down resolves@3"},
		{"fffff", "down opens@1"},
		{"ffpff", "down opens@1 down resolves@2 down opens@4"},
		{"fbf", "down opens@2"}, // a broken run is inconclusive
		{"ffbp", "down opens@1 down resolves@3"},
		{"ffs", "down opens@1 down resolves@2"}, // slow is good enough to buy
		{"bpbp", ""},
		{"bbp" + strings.Repeat("p", 27), "ours opens@1"}, // it may break again
		{"bbp" + strings.Repeat("p", 29), "ours opens@1 ours resolves@31"},
		{strings.Repeat("b", 40) + strings.Repeat("p", 31), "ours opens@1 ours resolves@69"}, // it began to break once
		{"pspp", ""},  // the decoy: one slow run
		{"spsps", ""}, // from one region, chance may make three of five slow
		{"ssspp", ""},
		{"ssssppp", "degraded opens@3 degraded resolves@6"},
		{"spsspsspss", "degraded opens@9"}, // 7 of 12
		{"ssssffpp", "degraded opens@3 down opens@5 down resolves@6 degraded resolves@6"},
		{"ffsssss", "down opens@1 down resolves@2 degraded opens@5"},
	} {
		if _, got := judgeSequence(t, c.runs); got != c.want {
			t.Errorf("%s: got %q, want %q", c.runs, got, c.want)
		}
	}
}

func TestJudgeReportsStepAndRegions(t *testing.T) {
	s, _ := judgeSequence(t, "pfff")
	if len(s.Open) != 1 || len(s.Outbox) != 1 {
		t.Fatalf("open %d, outbox %d, want one of each", len(s.Open), len(s.Outbox))
	}
	inc := s.Outbox[0]
	want := incident.Incident{
		ID: "print-card/down/2026-11-21T03:02:00Z", Journey: "print-card", Title: "print a card", Kind: incident.Down,
		Step: "wait for the PDF", Error: "no PDF", Regions: []string{"eu"}, Since: alertstest.Start.Add(time.Minute),
		Opened: alertstest.Start.Add(2 * time.Minute), Last: alertstest.Start.Add(3 * time.Minute), Streak: 3, Runs: 2, State: incident.Open,
		Outages: []incident.Outage{{Since: alertstest.Start.Add(time.Minute), Last: alertstest.Start.Add(3 * time.Minute), Step: "wait for the PDF", Error: "no PDF", Regions: []string{"eu"}}},
		Reason:  "print-card failed twice in a row from eu, the first at 03:01 UTC",
	}
	if diff := cmp.Diff(want, inc); diff != "" {
		t.Error(diff)
	}
}

// TestJudgeTwoRegions: all regions share one incident, which closes when fewer than the quorum fail.
func TestJudgeTwoRegions(t *testing.T) {
	var s judge.JourneyState
	var changes []string
	for _, r := range []journey.Run{
		alertstest.Run(0, "eu", journey.Failed), alertstest.Run(0, "us", journey.Failed), alertstest.Run(1, "eu", journey.Failed), alertstest.Run(1, "us", journey.Failed),
		alertstest.Run(2, "eu", journey.Passed), alertstest.Run(2, "us", journey.Failed), alertstest.Run(3, "us", journey.Passed),
	} {
		var ds []judge.Decision
		s, ds = judge.Judge(alertstest.Policy, s, r, "")
		changes = append(changes, string(ds[0].Verb))
	}
	if got := strings.Join(changes, " "); got != "waits waits opens continues rests continues resolves" {
		t.Error(got)
	}
}

// TestJudgeIgnoresDuplicatesAndLateRuns: duplicates and late runs change no decision, wherever they occur.
func TestJudgeIgnoresDuplicatesAndLateRuns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		runs := rapid.StringOfN(rapid.RuneFrom([]rune("ppsffb")), 1, 40, -1).Draw(t, "runs")
		want, _ := judgeSequence(t, runs)
		var got judge.JourneyState
		for i, letter := range []rune(runs) {
			got, _ = judge.Judge(alertstest.Policy, got, alertstest.Run(i, "eu", alertstest.Outcomes[letter]), "print a card")
			late := rapid.IntRange(0, i).Draw(t, "late")
			other := alertstest.Outcomes[rapid.RuneFrom([]rune("psfb")).Draw(t, "other")]
			var ds []judge.Decision
			got, ds = judge.Judge(alertstest.Policy, got, alertstest.Run(late, "eu", other), "print a card")
			if ds[0].Verb != judge.Ignores {
				t.Fatalf("a run of slot %d was judged after slot %d", late, i)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

// TestJudgeAgainstModel: an incident is open exactly when an independent model of the policy has it open.
func TestJudgeAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		runs := rapid.StringOfN(rapid.RuneFrom([]rune("ppffb")), 1, 40, -1).Draw(t, "runs")
		s, _ := judgeSequence(t, runs)
		conclusive := strings.ReplaceAll(runs, "b", "")
		down := strings.Contains(conclusive[strings.LastIndex(conclusive, "p")+1:], "ff")
		ours := strings.Contains(runs, "bb") // half an hour has not passed since
		got := map[incident.Kind]bool{}
		for _, i := range s.Open {
			got[i.Kind] = true
		}
		if !ours && strings.Count(runs, "b") >= 8 { // perhaps more than chance breaks: TestProbeFaultBeyondChance
			ours = got[incident.ProbeFault]
		}
		if got[incident.Down] != down || got[incident.ProbeFault] != ours {
			t.Fatalf("%s: open %v, want down %v and ours %v", runs, got, down, ours)
		}
	})
}

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

// TestNews: an incident is news to the pager when it opens, gets worse and ends, and not while it only lasts.
func TestNews(t *testing.T) {
	policy := alertstest.ShippedPolicy(t)
	for slots, want := range map[string]string{ // single failures open a flapping incident, which an outage makes call
		"ffffp":                              "1 opens, 4 resolves",
		"fpppfpppfpppfpppf" + "p" + "ffffff": "16 opens, 21 continues",
	} {
		var s judge.JourneyState
		var news []string
		for minute, l := range slots {
			var decisions []judge.Decision
			s, decisions = judge.Judge(policy, s, alertstest.RunEachMinute(minute, "eu", alertstest.Outcomes[l]), "print a card")
			for _, d := range decisions {
				if d.IsNews() {
					news = append(news, fmt.Sprintf("%d %s", minute, d.Verb))
				}
			}
		}
		if got := strings.Join(news, ", "); got != want {
			t.Errorf("%s: got %q, want %q", slots, got, want)
		}
	}
}
