package template_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"valkyrie/infra/cloudwatch"
	"valkyrie/probes/journey"
)

// insights lists the words of the Logs Insights language in use.
var insights = strings.Fields("fields filter stats sort limit display unnest into as by and or not in desc asc like ispresent " +
	"count sum avg max min pct bin jsonParse coalesce")

// given lists the fields that CloudWatch extracts from lines, and from Lambda's REPORT lines.
var given = strings.Fields("@timestamp @message @type @billedDuration @memorySize @maxMemoryUsed")

var (
	quoted  = regexp.MustCompile(`"[^"]*"|'[^']*'`)
	span    = regexp.MustCompile(`\d+[smhdw]\b`)
	words   = regexp.MustCompile(`@?[A-Za-z_][A-Za-z0-9_.]*`)
	named   = regexp.MustCompile(`\b(?:as|into) +([A-Za-z_0-9]+)`)
	unnests = regexp.MustCompile(`unnest ([a-z]+)\.([a-z_]+) into ([a-z]+)`)
	items   = regexp.MustCompile(`\b([a-z]+)\.(\d+)\.[a-z_]+`)
	about   = regexp.MustCompile(`event = ["']([a-z]+)["']`)
	source  = regexp.MustCompile(`^SOURCE '([^']+)' \| `)
	inList  = regexp.MustCompile(`outcome (?:in \[([^\]]*)\])`)
)

// query reports faults of a Logs Insights query: a field that no line about its event has.
func query(q string) []string {
	var faults []string
	q = source.ReplaceAllString(q, "")
	known := append(slices.Clone(insights), given...)
	if m := about.FindStringSubmatch(q); m != nil {
		fields := emitted(m[1])
		if fields == nil {
			return []string{fmt.Sprintf("no line has the event %q", m[1])}
		}
		known = append(known, fields...)
		for _, item := range items.FindAllStringSubmatch(q, -1) { // steps.0.duration_ms, as CloudWatch flattens a list
			for _, inner := range inside(m[1], item[1]) {
				known = append(known, item[1]+"."+item[2]+"."+inner)
			}
		}
		for _, u := range unnests.FindAllStringSubmatch(q, -1) {
			known = append(known, u[1]+"."+u[2])
			for _, inner := range inside(m[1], u[2]) {
				known = append(known, u[3]+"."+inner)
			}
		}
	} else if !strings.Contains(q, "@type = 'REPORT'") {
		faults = append(faults, "expected a filter by event: filter event = ..., or @type = 'REPORT'")
	}
	for _, m := range named.FindAllStringSubmatch(q, -1) {
		known = append(known, m[1])
	}
	for _, m := range inList.FindAllStringSubmatch(q, -1) {
		for _, o := range words.FindAllString(m[1], -1) {
			if !slices.Contains([]journey.Outcome{journey.Passed, journey.Slow, journey.Failed, journey.Broken}, journey.Outcome(o)) {
				faults = append(faults, fmt.Sprintf("%q is not an outcome", o))
			}
		}
	}
	bare := span.ReplaceAllString(quoted.ReplaceAllString(q, " "), " ")
	for _, w := range words.FindAllString(bare, -1) {
		if !slices.Contains(known, w) {
			faults = append(faults, fmt.Sprintf("no line of the event has the field %q", w))
		}
	}
	for stage := range strings.SplitSeq(bare, "|") {
		if first := words.FindString(stage); !slices.Contains([]string{"fields", "filter", "stats", "sort", "limit", "display", "unnest"}, first) {
			faults = append(faults, fmt.Sprintf("%q is not a command", strings.TrimSpace(stage)))
		}
	}
	return append(faults, columns(q)...)
}

// emitted returns the fields of the lines about an event, as the code writes them.
func emitted(event string) []string {
	var fields []string
	for _, l := range linesOf(event) {
		for key := range l {
			if slices.Contains(cloudwatch.Fields(event), key) {
				fields = append(fields, key)
			}
		}
	}
	return fields
}

// inside returns the fields of the items of a list in a line.
func inside(event, list string) []string {
	var fields []string
	for _, l := range linesOf(event) {
		items, _ := l[list].([]any)
		for _, item := range items {
			for key := range item.(map[string]any) {
				fields = append(fields, key)
			}
		}
	}
	return fields
}

// linesOf returns lines about the event that have all possible fields together.
func linesOf(event string) (all []map[string]any) {
	slot := time.Date(2026, 11, 21, 6, 0, 0, 0, time.UTC)
	run := journey.Run{
		Journey: "print-card", Region: home, Slot: slot, Started: slot, ID: "1", Outcome: journey.Failed, Error: "no PDF", Chrome: "HeadlessChrome/1", Tries: 1,
		Steps:    []journey.StepResult{{Name: "press Print", Outcome: journey.Failed, SlowMS: 1, LimitMS: 2, Error: "no PDF"}},
		Counts:   []journey.Count{{Name: "pending", Value: 1}},
		Evidence: []journey.Evidence{{Kind: "screenshot", Path: "https://example.com"}},
	}
	slow := run
	slow.Outcome, slow.Error = journey.Slow, ""
	slow.Steps = []journey.StepResult{{Name: "press Print", Outcome: journey.Slow, DurationMS: 2, SlowMS: 1, LimitMS: 2, Why: "mostly scripts"}}
	lines := string(cloudwatch.Deployment("valkyrie").RunLines(slow, cloudwatch.Steps, "")) +
		string(cloudwatch.Deployment("valkyrie").RunLines(run, cloudwatch.Steps, "https://example.com")) +
		string(cloudwatch.Deployment("valkyrie").TickLine(cloudwatch.Tick{At: slot, Region: home, OpenIncidents: 1, Err: fmt.Errorf("no answer")})) +
		string(cloudwatch.Deployment("valkyrie").UntoldLine(home, slot, 1, fmt.Errorf("no answer")))
	for text := range strings.Lines(lines) {
		var l map[string]any
		if json.Unmarshal([]byte(text), &l) == nil && l[cloudwatch.FieldEvent] == event {
			all = append(all, l)
		}
	}
	return all
}

// queries checks the saved queries.
func queries(d document) []string {
	var faults []string
	s := newStack(d, home, parameters())
	for id, r := range s.resources() {
		if r["Type"] != "AWS::Logs::QueryDefinition" {
			continue
		}
		q := text(at(r, "Properties", "QueryString"))
		line := strings.ReplaceAll(q, "\n", " ")
		for _, f := range query(line) {
			faults = append(faults, id+": "+f)
		}
		faults = append(faults, promised(id, text(at(r, "Properties", "Name")), line)...)
		for _, group := range list(at(r, "Properties", "LogGroupNames")) {
			faults = append(faults, prefixed(id, misplaced(q, text(group)))...)
		}
	}
	return faults
}

// misplaced reports a query for lines in the log of a function that does not write them.
func misplaced(q, group string) []string {
	m := about.FindStringSubmatch(q)
	writer := map[string]string{"run": "-probe", "step": "-probe", "tick": "-pager", "tell": "-pager"}
	if m != nil && !strings.HasSuffix(group, writer[m[1]]) {
		return []string{fmt.Sprintf("lines about a %s are not in %s", m[1], group)}
	}
	return nil
}

func prefixed(id string, faults []string) []string {
	for i := range faults {
		faults[i] = id + ": " + faults[i]
	}
	return faults
}
