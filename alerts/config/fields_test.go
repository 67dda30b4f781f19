package config_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/config"
)

// A numberCase is a field with its least and greatest values, written out, and its default.
type numberCase struct {
	field               string
	least, most, preset int
	unit                string
}

var numberCases = []numberCase{
	{"failures_in_a_row", 1, 100, 2, "runs"},
	{"recover_after", 1, 100, 1, "runs"},
	{"flapping_spells", 2, 100, 3, "outages"},
	{"broken_in_a_row", 1, 100, 2, "runs"},
	{"cleanup_in_a_row", 1, 100, 3, "runs"},
	{"silent_after", 1, 100, 3, "runs"},
	{"counts_in_a_row", 1, 100, 2, "runs"},
	{"creeping_days", 14, 42, 28, "days"},
	{"creeping_ahead", 1, 365, 45, "days"},
}

const team = `
on_call:
  people: [{name: Ada, phone: "+12025550143"}]
  escalation: [Ada]
phone: {from: "+12025550100"}
`

func parse(policy string) (config.Config, error) {
	return config.Parse("alerts.yaml", []byte(policy+team), []string{"print-card", "login"})
}

// fault returns the first line of an error, without its place.
func fault(err error) string {
	if err == nil {
		return ""
	}
	line, _, _ := strings.Cut(err.Error(), "\n")
	_, line, _ = strings.Cut(line, ": ")
	return line
}

// TestNumbers checks each number left out, 0, below and at its least value, at and above its greatest: for all journeys and for one.
func TestNumbers(t *testing.T) {
	for _, c := range numberCases {
		for _, scope := range []string{"judge: {%s}", "judge: {journeys: {print-card: {%s}}}"} {
			for _, n := range []int{0, c.least - 1, c.least, c.most, c.most + 1} {
				_, err := parse(fmt.Sprintf(scope, fmt.Sprintf("%s: %d", c.field, n)))
				want := fmt.Sprintf("expected %d to %d %s, got %d", c.least, c.most, c.unit, n)
				if good := n >= c.least && n <= c.most; good != (err == nil) || !good && !strings.HasSuffix(fault(err), want) {
					t.Errorf(scope+": %v; want %s", fmt.Sprintf("%s: %d", c.field, n), err, want)
				}
			}
		}
	}
	for field, want := range map[string]string{
		"slow_runs: 5, slow_out_of: 5": "", "slow_runs: 6, slow_out_of: 5": "expected at most slow_out_of (5), got 6", "slow_runs: 5": "", "slow_runs: 6": "expected at most slow_out_of (5), got 6", "slow_out_of: 3": "", "slow_out_of: 2": "expected at most slow_out_of (2), got 3",
		"flapping_failures: 20": "", "flapping_failures: 21": "expected at most flapping_out_of (20), got 21", "flapping_out_of: 5": "", "flapping_out_of: 4": "expected at most flapping_out_of (4), got 5", "flapping_out_of: 0": "expected 1 to 100 runs, got 0", "slow_runs: 101": "expected 1 to 100 runs, got 101",
		"slow_runs: 100, slow_out_of: 100": "", "flapping_failures: 100, flapping_out_of: 100": "", "slow_out_of: 101": "expected 1 to 100 runs, got 101",
		"slow_runs: 1, slow_out_of: 1": "", "flapping_failures: 1, flapping_out_of: 1": "", "slow_runs: 100, slow_out_of: 50": "expected at most slow_out_of (50), got 100",
		"regions: 1": "", "regions: 100": "", "regions: 0": `expected any, majority, all, or a number of regions from 1 to 100, got "0"`, "regions: 101": `expected any, majority, all, or a number of regions from 1 to 100, got "101"`, "regions: most": `expected any, majority, all, or a number of regions from 1 to 100, got "most"`,
		"regions: any": "", "regions: all": "", "regions: majority": "",
	} {
		for _, scope := range []string{"judge: {%s}", "judge: {journeys: {print-card: {%s}}}"} {
			if _, err := parse(fmt.Sprintf(scope, field)); !strings.HasSuffix(fault(err), want) || (err == nil) != (want == "") {
				t.Errorf(scope+": %v; want %s", field, err, want)
			}
		}
	}
}

