package config_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"valkyrie/alerts/config"
)

// TestUnreadable: a value of the wrong type is exactly one fault, in our words, without follow-up faults.
func TestUnreadable(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"failures_in_a_row: 3", "failures_in_a_row: three", `f:2: judge.failures_in_a_row: expected a whole number such as 2, got "three"`},
		{"failures_in_a_row: 3", "failures_in_a_row: 2.5", `f:2: judge.failures_in_a_row: expected a whole number such as 2, got "2.5"`},
		{"failures_in_a_row: 3", `failures_in_a_row: "3"`, `f:2: judge.failures_in_a_row: expected a whole number such as 2, got "3"; write it without quotes`},
		{"failures_in_a_row: 3", "failures_in_a_row: [3]", `f:2: judge.failures_in_a_row: expected a whole number such as 2, got a list`},
		{"failures_in_a_row: 3", "counts: [{ceiling: {name: a, at_most: .inf}}]", `f:2: judge.counts.0.ceiling.at_most: expected a number such as 0.5, got ".inf"`},
		{"repeat_after: 90s", "repeat_after: soon", `f:12: on_call.repeat_after: expected a duration such as 90s, 5m, 24h or 7d, got "soon"`},
		{"repeat_after: 90s", "repeat_after: 90", `f:12: on_call.repeat_after: expected a duration such as 90s, 5m, 24h or 7d, got "90"; say the unit`},
		{"repeat_after: 90s", "escalation: [Ada]", `f:12: on_call.escalation: it is there twice, first in line 11; make one of the two`},
		{"    create-order: {failures_in_a_row: 1, slow_runs: 2}", "    - create-order", `f:4: judge.journeys: expected names with what belongs to them (name: ...), got a list`},
		{"{failures_in_a_row: 1, slow_runs: 2}", "often", `f:4: judge.journeys.create-order: expected fields (` + judgeKeys + `), got "often"`},
		{"[Grace, Ada]", "Grace", `f:11: on_call.escalation: expected a list, got "Grace"; write it as [a, b], or each on a line of its own after "- "`},
		{"[Grace, Ada]", "[Grace, ~]", `f:11: on_call.escalation.1: expected an entry of the list, got nothing`},
		{"[Grace, Ada]", "[Grace, {call: Ada, after: 2}]", `f:11: on_call.escalation.1.after: expected a duration such as 90s, 5m, 24h or 7d, got "2"; say the unit`},
		{"    - name: Grace\n      phone: \"+12025550187\"\n", "    - Grace\n", `f:9: on_call.people.1: expected fields (name, phone, email, zone, awake, language), got "Grace"`},
		{"name: Grace", "name: [Grace]", `f:9: on_call.people.1.name: expected a single value, got a list`},
		{"    - name: Grace", "    - zone: Mars\n      name: Grace", `f:9: on_call.people.1.zone: expected a time zone such as Europe/Berlin, got "Mars"`},
		{"on_call:", "on_call: &a\n  <<: *a", `f:5: on_call: it contains itself`},
		{"phone:\n  from: \"+12025550100\"", "phone: \"+12025550100\"", `f:13: phone: expected fields (from, shared), got "+12025550100"`},
		{good, "Ada", `f:1: expected fields (judge, on_call, phone, tell), got "Ada"`},
		{good, "- judge", `f:1: expected fields (judge, on_call, phone, tell), got a list`},
		{"phone:\n  from", "phone:\n\tfrom", "f:14: it is not YAML: found character that cannot start any token; indent with spaces, not with tabs"},
		{"[Grace, Ada]", "[Grace, Ada", "f:11: it is not YAML: did not find expected ',' or ']'; is a bracket, or a comma, missing?"},
		{"    - name: Grace", "   - name: Grace", "f:9: it is not YAML: did not find expected key; fields of one thing need the same indentation"},
		{"name: Ada", "name: Ada: Grace", "f:7: it is not YAML: mapping values are not allowed in this context; a text with a colon in it needs quotes, and fields of one thing the same indentation"},
		{"from: \"+12025550100\"", "from: *unknown", "f:14: it is not YAML: unknown anchor 'unknown' referenced"},
	} {
		text := strings.Replace(good, c.old, c.new, 1)
		if got := faults(text); got != c.want {
			t.Errorf("%q instead of %q:\ngot  %s\nwant %s", c.new, c.old, got, c.want)
		}
	}
}

// TestAliases: an alias is read at each use, and a merge does not replace explicit fields.
func TestAliases(t *testing.T) {
	text := strings.Replace(good, "{failures_in_a_row: 1, slow_runs: 2}", "&one {failures_in_a_row: 1, slow_runs: 2}\n    print-card: {<<: *one, slow_runs: 4}", 1)
	c, err := config.Parse("f", []byte(text), journeys)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Judge.Journeys["print-card"]; got.FailuresInARow != 1 || got.SlowRuns != 4 {
		t.Errorf("%+v", got)
	}
}

// TestSecondDocument: a second document after "---" is a fault, as it would be ignored.
func TestSecondDocument(t *testing.T) {
	if got := faults(good + "---\nphone: {from: \"+12025550199\"}\n"); !strings.HasPrefix(got, "f:15: ") {
		t.Errorf("got %s", got)
	}
}

// TestEmptyFile: an empty file lacks people, escalation and caller; its faults have no line.
func TestEmptyFile(t *testing.T) {
	const want = `f: on_call.people: expected at least one person: otherwise nobody is woken
f: on_call.escalation: expected at least one name: otherwise nobody is woken
f: phone.from: expected a phone number with its country code, such as "+12025550143", got ""`
	for _, text := range []string{"", "\n", "# nothing yet\n"} {
		if got := faults(text); got != want {
			t.Errorf("%q:\n%s", text, got)
		}
	}
}

// TestAnyText: Parse never panics, and accepts only usable files.
func TestAnyText(t *testing.T) {
	lines := strings.SplitAfter(good, "\n")
	rapid.Check(t, func(t *rapid.T) {
		var text strings.Builder
		for _, line := range lines {
			switch rapid.IntRange(0, 12).Draw(t, "what") {
			case 0: // left out
			case 1:
				text.WriteString(rapid.String().Draw(t, "anything"))
			case 2:
				text.WriteString(rapid.StringMatching(`[ ]{0,6}[a-z_]{0,8}: ?[-\[\]{}&*!|>%@"'0-9a-z,+:# ]{0,12}\n`).Draw(t, "like YAML"))
			case 3:
				at := rapid.IntRange(0, len(line)).Draw(t, "at")
				text.WriteString(line[:at] + rapid.SampledFrom([]string{"", "*a", "&a ", "<<: ", "- ", "{", "[", "~", "!!binary ", "\t", "\n"}).Draw(t, "in") + line[at:])
			default:
				text.WriteString(line)
			}
		}
		c, err := config.Parse("f", []byte(text.String()), journeys)
		if err != nil {
			if strings.TrimSpace(err.Error()) == "" {
				t.Fatal("an error that says nothing")
			}
			return
		}
		if len(c.OnCall.People) == 0 || len(c.OnCall.Escalation) == 0 || c.OnCall.RepeatAfter < time.Second ||
			c.Judge.For("print-card").FailuresInARow < 1 || c.Phone.From == "" {
			t.Fatalf("taken, and of no use: %+v\n%s", c, text.String())
		}
	})
}
