package cloudwatch_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"valkyrie/infra/cloudwatch"
	"valkyrie/probes/journey"
)

var slot = time.Date(2026, 11, 21, 4, 23, 0, 0, time.UTC)

func aRun(o journey.Outcome) journey.Run {
	r := journey.Run{
		ID: "0197", Journey: "print-card", Region: "eu-west-1", Slot: slot, Started: slot.Add(1200 * time.Millisecond), Outcome: o, DurationMS: 1234, Tries: 1,
		Steps: []journey.StepResult{
			{Name: "sign in", Outcome: journey.Passed, DurationMS: 109, SlowMS: 1000, LimitMS: 8000},
			{Name: "wait for the PDF", Outcome: o, DurationMS: 1125, SlowMS: 5000, LimitMS: 10000},
			{Name: "open it", Outcome: journey.NotRun},
			{Name: "sign out", Outcome: journey.Passed, Cleanup: true},
		},
		Counts:   []journey.Count{{Name: "pending_jobs", Value: 12}, {Name: "nonsense", Value: math.NaN()}, {Name: "above", Value: math.Inf(1)}, {Name: "below", Value: math.Inf(-1)}},
		Evidence: []journey.Evidence{{Kind: "screenshot", Path: "s3://b/k"}},
	}
	if !o.Good() {
		r.Error, r.Steps[1].Error = strings.Repeat("no PDF, ", 1000), "no PDF"
	}
	return r
}

// metrics extracts the metrics from lines like CloudWatch: values by name and dimensions.
func metrics(t *testing.T, lines []byte) map[string]float64 {
	t.Helper()
	all := map[string]float64{}
	for text := range bytes.Lines(lines) {
		if !bytes.Contains(text, []byte(`"_aws"`)) { // no metrics: a plain line, which CloudWatch takes as it is
			continue
		}
		if err := validate(text); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		var doc document
		var members map[string]any
		if err := errors.Join(json.Unmarshal(text, &doc), json.Unmarshal(text, &members)); err != nil {
			t.Fatal(err)
		}
		d := doc.AWS.CloudWatchMetrics[0]
		for _, m := range d.Metrics {
			name := d.Namespace + " " + m.Name
			for _, dimension := range d.Dimensions[0] {
				name += "|" + members[dimension].(string)
			}
			all[name] = members[m.Name].(float64)
		}
	}
	return all
}

const valkyrie = cloudwatch.Deployment("valkyrie")

func TestMetricsOfARun(t *testing.T) {
	for _, c := range []struct {
		outcome journey.Outcome
		detail  cloudwatch.Detail
		want    map[string]float64
	}{
		{journey.Passed, cloudwatch.Journeys, map[string]float64{
			"Valkyrie SuccessPercent|valkyrie|print-card": 100, "Valkyrie Duration|valkyrie|print-card": 1234,
		}},
		{journey.Failed, cloudwatch.Journeys, map[string]float64{
			"Valkyrie SuccessPercent|valkyrie|print-card": 0,
		}},
		{journey.Broken, cloudwatch.Journeys, map[string]float64{}},
		{journey.Slow, cloudwatch.Steps, map[string]float64{
			"Valkyrie SuccessPercent|valkyrie|print-card": 100, "Valkyrie Duration|valkyrie|print-card": 1234,
			"Valkyrie SuccessPercent|valkyrie|print-card|sign in": 100, "Valkyrie Duration|valkyrie|print-card|sign in": 109,
			"Valkyrie SuccessPercent|valkyrie|print-card|wait for the PDF": 100, "Valkyrie Duration|valkyrie|print-card|wait for the PDF": 1125,
		}},
	} {
		if diff := cmp.Diff(c.want, metrics(t, valkyrie.RunLines(aRun(c.outcome), c.detail, ""))); diff != "" {
			t.Errorf("%s, %s (-want +got):\n%s", c.outcome, c.detail, diff)
		}
	}
}

func TestMetricsOfATick(t *testing.T) {
	good := cloudwatch.Tick{At: slot, Region: "eu-west-1", Rounds: 1, OpenIncidents: 2, Sent: 1}
	want := map[string]float64{"Valkyrie Heartbeat|valkyrie": 1, "Valkyrie OpenIncidents|valkyrie": 2, "Valkyrie PagesSent|valkyrie": 1, "Valkyrie PagesFailed|valkyrie": 0}
	if diff := cmp.Diff(want, metrics(t, valkyrie.TickLine(good))); diff != "" {
		t.Error(diff)
	}
	bad := cloudwatch.Tick{At: slot, OpenIncidents: -1, Failed: 1, Err: errors.New("no table")}
	want = map[string]float64{"Valkyrie Heartbeat|valkyrie": 0, "Valkyrie PagesSent|valkyrie": 0, "Valkyrie PagesFailed|valkyrie": 1}
	if diff := cmp.Diff(want, metrics(t, valkyrie.TickLine(bad))); diff != "" {
		t.Error(diff)
	}
}

func TestMetricsOfFailedNotifications(t *testing.T) {
	want := map[string]float64{"Valkyrie Untold|valkyrie": 2}
	if diff := cmp.Diff(want, metrics(t, valkyrie.UntoldLine("eu-west-1", slot, 2, errors.New("no bucket")))); diff != "" {
		t.Error(diff)
	}
}

