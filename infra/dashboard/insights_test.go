package dashboard_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"valkyrie/infra/dashboard"
)

const (
	group = "/aws/lambda/valkyrie-probe"
	here  = "eu-west-1"
)

var start = time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)

// logged returns three lines of one journey, ten minutes apart, one of another region, and a REPORT.
func logged() []dashboard.Line {
	line := func(region string, minute int, text string) dashboard.Line {
		return dashboard.Line{Region: region, Group: group, Time: start.Add(time.Duration(minute) * time.Minute), Text: text}
	}
	return []dashboard.Line{
		line(here, 0, `{"event": "run", "journey": "a", "outcome": "passed", "failed": 0, "steps": [{"name": "x", "ms": 100}, {"name": "y", "ms": 10}]}`),
		line(here, 10, `{"event": "run", "journey": "a", "outcome": "slow", "failed": 0, "why": "took 300 ms", "steps": [{"name": "x", "ms": 300}, {"name": "y", "ms": 30}]}`),
		line(here, 20, `{"event": "run", "journey": "a", "outcome": "failed", "failed": 1, "error": "no PDF", "steps": [{"name": "x", "ms": 200}]}`),
		line("us-east-1", 20, `{"event": "run", "journey": "a", "outcome": "failed", "failed": 1}`),
		{Region: here, Group: group, Time: start, Text: "REPORT", Extra: map[string]any{"@type": "REPORT", "@billedDuration": 4000.0}},
		line(here, 21, "START RequestId: 1"),
	}
}

