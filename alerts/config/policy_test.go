package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"valkyrie/alerts/config"
)

const people = `
on_call:
  people: [{name: Ada, phone: "+12025550143"}]
  escalation: [Ada]
phone: {from: "+12025550100"}
`

// TestPolicyFaults: each fault of the policy has its line, expected and actual value.
func TestPolicyFaults(t *testing.T) {
	for _, c := range []struct{ judge, want string }{
		{"{failures_in_a_row: 0}", "a.yaml:1: judge.failures_in_a_row: expected 1 to 100 runs, got 0"},
		{"{recover_after: -1}", "a.yaml:1: judge.recover_after: expected 1 to 100 runs, got -1"},
		{"{flapping_failures: 21}", "a.yaml:1: judge.flapping_failures: expected at most flapping_out_of (20), got 21"},
		{"{slow_runs: 6, slow_out_of: 5}", "a.yaml:1: judge.slow_runs: expected at most slow_out_of (5), got 6"},
		{"{flapping_spells: 1}", "a.yaml:1: judge.flapping_spells: expected 2 to 100 outages, got 1"},
		{"{creeping_days: 13}", "a.yaml:1: judge.creeping_days: expected 14 to 42 days, got 13"},
		{"{creeping_ahead: 400}", "a.yaml:1: judge.creeping_ahead: expected 1 to 365 days, got 400"},
		{"{regions: most}", `a.yaml:1: judge.regions: expected any, majority, all, or a number of regions from 1 to 100, got "most"`},
		{"{regions: 0}", `a.yaml:1: judge.regions: expected any, majority, all, or a number of regions from 1 to 100, got "0"`},
		{"{quiet_for: 0s}", "a.yaml:1: judge.quiet_for: expected a duration from 1m to 7d, such as 6h, got 0s"},
		{"{every: 5ms}", "a.yaml:1: judge.every: expected a duration from 1s to 24h, such as 5m, got 5ms; leave it out to go by what the runs say"},
		{"{silent_after: 101}", "a.yaml:1: judge.silent_after: expected 1 to 100 runs, got 101"},
		{"{flaping: 1}", "a.yaml:1: judge.flaping: unknown field; known here: "},
		{"{journeys: {card: {}}}", `a.yaml:1: judge.journeys.card: there is no journey "card"; there are: print-card; list it in probes/probes.go`},
		{"{journeys: {print-card: {slow_runs: 0}}}", "a.yaml:1: judge.journeys.print-card.slow_runs: expected 1 to 100 runs, got 0"},
		{"{journeys: {print-card: {slow_out_of: 2}}}", "a.yaml:1: judge.journeys.print-card.slow_runs: expected at most slow_out_of (2), got 3"},
		{"{counts: [{}]}", "a.yaml:1: judge.counts.0: expected one of agree, ceiling and usual, got 0 of them"},
		{"{counts: [{agree: [a]}]}", "a.yaml:1: judge.counts.0.agree: expected two names, got [a]"},
		{"{counts: [{agree: [a, A]}]}", `a.yaml:1: judge.counts.0: expected the name of a count, such as pending_jobs, got "A"`},
		{"{counts: [{ceiling: {name: a, at_most: 5}, within: 2}]}", "a.yaml:1: judge.counts.0.within: expected 0 or more, beside agree, got 2"},
		{"{counts: [{ceiling: {name: a, atmost: 5}}]}", `a.yaml:1: judge.counts.0.ceiling.atmost: unknown field; did you mean "at_most"? known here: name, at_most`},
		{"{counts: [{usual: {name: a, at_least: 1.5}}]}", "a.yaml:1: judge.counts.0.usual.at_least: expected a part of what is usual, above 0 and below 1, such as 0.5, got 1.5"},
		{"{heartbeats: [{name: print-card, every: 24h}]}", `a.yaml:1: judge.heartbeats.0.name: "print-card" is the name of a journey`},
		{"{heartbeats: [{name: b}]}", `a.yaml:1: judge.heartbeats.0: expected one of every (such as 24h) and by (such as "0 6 * * *")`},
		{"{heartbeats: [{name: b, every: 5s}]}", "a.yaml:1: judge.heartbeats.0.every: expected a duration from 1m to 366d, such as 24h, got 5s"},
		{"{heartbeats: [{name: b, every: 400d}]}", "a.yaml:1: judge.heartbeats.0.every: expected a duration from 1m to 366d, such as 24h, got 400d"},
		{"{heartbeats: [{name: b, by: \"@every 1ns\"}]}", "a.yaml:1: judge.heartbeats.0.by: expected five fields as in cron, such as \"0 6 * * *\", got \"@every 1ns\": @every: expected a duration from 1m to 366d, got 1s"},
		{"{heartbeats: [{name: b, by: \"@every 876000h\"}]}", "a.yaml:1: judge.heartbeats.0.by: expected five fields as in cron, such as \"0 6 * * *\", got \"@every 876000h\": @every: expected a duration from 1m to 366d, got 876000h0m0s"},
		{"{heartbeats: [{name: b, every: 1h, zone: Local}]}", `a.yaml:1: judge.heartbeats.0.zone: expected a time zone such as Europe/Berlin, got "Local"`},
		{"{heartbeats: [{name: b, every: 1h, zone: Mars}]}", `a.yaml:1: judge.heartbeats.0.zone: expected a time zone such as Europe/Berlin, got "Mars"`},
		{`{heartbeats: [{name: b, by: "6 am"}]}`, `a.yaml:1: judge.heartbeats.0.by: expected five fields as in cron, such as "0 6 * * *", got "6 am": `},
		{
			`{heartbeats: [{name: b, by: "0 6 31 4,6,9,11 *"}]}`,
			`a.yaml:1: judge.heartbeats.0.by: expected five fields as in cron, such as "0 6 * * *", got "0 6 31 4,6,9,11 *": it never comes: no April, June, September, November has such a day of the month; use one from 1 to 30`,
		},
		{`{heartbeats: [{name: b, by: "TZ=Europe/Berlin"}]}`, `a.yaml:1: judge.heartbeats.0.by: expected five fields as in cron, such as "0 6 * * *", got "TZ=Europe/Berlin": `},
		{"{failures_in_a_row: 0, slow_runs: 101}", "a.yaml:1: judge.failures_in_a_row: expected 1 to 100 runs, got 0\n" +
			"a.yaml:1: judge.slow_runs: expected 1 to 100 runs, got 101"},
		{"{counts: [{usual: {name: a, at_least: 0}}]}", "a.yaml:1: judge.counts.0.usual.at_least: expected a part of what is usual, above 0 and below 1, such as 0.5, got 0"},
		{"{heartbeats: [{name: b, every: 1h, grace: 0m}]}", "a.yaml:1: judge.heartbeats.0.grace: expected a duration from 1s to 7d, such as 10m, got 0m; leave it out for 10m"},
		{"{journeys: {print-card: {quiet_for: 0m}}}", "a.yaml:1: judge.journeys.print-card.quiet_for: expected a duration from 1m to 7d, such as 6h, got 0m"},
		{"{slow_runs: 6, slow_out_of: ten}", `a.yaml:1: judge.slow_out_of: expected a whole number such as 2, got "ten"`},
		{"{slow_out_of: ten, journeys: {print-card: {slow_runs: 8}}}", `a.yaml:1: judge.slow_out_of: expected a whole number such as 2, got "ten"`},
	} {
		_, err := config.Parse("a.yaml", []byte("judge: "+c.judge+people), []string{"print-card"})
		got := ""
		if err != nil {
			got = err.Error()
		}
		if exact := !strings.HasSuffix(c.want, ": "); exact && got != c.want || !strings.HasPrefix(got, c.want) {
			t.Errorf("%s:\n got %s\nwant %s", c.judge, got, c.want)
		}
	}
}

// TestPolicyIsInherited: a journey has its own fields, and inherits all others.
func TestPolicyIsInherited(t *testing.T) {
	text := "judge: {quiet_for: 1h, counts: [{ceiling: {name: jobs, at_most: 5}}], journeys: {print-card: {failures_in_a_row: 4, regions: 2}}}" + people
	cfg, err := config.Parse("a.yaml", []byte(text), []string{"print-card"})
	if err != nil {
		t.Fatal(err)
	}
	want := cfg.Judge.JourneyPolicy
	want.FailuresInARow, want.Regions = 4, "2"
	if diff := cmp.Diff(want, cfg.Judge.For("print-card")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(cfg.Judge.JourneyPolicy, cfg.Judge.For("create-order")); diff != "" {
		t.Error(diff)
	}
}
