package config_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"valkyrie/alerts"
	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/config"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/oncall"
)

var journeys = []string{"print-card", "create-order"}

// good is a valid file, to be changed line by line.
const good = `judge:
  failures_in_a_row: 3
  journeys:
    create-order: {failures_in_a_row: 1, slow_runs: 2}
on_call:
  people:
    - name: Ada
      phone: "+12025550143"
    - name: Grace
      phone: "+12025550187"
  escalation: [Grace, Ada]
  repeat_after: 90s
phone:
  from: "+12025550100"
`

// TestParse: omitted fields have their defaults.
func TestParse(t *testing.T) {
	got, err := config.Parse("../alerts.yaml", []byte(good), journeys)
	if err != nil {
		t.Fatal(err)
	}
	all := alertstest.ShippedPolicy(t)
	all.FailuresInARow = 3
	own := all
	own.FailuresInARow, own.SlowRuns = 1, 2
	want := config.Config{
		Judge: judge.Policy{
			JourneyPolicy: all,
			Journeys:      map[string]judge.JourneyPolicy{"create-order": {FailuresInARow: 1, SlowRuns: 2}},
		},
		OnCall: oncall.OnCall{
			People:      []oncall.Person{{Name: "Ada", Phone: "+12025550143"}, {Name: "Grace", Phone: "+12025550187"}},
			Escalation:  []oncall.EscalationStep{{Call: "Grace"}, {Call: "Ada"}},
			RepeatAfter: 90 * time.Second, AckExpires: 30 * time.Minute, Gather: 10 * time.Second, Caps: oncall.Caps{CallsPerHour: 30, TextsPerHour: 60},
		},
		Phone: config.Caller{From: "+12025550100"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for name, want := range map[string]judge.JourneyPolicy{
		"create-order": own,
		"print-card":   all,
	} {
		if diff := cmp.Diff(want, got.Judge.For(name)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestShippedFile: the file embedded in the program is alerts.yaml of this tree. functions/yours_test.go checks it against the
// journeys of this deployment.
func TestShippedFile(t *testing.T) {
	onDisk, err := os.ReadFile("../alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(onDisk), string(alerts.Shipped())); diff != "" {
		t.Error(diff)
	}
}

const judgeKeys = "failures_in_a_row, recover_after, regions, flapping_failures, flapping_out_of, flapping_spells, flapping_rings_after, " +
	"return_within, quiet_for, slow_runs, slow_out_of, creeping_days, creeping_ahead, broken_in_a_row, cleanup_in_a_row, every, silent_after, " +
	"silent_grace, counts, counts_in_a_row"

// TestFaults: each fault has its line, field, expected and actual value.
func TestFaults(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"failures_in_a_row: 3", "failures_in_a_row: 0", `f:2: judge.failures_in_a_row: expected 1 to 100 runs, got 0`},
		{"failures_in_a_row: 3", "failures_in_a_row: 101", `f:2: judge.failures_in_a_row: expected 1 to 100 runs, got 101`},
		{"failures_in_a_row: 3", "broken_in_a_row: -1", `f:2: judge.broken_in_a_row: expected 1 to 100 runs, got -1`},
		{"failures_in_a_row: 3", "slow_runs: 6", `f:2: judge.slow_runs: expected at most slow_out_of (5), got 6`},
		{"failures_in_a_row: 3", "slow_out_of: 200", `f:2: judge.slow_out_of: expected 1 to 100 runs, got 200`},
		{"failures_in_a_row: 3", "failures: 3", `f:2: judge.failures: unknown field; known here: ` + judgeKeys + `, journeys, heartbeats`},
		{"slow_runs: 2", "slow_runs: 9", `f:4: judge.journeys.create-order.slow_runs: expected at most slow_out_of (5), got 9`},
		{"slow_runs: 2", "slow: 2", `f:4: judge.journeys.create-order.slow: unknown field; known here: ` + judgeKeys},
		{"create-order:", "make-order:", `f:4: judge.journeys.make-order: there is no journey "make-order"; there are: print-card and create-order; list it in probes/probes.go`},
		{"create-order:", "crate-order:", `f:4: judge.journeys.crate-order: there is no journey "crate-order"; did you mean "create-order"? there are: print-card and create-order`},
		{"[Grace, Ada]", "[Gracie, Ada]", `f:11: on_call.escalation.0: "Gracie" is not among on_call.people; did you mean "Grace"?`},
		{"on_call:", "oncall:", `f:5: oncall: unknown field; did you mean "on_call"? known here: judge, on_call, phone, tell`},
		{"- name: Ada", "- name: \"\"", `f:7: on_call.people.0.name: expected a name
f:11: on_call.escalation.1: "Ada" is not among on_call.people`},
		{"name: Grace", "name: Ada", `f:9: on_call.people.1.name: "Ada" is there twice
f:11: on_call.escalation.0: "Grace" is not among on_call.people`},
		{"      phone: \"+12025550187\"\n", "", `f:9: on_call.people.1.phone: expected a phone number with its country code, such as "+12025550143", got ""`},
		{"+12025550187", "0202 555 0187", `f:10: on_call.people.1.phone: expected a phone number with its country code, such as "+12025550143", got "0202 555 0187"`},
		{"phone: \"+12025550187\"", "mobile: \"+12025550187\"", `f:9: on_call.people.1.phone: expected a phone number with its country code, such as "+12025550143", got ""
f:10: on_call.people.1.mobile: unknown field; known here: name, phone, email, zone, awake, language`},
		{"[Grace, Ada]", "[]", `f:11: on_call.escalation: expected at least one name: otherwise nobody is woken`},
		{"[Grace, Ada]", "[Grace, Alan]", `f:11: on_call.escalation.1: "Alan" is not among on_call.people`},
		{"90s", "0s", `f:12: on_call.repeat_after: expected a duration from 1s to 1h, such as 5m, got 0s`},
		{"repeat_after: 90s", "ack_expires: 0s", `f:12: on_call.ack_expires: expected a duration from 1m to 24h, such as 30m, got 0s; what is to be quiet for longer is muted instead`},
		{"repeat_after: 90s", "journeys: {print-card: {ack_expires: 0s}}", `f:12: on_call.journeys.print-card.ack_expires: expected a duration from 1m to 24h, such as 30m, got 0s; what is to be quiet for longer is muted instead`},
		{"repeat_after: 90s", "second_channel: {regoin: eu-west-1}", `f:12: on_call.second_channel.regoin: unknown field; did you mean "region"? known here: region, voice, topic, sender`},
		{"repeat_after: 90s", "second_channel: {region: eu-west-1, voice: mine, topic: \"arn:aws:sns:us-east-1:123456789012:v\", sender: VALKYRIE-PROBE}", `f:12: on_call.second_channel.voice: expected a phone number such as "+12025550111", or the id or ARN of a number or a pool, got "mine"
f:12: on_call.second_channel.topic: expected the ARN of an SNS topic in eu-west-1, such as arn:aws:sns:eu-west-1:123456789012:valkyrie, got "arn:aws:sns:us-east-1:123456789012:v"
f:12: on_call.second_channel.sender: expected 1 to 11 letters and digits, a letter among them, got "VALKYRIE-PROBE"`},
		{"repeat_after: 90s", "second_channel:", `f:12: on_call.second_channel: expected region, and voice, topic or sender`},
		{"repeat_after: 90s", "caps: {calls_per_hour: 0, texts_per_hour: -1, month: 50, call_price: 0.02, calls: 3}", `f:12: on_call.caps.calls: unknown field; known here: calls_per_hour, texts_per_hour, month, call_price, text_price
f:12: on_call.caps.calls_per_hour: expected 1 to 1000, got 0
f:12: on_call.caps.texts_per_hour: expected 1 to 1000, got -1
f:12: on_call.caps.text_price: expected a price above 0, as on_call.caps.month is a sum of prices, got 0`},
		{"repeat_after: 90s", "caps: {month: -1}", `f:12: on_call.caps.month: expected 0 or more, got -1`},
		{"repeat_after: 90s", "drills: {every: sometimes, zone: Mars}", `f:12: on_call.drills.every: expected a time such as "first Tuesday 10:00" (of every month), or five fields as in cron, got "sometimes"
f:12: on_call.drills.zone: expected a time zone such as Europe/Berlin, got "Mars"`},
		{"repeat_after: 90s", "drills: {every: 0 10 30 2 *}", `f:12: on_call.drills.every: expected a time such as "first Tuesday 10:00" (of every month), or five fields as in cron, got "0 10 30 2 *": it never comes: no February has such a day of the month; use one from 1 to 29`},
		{"repeat_after: 90s", "drills: {every: '@every 24h'}", `f:12: on_call.drills.every: expected a time such as "first Tuesday 10:00" (of every month), or five fields as in cron, got "@every 24h": it never comes, as @every has no time of the day; write one, such as "0 10 * * *"`},
		{"repeat_after: 90s", "drills: {zone: Europe/Berlin}", `f:12: on_call.drills.every: expected a time such as "first Tuesday 10:00" (of every month), or five fields as in cron`},
		{"repeat_after: 90s", "gather: 2m", `f:12: on_call.gather: expected a duration from 0s to 1m, such as 10s, got 2m`},
		{"  repeat_after: 90s\n", "  repeat: 90s\n", `f:12: on_call.repeat: unknown field; known here: people, rotations, overrides, escalation, repeat_after, ack_expires, gather, severity, maintenance, journeys, drills, caps, second_channel, play, evidence_url`},
		{"from: \"+12025550100\"", "from: \"\"", `f:14: phone.from: expected a phone number with its country code, such as "+12025550143", got ""`},
		{"phone:\n  from: \"+12025550100\"\n", "", `f:1: phone.from: expected a phone number with its country code, such as "+12025550143", got ""`},
		{"from: ", "to: ", `f:14: phone.to: unknown field; known here: from, shared
f:14: phone.from: expected a phone number with its country code, such as "+12025550143", got ""`},
	} {
		text := strings.Replace(good, c.old, c.new, 1)
		if text == good {
			t.Fatalf("%q is not in the good file", c.old)
		}
		if got := faults(text); got != c.want {
			t.Errorf("%q instead of %q:\ngot  %s\nwant %s", c.new, c.old, got, c.want)
		}
	}
}

// faults returns the faults of a file f with this text.
func faults(text string) string {
	_, err := config.Parse("f", []byte(text), journeys)
	return fmt.Sprint(err)
}

// TestManyFaults: all faults are reported at once, in the order of the file.
func TestManyFaults(t *testing.T) {
	const text = `judge:
  failures_in_a_row: 0
  journeys:
    b: {}
    c: {}
    a: {}
    print-card: {slow_runs: 7}
    create-order: {broken_in_a_row: 500}
on_call:
  people:
    - {name: Ada, phone: "1"}
    - {name: Ada, phone: "+12025550143", mail: ada@example.com}
  escalation: [Alan]
phone: {}
`
	const want = `f:2: judge.failures_in_a_row: expected 1 to 100 runs, got 0
f:4: judge.journeys.b: there is no journey "b"; there are: print-card and create-order; list it in probes/probes.go
f:5: judge.journeys.c: there is no journey "c"; there are: print-card and create-order; list it in probes/probes.go
f:6: judge.journeys.a: there is no journey "a"; there are: print-card and create-order; list it in probes/probes.go
f:7: judge.journeys.print-card.slow_runs: expected at most slow_out_of (5), got 7
f:8: judge.journeys.create-order.broken_in_a_row: expected 1 to 100 runs, got 500
f:11: on_call.people.0.phone: expected a phone number with its country code, such as "+12025550143", got "1"
f:12: on_call.people.1.mail: unknown field; did you mean "email"? known here: name, phone, email, zone, awake, language
f:12: on_call.people.1.name: "Ada" is there twice
f:13: on_call.escalation.0: "Alan" is not among on_call.people
f:14: phone.from: expected a phone number with its country code, such as "+12025550143", got ""`
	for range 20 {
		if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(faults(text), "\n")); diff != "" {
			t.Fatal(diff)
		}
	}
}
