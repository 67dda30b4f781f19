package template_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"valkyrie/infra/cloudwatch"
)

// asked lists what the name of a saved query promises, as stages that its text must have. After a blank, it is the end of one.
var asked = map[string][]string{
	"FailuresQuery": {`filter event = "run" and outcome in ["failed", "broken"]`, "sort @timestamp desc", "limit 200", "display slot, journey, outcome, step, error, tries, starved_ms, evidence_url"},
	"StepsQuery":    {`filter event = "run"`, `filter s.outcome in ["passed", "slow"]`, " by bin(1h), journey, s.name"},
	"LateQuery":     {`filter event = "run"`, " by journey, bin(1h)"},
	"ProblemsQuery": {`filter event = "run" and problems > 0`, "sort @timestamp desc", "limit 200"},
	"RoundsQuery":   {`filter event = "tick" and ispresent(error)`, "sort @timestamp desc", "limit 200"},
	"UntoldQuery":   {`filter event = "tell"`, "sort @timestamp desc", "limit 200"},
}

// meanings lists the expressions that a column's name stands for, in saved queries and on the dashboard. A star stands for the
// place of the field, such as an item of a list.
var meanings = map[string][]string{
	"runs": {"count(*)"}, "invocations": {"count(*)"}, "line": {"jsonParse(@message)"}, "reason": {"coalesce(error, why)"},
	"median": {"pct(*duration_ms, 50)"}, "p95": {"pct(*duration_ms, 95)"}, "worst": {"max(s.duration_ms)", "max(starved_ms)"},
	"budget": {"max(*slow_ms)"}, "deadline": {"max(*limit_ms)"}, "failures": {"sum(failed)"}, "breaks": {"sum(broken)"},
	"late": {"pct(late_ms, 95)"}, "latest_of_all": {"max(late_ms)"}, "starved": {"pct(starved_ms, 95)"},
	"billed_ms": {"avg(@billedDuration)"}, "peak_mb": {"max(@maxMemoryUsed / 1000000)"},
	"usd": {"sum(@billedDuration / 1000 * @memorySize / 1024000000) * 0.0000166667 + count(*) * 0.0000002"},
}

var (
	stepOf   = regexp.MustCompile(`^pct\(steps\.(\d+)\.budget_percent, 95\)$`)
	inPeriod = regexp.MustCompile(`bin\((\w+)\)`)
)

// columns reports columns whose expression is not what their name stands for.
func columns(q string) (faults []string) {
	for stage := range strings.SplitSeq(q, "|") {
		stage = strings.TrimSpace(stage)
		for _, command := range []string{"fields ", "stats "} {
			rest, ok := strings.CutPrefix(stage, command)
			if !ok {
				continue
			}
			rest, _, _ = strings.Cut(rest, " by ")
			for _, c := range outer(rest) {
				if expression, name, ok := strings.Cut(c, " as "); ok && !means(expression, name) {
					faults = append(faults, fmt.Sprintf("the column %q is %s; expected one of %q", name, expression, meanings[name]))
				}
			}
		}
		if strings.HasPrefix(stage, "sort @timestamp") && stage != "sort @timestamp desc" {
			faults = append(faults, "expected the newest lines first")
		}
	}
	return faults
}

// outer splits a list at the commas that are in no parentheses.
func outer(list string) (all []string) {
	depth, from := 0, 0
	for i, c := range list {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth == 0:
			all = append(all, strings.TrimSpace(list[from:i]))
			from = i + 1
		}
	}
	return append(all, strings.TrimSpace(list[from:]))
}

// means reports whether a column's name stands for its expression.
func means(expression, name string) bool {
	if m := stepOf.FindStringSubmatch(expression); m != nil {
		var n int
		_, err := fmt.Sscan(m[1], &n)
		return err == nil && name == fmt.Sprintf("step_%d", n+1)
	}
	return slices.ContainsFunc(meanings[name], func(want string) bool {
		before, after, star := strings.Cut(want, "(*")
		if !star || strings.HasPrefix(after, ")") { // count(*)
			return expression == want
		}
		return strings.HasPrefix(expression, before+"(") && strings.HasSuffix(expression, after)
	})
}

// promised compares a saved query with its name.
func promised(id, name, q string) (faults []string) {
	var stages []string
	for stage := range strings.SplitSeq(q, "|") {
		stages = append(stages, strings.TrimSpace(stage))
	}
	for _, want := range asked[id] {
		ends := func(stage string) bool { return stage == want || want[0] == ' ' && strings.HasSuffix(stage, want) }
		if !slices.ContainsFunc(stages, ends) {
			faults = append(faults, fmt.Sprintf("%s: expected the stage %s", id, want))
		}
	}
	if asked[id] == nil {
		return nil // a fork's own
	}
	for _, m := range inPeriod.FindAllStringSubmatch(q, -1) {
		if m[1] != "1h" {
			faults = append(faults, fmt.Sprintf("%s: %q is by the hour, got bin(%s)", id, name, m[1]))
		}
	}
	return faults
}

// statistics lists the statistics of a metric on the dashboard that mean what its line is called: the number of open incidents is written
// each minute, so that a sum of it counts an incident once a minute.
var statistics = map[string][]string{
	cloudwatch.OpenIncidents: {"Maximum"}, cloudwatch.PagesSent: {"Sum"}, cloudwatch.PagesFailed: {"Sum"}, cloudwatch.Heartbeat: {"Sum"},
	cloudwatch.SuccessPercent: {"Average"}, cloudwatch.Duration: {"p50", "p95"},
}

// summed reports a metric on the dashboard that is not shown by one of its statistics.
func summed(name, stat string) []string {
	if want := statistics[name]; want != nil && !slices.Contains(want, stat) {
		return []string{fmt.Sprintf("the statistic %s of %s: expected one of %v", stat, name, want)}
	}
	return nil
}