// TestFaultOnce checks that a fault of the policy for all is no fault of each journey that inherits it.
func TestFaultOnce(t *testing.T) {
	for _, field := range []string{"regions: 0", "slow_runs: 6", "failures_in_a_row: 0", "flapping_out_of: 4", "counts: [{}]"} {
		if _, err := parse("judge: {" + field + ", journeys: {print-card: {recover_after: 3}, login: {recover_after: 3}}}"); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// TestLeftOut checks the defaults of an empty policy, and that a journey which sets one field inherits the others.
func TestLeftOut(t *testing.T) {
	for _, text := range []string{"judge: {}", "judge: {journeys: {print-card: {}}}", ""} {
		cfg, err := parse(text)
		if err != nil {
			t.Fatal(err)
		}
		p := cfg.Judge.For("print-card")
		got := fmt.Sprint(p.FailuresInARow, p.RecoverAfter, p.FlappingOutages, p.BrokenInARow, p.CleanupInARow, p.SilentAfter, p.CountsInARow, p.TrendDays, p.TrendHorizon, p.SlowRuns, p.SlowOutOf, p.FlappingFailures, p.FlappingOutOf, p.Regions == "",
			p.FlappingRingsAfter, p.ReturnWithin, p.QuietFor, p.SilentGrace, p.Every)
		if want := "2 1 3 2 3 3 2 28 45 3 5 5 20 true 1h0m0s 24h0m0s 6h0m0s 1m0s 0s"; got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	cfg, err := parse("judge: {failures_in_a_row: 7, journeys: {print-card: {recover_after: 4}, login: {failures_in_a_row: 9}}}")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"print-card": "7 4", "login": "9 1", "other": "7 1"} {
		if p := cfg.Judge.For(name); fmt.Sprint(p.FailuresInARow, p.RecoverAfter) != want {
			t.Errorf("%s: %d %d, want %s", name, p.FailuresInARow, p.RecoverAfter, want)
		}
	}
	if o := cfg.OnCall; o.RepeatAfter != 5*time.Minute || o.AckExpires != 30*time.Minute || o.Gather != 10*time.Second || o.Caps.CallsPerHour != 30 || o.Caps.TextsPerHour != 60 {
		t.Errorf("on call: %+v", o)
	}
}

// TestDurationBounds checks each duration of the file at both ends of its range and beyond, written out.
func TestDurationBounds(t *testing.T) {
	for _, c := range []struct{ file, below, least, most, above, words string }{
		{"judge: {flapping_rings_after: %s}", "59s", "1m", "24h", "1d1s", "from 1m to 24h, such as 1h, got %s"},
		{"judge: {return_within: %s}", "59s", "1m", "1w", "7d1s", "from 1m to 7d, such as 24h, got %s"},
		{"judge: {quiet_for: %s}", "0s", "1m", "7d", "8d", "from 1m to 7d, such as 6h, got %s"},
		{"judge: {every: %s}", "999ms", "1s", "24h", "24h1s", "from 1s to 24h, such as 5m, got %s; leave it out to go by what the runs say"},
		{"judge: {silent_grace: %s}", "0s", "1s", "1h", "61m", "from 1s to 1h, such as 1m, got %s"},
		{"judge: {journeys: {print-card: {silent_grace: %s}}}", "0s", "1s", "1h", "61m", "from 1s to 1h, such as 1m, got %s"},
		{"judge: {heartbeats: [{name: nightly, title: b, every: %s}]}", "59s", "1m", "366d", "367d", "from 1m to 366d, such as 24h, got %s"},
		{"judge: {heartbeats: [{name: nightly, title: b, every: 1h, grace: %s}]}", "0s", "1s", "7d", "8d", "from 1s to 7d, such as 10m, got %s; leave it out for 10m"},
	} {
		for text, good := range map[string]bool{c.below: false, c.least: true, c.most: true, c.above: false} {
			_, err := parse(fmt.Sprintf(c.file, text))
			want := "expected a duration " + fmt.Sprintf(c.words, text)
			if (err == nil) != good || !good && !strings.HasSuffix(fault(err), want) {
				t.Errorf(c.file+": %v; want %s", text, err, want)
			}
		}
	}
	for _, c := range []struct{ field, below, least, most, above string }{
		{"repeat_after: %s", "999ms", "1s", "1h", "61m"},
		{"ack_expires: %s", "59s", "1m", "24h", "25h"},
		{"gather: %s", "-1s", "0s", "1m", "61s"},
		{"journeys: {print-card: {ack_expires: %s}}", "59s", "1m", "24h", "25h"},
		{"maintenance: [{every: \"03:00\", for: %s}]", "59s", "1m", "23h", "24h"},
		{"maintenance: [{every: \"Sunday 03:00\", for: %s}]", "59s", "1m", "6d", "7d"},
	} {
		for text, good := range map[string]bool{c.below: false, c.least: true, c.most: true, c.above: false} {
			_, err := config.Parse("alerts.yaml", []byte(strings.Replace(team, "  escalation", "  "+fmt.Sprintf(c.field, text)+"\n  escalation", 1)), []string{"print-card"})
			if (err == nil) != good {
				t.Errorf(c.field+": %v", text, err)
			}
		}
	}
}

// TestDurations checks the forms of a duration, and that each malformed one is named.
func TestDurations(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"1w": 168 * time.Hour, "1w2d": 216 * time.Hour, "7d": 168 * time.Hour, "1d12h": 36 * time.Hour, "90s": 90 * time.Second, "0s": 0, "1w1ns": 168*time.Hour + 1, "9999d": 9999 * 24 * time.Hour, "-5m": -5 * time.Minute, "0d": 0,
	} {
		if got, err := config.ParseDuration(text); got != want || err != nil {
			t.Errorf("%q: %v, %v; want %v", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"": `expected a duration such as 90s, 5m, 24h or 7d, got ""`, "5": `expected a duration such as 90s, 5m, 24h or 7d, got "5"; say the unit`, "0": `expected a duration such as 90s, 5m, 24h or 7d, got "0"; say the unit`, "1d-1h": `expected a duration such as 90s, 5m, 24h or 7d, got "1d-1h"`,
		"12345d": `expected a duration such as 90s, 5m, 24h or 7d, got "12345d"`, "1d2w": `expected a duration such as 90s, 5m, 24h or 7d, got "1d2w"`, "d": `expected a duration such as 90s, 5m, 24h or 7d, got "d"`, "9999w2562000h": `expected a duration such as 90s, 5m, 24h or 7d, got "9999w2562000h"`,
	} {
		if _, err := config.ParseDuration(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v; want %s", text, err, want)
		}
	}
}

// TestPolicyWords checks the whole fault of each rule about counts, batches, rotations and overrides.
func TestPolicyWords(t *testing.T) {
	count := func(rule string) string { return "judge: {counts: [" + rule + "]}" }
	beat := func(fields string) string { return "judge: {heartbeats: [{title: t, " + fields + "}]}" }
	for file, want := range map[string]string{
		count("{agree: [a, b]}"): "", count("{agree: [a, b], within: 2}"): "", count("{agree: [a]}"): "expected two names, got [a]", count("{agree: [a, a]}"): "expected two names, got [a a]", count("{agree: [a, b, c]}"): "expected two names, got [a b c]",
		count("{agree: [a, b], within: -1}"): "expected 0 or more, beside agree, got -1", count("{ceiling: {name: a, at_most: 1}, within: 1}"): "expected 0 or more, beside agree, got 1", count("{}"): "expected one of agree, ceiling and usual, got 0 of them",
		count("{agree: [a, b], ceiling: {name: a}}"): "expected one of agree, ceiling and usual, got 2 of them", count("{ceiling: {name: A}}"): `expected the name of a count, such as pending_jobs, got "A"`, count("{usual: {name: a, at_least: 0}}"): "expected a part of what is usual, above 0 and below 1, such as 0.5, got 0",
		count("{usual: {name: a, at_least: 1}}"): "expected a part of what is usual, above 0 and below 1, such as 0.5, got 1", count("{usual: {name: a, at_least: 0.99}}"): "", count("{usual: {name: a, at_least: -0.5}}"): "expected a part of what is usual, above 0 and below 1, such as 0.5, got -0.5",
		count("{usual: {name: a, zone: Mars}}"): `expected a time zone such as Europe/Berlin, got "Mars"`, count("{usual: {name: a, zone: Asia/Tokyo}}"): "",
		beat("name: nightly, every: 1h"): "", beat("name: A, every: 1h"): `expected lower-case words joined by hyphens, such as "shift-texts", got "A"`, beat("name: all, every: 1h"): `"all" has a meaning of its own in a reply such as "mute all"; use another name`,
		beat("name: login, every: 1h"): `"login" is the name of a journey`, beat("name: nightly"): `expected one of every (such as 24h) and by (such as "0 6 * * *")`, beat(`name: nightly, every: 1h, by: "0 6 * * *"`): `expected one of every (such as 24h) and by (such as "0 6 * * *")`,
		beat(`name: nightly, by: "0 6 * *"`): `expected five fields as in cron, such as "0 6 * * *", got "0 6 * *": expected 5 fields (minute, hour, day of the month, month, day of the week), got 4`, beat(`name: nightly, by: "@every 1m"`): "", beat(`name: nightly, by: "@every 59s"`): `expected five fields as in cron, such as "0 6 * * *", got "@every 59s": @every: expected a duration from 1m to 366d, got 59s`,
		beat(`name: nightly, by: "@every 8784h"`): "", beat(`name: nightly, by: "@every 8785h"`): `expected five fields as in cron, such as "0 6 * * *", got "@every 8785h": @every: expected a duration from 1m to 366d, got 8785h0m0s`, beat(`name: nightly, by: "0 0 29 2 *"`): `expected five fields as in cron, such as "0 6 * * *", got "0 0 29 2 *": it comes less often than once in 366d`,
		beat("name: nightly, every: 1h, zone: Mars"): `expected a time zone such as Europe/Berlin, got "Mars"`, beat("name: nightly, every: 1h, at_least: -1"): "expected 0 or more, got -1", beat("name: nightly, every: 1h, at_least: 0"): "",
		"judge: {heartbeats: [{name: nightly, title: t, every: 1h}, {name: nightly, title: t, every: 2h}]}": `"nightly" is there twice`, "judge: {heartbeats: [{name: nightly, title: t, every: 1h}, {name: hourly, title: t, every: 2h}]}": "",
	} {
		if _, err := parse(file); !strings.HasSuffix(fault(err), want) || (err == nil) != (want == "") {
			t.Errorf("%s: %v; want %s", file, err, want)
		}
	}
	rota := func(text string) string { return "  rotations: [{name: r, " + text + "}]\n" }
	week := "shifts: [{who: Ada, from: Monday 09:00, to: Friday 17:00}, {who: Ada, from: Friday %s, to: Monday %s}]"
	over := func(more string) string {
		return rota("people: [Ada], start: 2026-11-23, zone: Europe/Berlin") + "  overrides: [" + more + "]\n"
	}
	for lines, want := range map[string]string{
		rota("people: [Ada], start: 2026-11-23"): "", rota("people: [], start: 2026-11-23"): "expected at least one name, or shifts: otherwise nobody has the duty", rota("people: [Ada]"): "expected the date of a day on which the first of people takes over, such as 2026-11-23",
		rota("people: [Ada], start: 2026-11-23, every: 366 days"): "", rota("people: [Ada], start: 2026-11-23, every: 367 days"): "expected a turn of at most 366 days, got 367", rota("people: [Ada], start: 2026-11-23, hand_over: Monday 09:00"): "",
		rota("people: [Ada], start: 2026-11-23, hand_over: Tuesday 09:00"): "expected a Tuesday, as hand_over says, got a Monday", rota("people: [Ada], start: 2026-11-23, every: 3 days, hand_over: Monday 09:00"): "expected a time of day, as turns of 3 days begin on any day, got Monday 09:00",
		rota("people: [Ada], start: 2026-11-23, every: 14 days, hand_over: Monday 09:00"): "", rota(fmt.Sprintf(week, "17:00", "09:00")): "", rota(fmt.Sprintf(week, "18:00", "09:00")): "nobody has the duty from Friday 17:00 to Friday 18:00",
		rota(fmt.Sprintf(week, "16:00", "09:00")): "more than one has the duty from Friday 16:00 to Friday 17:00", rota(fmt.Sprintf(week, "17:00", "08:00")): "nobody has the duty from Monday 08:00 to Monday 09:00", rota("shifts: [{who: Ada, from: Monday 09:00, to: Monday 09:00}]"): "",
		rota("shifts: [{who: Ada, from: 09:00, to: Monday 09:00}]"): `expected a from and a to such as "Monday 09:00"`, rota("shifts: [{who: Ada, from: Monday 09:00}]"): `expected a from and a to such as "Monday 09:00"`, rota("shifts: [{who: Ada, from: Monday 09:00, to: Monday 09:00}], every: week"): "expected either shifts, or every, hand_over, start and people",
		over(`{rotation: r, who: Ada, from: "2026-12-01 09:00", to: "2026-12-02 09:00"}`): "", over(`{rotation: r, who: Ada, from: "2026-12-01 09:00", to: "2026-12-01 09:00"}`): "expected a time after 2026-12-01 09:00, got 2026-12-01 09:00", over(`{rotation: r, who: Ada, from: "2026-12-01 09:00"}`): `expected a from and a to such as "2026-12-24 09:00"`,
		over(`{rotation: r, who: Ada, to: "2026-12-01 09:00"}`): `expected a from and a to such as "2026-12-24 09:00"`, over(`{rotation: r, who: Ada, from: "2026-12-01 09:00", to: "2027-12-02 09:00"}`): "", over(`{rotation: r, who: Ada, from: "2026-12-01 09:00", to: "2027-12-02 09:01"}`): "expected a time at most 366d after 2026-12-01 09:00, got 2027-12-02 09:01; change the rotation instead",
		over(`{rotation: r, who: Ada, from: "2026-12-01 09:00", to: "2026-12-02 09:00"}, {rotation: r, who: Ada, from: "2026-12-02 09:00", to: "2026-12-03 09:00"}`): "",
		over(`{rotation: r, who: Ada, from: "2026-12-01 09:00", to: "2026-12-02 09:00"}, {rotation: r, who: Ada, from: "2026-12-02 08:59", to: "2026-12-03 09:00"}`): "Ada and Ada have r at the same time, from 2026-12-02 08:59",
		over(`{rotation: r, who: Ada, from: "2026-12-01 09:00", to: "2026-12-02 09:00"}, {rotation: r, who: Ada, from: "2026-11-30 09:00", to: "2026-12-03 09:00"}`): "Ada and Ada have r at the same time, from 2026-12-01 09:00",
	} {
		_, err := config.Parse("alerts.yaml", []byte(strings.Replace(team, "  escalation", lines+"  escalation", 1)), nil)
		if !strings.HasSuffix(fault(err), want) || (err == nil) != (want == "") {
			t.Errorf("%s: %v; want %s", lines, err, want)
		}
	}
}