func TestInsights(t *testing.T) {
	at := func(minute int) time.Time { return start.Add(time.Duration(minute) * time.Minute) }
	for name, c := range map[string]struct {
		query   string
		columns string
		rows    [][]any
	}{
		"a filter, an order and a limit": {
			"filter event = 'run' and outcome in ['slow', 'failed'] | fields coalesce(error, why) as reason | sort @timestamp desc | limit 1 | display outcome, reason, lacking",
			"outcome reason lacking",
			[][]any{{"failed", "no PDF", nil}},
		},
		"a reason of the second field": {"filter outcome = 'slow' | fields coalesce(error, why) as reason | display reason", "reason", [][]any{{"took 300 ms"}}},
		"a percentile by place":        {"filter event = 'run' | stats pct(steps.0.ms, 50) as median, max(steps.1.ms) as most by journey", "journey median most", [][]any{{"a", 200.0, 30.0}}},
		"a list": {
			"filter event = 'run' | fields jsonParse(@message) as line | unnest line.steps into s | stats count(*) as runs, pct(s.ms, 95) as p95 by s.name | sort s.name desc",
			"s.name runs p95",
			[][]any{{"y", 2.0, 30.0}, {"x", 3.0, 300.0}},
		},
		"a series":               {"filter event = 'run' | stats sum(failed) as failures, max(steps.1.ms) as most by bin(15m)", "bin(15m) failures most", [][]any{{at(0), 0.0, 30.0}, {at(15), 1.0, nil}}},
		"arithmetic":             {"filter @type = 'REPORT' | stats sum(@billedDuration / 1000 * 2) * 0.5 + count(*) * 2 as usd", "usd", [][]any{{6.0}}},
		"or, not and comparison": {"filter not (outcome = 'passed' or failed >= 1) and event != 'tick' | display outcome", "outcome", [][]any{{"slow"}}},
	} {
		got, err := dashboard.Insights("SOURCE '"+group+"' | "+c.query, here, logged())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(dashboard.Table{Columns: strings.Fields(c.columns), Rows: c.rows}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestUnknownQueries: whatever this package does not know is an error, and never an empty table.
func TestUnknownQueries(t *testing.T) {
	for query, want := range map[string]string{
		"filter event = 'run'":                                                        "expected SOURCE",
		"SOURCE '" + group + "' | dedup journey":                                      `the command "dedup" is unknown`,
		"SOURCE '" + group + "' | stats median(failed) as m":                          `the aggregate "median" is unknown`,
		"SOURCE '" + group + "' | fields strlen(event) as n":                          `the function "strlen" is unknown`,
		"SOURCE '" + group + "' | filter event = ":                                    "expected a value",
		"SOURCE '" + group + "' | filter (event = 'run'":                              "expected )",
		"SOURCE '" + group + "' | filter event like 'run'":                            "unexpected",
		"SOURCE '" + group + "' | filter event = 'run' | stats pct(failed, 200) as p": `the statistic "p200" is unknown`,
	} {
		if got, err := dashboard.Insights(query, here, logged()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, %v; want %s", query, got, err, want)
		}
	}
	table, err := dashboard.Insights("SOURCE '"+group+"' | filter event = 'run' | stats sum(failed) as failures by journey", here, logged())
	if err != nil {
		t.Fatal(err)
	}
	if lines, err := table.Series(); err == nil || !strings.Contains(err.Error(), "group by bin() alone") {
		t.Errorf("a line of groups: %v, %v", lines, err)
	}
}

func TestMetrics(t *testing.T) {
	emf := func(region, journey string, minute int, ms float64) dashboard.Line {
		at := start.Add(time.Duration(minute) * time.Minute)
		return dashboard.Line{Region: region, Group: group, Time: at, Text: fmt.Sprintf(
			`{"_aws": {"Timestamp": %d, "CloudWatchMetrics": [{"Namespace": "Valkyrie", "Dimensions": [["Deployment", "Journey"]], "Metrics": [{"Name": "Duration"}]}]},`+
				` "Deployment": "valkyrie", "Journey": %q, "Duration": %v}`, at.UnixMilli(), journey, ms)}
	}
	lines := []dashboard.Line{emf(here, "a", 0, 100), emf(here, "a", 1, 300), emf(here, "a", 6, 500), emf(here, "b", 0, 7), emf("us-east-1", "a", 0, 9)}
	search := func(more, stat string) string {
		return fmt.Sprintf(`SEARCH('{Valkyrie,Deployment,Journey} Deployment="valkyrie"%s MetricName="Duration"', '%s', 300)`, more, stat)
	}
	label := "${PROP('Dim.Journey')}, " + here
	point := func(minute int, v float64) dashboard.Point {
		return dashboard.Point{Time: start.Add(time.Duration(minute) * time.Minute), Value: v}
	}
	for name, c := range map[string]struct {
		entry []any
		want  []dashboard.Series
	}{
		"all journeys": {
			[]any{map[string]any{"expression": search("", "Average"), "label": label}},
			[]dashboard.Series{{Label: "a, eu-west-1", Points: []dashboard.Point{point(0, 200), point(5, 500)}}, {Label: "b, eu-west-1", Points: []dashboard.Point{point(0, 7)}}},
		},
		"one journey, with arithmetic": {
			[]any{map[string]any{"expression": "100 - 2 * " + search(` Journey="b"`, "Maximum"), "label": label}},
			[]dashboard.Series{{Label: "b, eu-west-1", Points: []dashboard.Point{point(0, 86)}}},
		},
		"another region": {
			[]any{map[string]any{"expression": search("", "p50"), "label": "x", "region": "us-east-1"}},
			[]dashboard.Series{{Label: "x", Points: []dashboard.Point{point(0, 9)}}},
		},
		"by its dimensions": {
			[]any{"Valkyrie", "Duration", "Deployment", "valkyrie", "Journey", "b", map[string]any{"stat": "Sum"}},
			[]dashboard.Series{{Label: "Duration", Points: []dashboard.Point{point(0, 7)}}},
		},
		"a dimension less": {[]any{"Valkyrie", "Duration", "Deployment", "valkyrie", map[string]any{"stat": "Sum"}}, nil},
	} {
		got, err := dashboard.Metrics(dashboard.Properties{Region: here, Metrics: [][]any{c.entry}}, lines)
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
	bad := dashboard.Properties{Region: here, Metrics: [][]any{{map[string]any{"expression": "SUM(METRICS())"}}}}
	if _, err := dashboard.Metrics(bad, lines); err == nil {
		t.Error("an expression without a search was accepted")
	}
}