func TestFieldsOfARun(t *testing.T) {
	var got map[string]any
	if err := json.Unmarshal(valkyrie.RunLines(aRun(journey.Failed), cloudwatch.Journeys, "https://console"), &got); err != nil {
		t.Fatal(err)
	}
	delete(got, "_aws")
	if n := len([]rune(got["error"].(string))); n != cloudwatch.MaxError {
		t.Errorf("an error of %d characters", n)
	}
	delete(got, "error")
	want := map[string]any{
		"event": "run", "journey": "print-card", "Journey": "print-card", "Deployment": "valkyrie", "region": "eu-west-1", "slot": "2026-11-21T04:23:00Z", "run": "0197",
		"outcome": "failed", "duration_ms": 1234.0, "late_ms": 1200.0, "step": "wait for the PDF", "tries": 1.0, "starved_ms": 0.0, "problems": 0.0,
		"SuccessPercent": 0.0, "failed": 1.0, "broken": 0.0, "evidence_url": "https://console", "counts": map[string]any{"pending_jobs": 12.0},
		"evidence": []any{map[string]any{"kind": "screenshot", "path": "s3://b/k"}},
		"steps": []any{
			map[string]any{"number": 1.0, "name": "sign in", "outcome": "passed", "duration_ms": 109.0, "slow_ms": 1000.0, "limit_ms": 8000.0, "budget_percent": 10.0},
			map[string]any{"number": 2.0, "name": "wait for the PDF", "outcome": "failed", "duration_ms": 1125.0, "slow_ms": 5000.0, "limit_ms": 10000.0, "budget_percent": 22.0},
			map[string]any{"number": 3.0, "name": "open it", "outcome": "not-run", "duration_ms": 0.0, "limit_ms": 0.0},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestWhySlow: the line of a slow run states the step, how long it took, its budget, and where the time went.
func TestWhySlow(t *testing.T) {
	slow := aRun(journey.Slow)
	slow.Steps[1].DurationMS, slow.Steps[1].Why = 6120, "mostly waiting for the first byte of GET /card.pdf"
	var got map[string]any
	if err := json.Unmarshal(valkyrie.RunLines(slow, cloudwatch.Journeys, ""), &got); err != nil {
		t.Fatal(err)
	}
	if want := "took 6120 ms, its budget is 5000 ms: mostly waiting for the first byte of GET /card.pdf"; got["why"] != want || got["step"] != "wait for the PDF" {
		t.Errorf("%v: %v; want %s", got["step"], got["why"], want)
	}
	for _, o := range []journey.Outcome{journey.Passed, journey.Failed, journey.Broken} {
		if line := valkyrie.RunLines(aRun(o), cloudwatch.Journeys, ""); bytes.Contains(line, []byte(`"why"`)) {
			t.Errorf("the line of a %s run has a why: %s", o, line)
		}
	}
}

// TestMetricsAndFieldsAreComplete checks that Metrics and Fields list exactly the metrics and fields that are written.
func TestMetricsAndFieldsAreComplete(t *testing.T) {
	full := aRun(journey.Failed)
	full.Chrome = "HeadlessChrome/153"
	lines := valkyrie.RunLines(full, cloudwatch.Steps, "https://console")
	lines = append(lines, valkyrie.RunLines(aRun(journey.Passed), cloudwatch.Steps, "")...)
	lines = append(lines, valkyrie.RunLines(aRun(journey.Slow), cloudwatch.Journeys, "")...)
	lines = append(lines, valkyrie.TickLine(cloudwatch.Tick{Err: errors.New("no table")})...)
	lines = append(lines, valkyrie.UntoldLine("eu-west-1", slot, 1, errors.New("no bucket"))...)
	fields, written := map[string]map[string]bool{}, map[string]bool{}
	for text := range bytes.Lines(lines) {
		var doc document
		var members map[string]any
		if err := errors.Join(json.Unmarshal(text, &doc), json.Unmarshal(text, &members)); err != nil {
			t.Fatal(err)
		}
		event, d := members["event"].(string), doc.AWS.CloudWatchMetrics[0]
		if fields[event] == nil {
			fields[event] = map[string]bool{}
		}
		for _, m := range d.Metrics {
			written[m.Name+" "+m.Unit+" "+strings.Join(d.Dimensions[0], ",")] = true
			delete(members, m.Name)
		}
		for name := range members {
			if name != "_aws" && !slices.Contains(d.Dimensions[0], name) {
				fields[event][name] = true
			}
		}
	}
	listed := map[string]bool{}
	for _, m := range cloudwatch.Metrics() {
		listed[m.Name+" "+m.Unit+" "+strings.Join(m.Dimensions, ",")] = true
	}
	if diff := cmp.Diff(listed, written); diff != "" {
		t.Errorf("metrics (-listed +written):\n%s", diff)
	}
	for _, event := range []string{cloudwatch.EventRun, cloudwatch.EventStep, cloudwatch.EventTick, cloudwatch.EventTell} {
		want := slices.Sorted(slices.Values(cloudwatch.Fields(event)))
		if diff := cmp.Diff(want, slices.Sorted(maps.Keys(fields[event]))); diff != "" {
			t.Errorf("fields of a %s (-listed +written):\n%s", event, diff)
		}
	}
}
