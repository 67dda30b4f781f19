package template_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"valkyrie/infra/cloudwatch"
)

// A widget is a widget of a dashboard, with the fields that can be wrong.
// See https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html.
type widget struct {
	Type          string
	Width, Height int
	Properties    struct {
		Markdown, Title, Region, View, Query, Stat string
		Start, End                                 string
		SetPeriodToTimeRange                       bool
		Metrics                                    [][]any
		Alarms                                     []string
		Period                                     int
		YAxis                                      struct{ Left struct{ Min, Max *float64 } }
	}
}

// dashboards checks home's dashboard, for one to ten regions, and that no other region has one.
func dashboards(d document) []string {
	var faults []string
	regions := tenRegions
	for n := range regions {
		given := everything()
		given["ProbeRegions"] = strings.Join(regions[:n+1], ",")
		if n == 0 {
			given["StandbyRegion"] = ""
		}
		s := newStack(d, home, given)
		body := text(at(s.resources()["Dashboard"], "Properties", "DashboardBody"))
		for _, f := range s.dashboard(body, regions[:n+1]) {
			faults = append(faults, fmt.Sprintf("the dashboard with %d regions: %s", n+1, f))
		}
		faults = append(faults, s.faults...)
	}
	for _, region := range []string{standby, third} {
		if newStack(d, region, everything()).exists("Dashboard") {
			faults = append(faults, region+" has a dashboard, which costs as much as home's and shows no more")
		}
	}
	slices.Sort(faults)
	return slices.Compact(faults)
}

func (s *stack) dashboard(body string, regions []string) []string {
	var all struct {
		Variables []variable
		Widgets   []widget
	}
	if err := json.Unmarshal([]byte(body), &all); err != nil {
		return []string{fmt.Sprintf("expected JSON: %v", err)}
	}
	faults := append(s.variablesFaults(all.Variables, body), alike(body, regions)...)
	shown := map[string]bool{}
	chosen := strings.NewReplacer(chosenJourney, "print-card", chosenStep, "0").Replace(body) // as the console does
	if err := json.Unmarshal([]byte(chosen), &all); err != nil {
		return []string{fmt.Sprintf("with a journey chosen, expected JSON: %v", err)}
	}
	for _, w := range all.Widgets {
		faults = append(faults, prefixed(fmt.Sprintf("%s %q", w.Type, w.Properties.Title), s.widget(w, shown))...)
	}
	faults = append(faults, s.regionsShown(all.Widgets, regions)...)
	for _, region := range regions {
		if s.region == home && !shown[region] {
			faults = append(faults, "it does not show "+region)
		}
	}
	return faults
}

// A variable is a choice above the dashboard: the console replaces its pattern throughout the body.
type variable struct {
	Type, Pattern, InputType, ID, Label, DefaultValue, Search, PopulateFrom string
	Visible                                                                 bool
	Values                                                                  []struct{ Value, Label string }
}

// The patterns of the variables, which occur nowhere else.
const chosenJourney, chosenStep = "JOURNEY_SHOWN", "STEP_SHOWN"

// variablesFaults checks the choices of a journey and of a step: their patterns occur in widgets, the journeys come from a metric
// of this deployment, and the steps are places in the log line's list, from 0.
func (s *stack) variablesFaults(all []variable, body string) (faults []string) {
	patterns := map[string]variable{}
	for _, v := range all {
		patterns[v.Pattern] = v
		if v.Type != "pattern" || v.InputType != "select" || !v.Visible || v.ID == "" || v.Label == "" || strings.Count(body, v.Pattern) < 2 {
			faults = append(faults, fmt.Sprintf("the variable %q: expected a visible select of a pattern that a widget has", v.ID))
		}
	}
	j, step := patterns[chosenJourney], patterns[chosenStep]
	m := schema.FindStringSubmatch(j.Search)
	if m == nil || j.PopulateFrom != cloudwatch.DimensionJourney || j.DefaultValue != "__FIRST" {
		faults = append(faults, "the variable of the journey: expected a search for its metrics, the first as the default")
	} else {
		faults = append(faults, s.others(cloudwatch.DimensionDeployment, m[3])...)
		faults = append(faults, emits(m[1], m[4], strings.Split(strings.Trim(m[2], ","), ","), "Sum")...)
	}
	for i, v := range step.Values {
		if v.Value != fmt.Sprint(i) || !strings.HasPrefix(v.Label, fmt.Sprint(i+1)) {
			faults = append(faults, fmt.Sprintf("the variable of the step: the choice %d is %q, %q", i+1, v.Value, v.Label))
		}
	}
	if len(step.Values) == 0 || step.DefaultValue != step.Values[0].Value {
		faults = append(faults, "the variable of the step: expected the first step as the default")
	}
	return faults
}

// alike reports regions that are not shown in the same way as the first one.
func alike(body string, regions []string) (faults []string) {
	widgets := func(region string) []string {
		var all struct{ Widgets []json.RawMessage }
		if json.Unmarshal([]byte(body), &all) != nil {
			return nil
		}
		var own []string
		for _, w := range all.Widgets {
			var one widget
			err := json.Unmarshal(w, &one)
			if title := one.Properties.Title; err == nil && (one.Properties.Markdown == "## "+chosenJourney+" from "+region || strings.Contains(title, ", "+region+": ")) {
				own = append(own, strings.ReplaceAll(string(w), region, "REGION"))
			}
		}
		return own
	}
	first := widgets(regions[0])
	for _, region := range regions[1:] {
		if len(first) == 0 || !slices.Equal(first, widgets(region)) {
			faults = append(faults, fmt.Sprintf("%s is not shown as %s: its widgets differ in more than the region", region, regions[0]))
		}
	}
	return faults
}

// regionsShown reports regions that a widget for all regions shows in another way than the first, regions that are none of the deployment's,
// and alarms that are not shown.
func (s *stack) regionsShown(widgets []widget, regions []string) (faults []string) {
	alarms := map[string]bool{}
	for _, w := range widgets {
		lines := map[string][]string{} // the metrics of each region, with the region replaced
		for _, arn := range w.Properties.Alarms {
			alarms[arn] = true
			if parts := strings.Split(arn, ":"); len(parts) > 3 && !slices.Contains(regions, parts[3]) {
				faults = append(faults, fmt.Sprintf("%q shows alarms of %q, where the deployment is not", w.Properties.Title, parts[3]))
			}
		}
		for _, m := range w.Properties.Metrics {
			options, _ := m[len(m)-1].(map[string]any)
			if region := text(options["region"]); region != "" {
				body, _ := json.Marshal(m) // of values that were JSON
				lines[region] = append(lines[region], strings.ReplaceAll(string(body), region, "REGION"))
			}
		}
		for _, region := range slices.Sorted(maps.Keys(lines)) {
			if !slices.Contains(regions, region) {
				faults = append(faults, fmt.Sprintf("%q shows %q, where the deployment is not", w.Properties.Title, region))
			}
		}
		for _, region := range regions {
			if len(lines) > 0 && !slices.Equal(lines[region], lines[regions[0]]) {
				faults = append(faults, fmt.Sprintf("%q shows %s in another way than %s", w.Properties.Title, region, regions[0]))
			}
		}
	}
	for _, region := range regions {
		for id, arn := range s.alarmsIn(region) {
			if id != "OthersUntold" && !alarms[text(arn)] { // which few deployments have
				faults = append(faults, fmt.Sprintf("it does not show the alarm %s", arn))
			}
		}
	}
	return faults
}

// widget checks one widget, and records the regions that it shows.
func (s *stack) widget(w widget, shown map[string]bool) (faults []string) {
	p := w.Properties
	if w.Width < 1 || w.Width > 24 || w.Height < 1 {
		faults = append(faults, "its width must be from 1 to 24, and its height over 0")
	}
	switch w.Type {
	case "text":
		if p.Markdown == "" {
			faults = append(faults, "it is empty")
		}
	case "alarm":
		for _, arn := range p.Alarms {
			if !s.hasAlarm(arn) {
				faults = append(faults, "there is no alarm "+arn)
			}
		}
	case "metric":
		if most := p.YAxis.Left.Max; most != nil && (*most != 100 || !strings.HasSuffix(p.Title, "%")) {
			faults = append(faults, fmt.Sprintf("its axis ends at %v: expected 100, of a percentage", *most))
		}
		for _, m := range p.Metrics {
			formula, _ := m[0].(map[string]any)
			if whole := p.Start == "-P30D" && p.End == "P0D" && p.SetPeriodToTimeRange && p.Period == 30*24*3600; budget.MatchString(text(formula["expression"])) != whole {
				faults = append(faults, "expected that the objective, and nothing else, has a time of its own, 30 days")
			}
			faults = append(faults, s.metricLine(m, p.Region, shown)...)
		}
	case "log":
		m := source.FindStringSubmatch(p.Query)
		if m == nil {
			return append(faults, "its query does not begin with SOURCE 'group' | ")
		}
		faults = append(faults, query(p.Query)...)
		faults = append(faults, misplaced(p.Query, m[1])...)
		if !slices.Contains(s.groups(), m[1]) {
			faults = append(faults, "there is no log group "+m[1])
		}
	default:
		faults = append(faults, "no such type")
	}
	if (w.Type == "metric" || w.Type == "log") && (p.Region == "" || p.View == "" || p.Title == "") {
		faults = append(faults, "it lacks a region, a view or a title")
	}
	return faults
}

// hasAlarm reports whether the ARN is that of an alarm in the stack of its region.
func (s *stack) hasAlarm(arn string) bool {
	parts := strings.Split(arn, ":") // arn:aws:cloudwatch:REGION:ACCOUNT:alarm:NAME
	if len(parts) != 7 {
		return false
	}
	for _, known := range s.alarmsIn(parts[3]) {
		if known == arn {
			return true
		}
	}
	return false
}

// alarmsIn returns the ARNs of the alarms in a region's stack, by their logical names.
func (s *stack) alarmsIn(region string) map[string]any {
	if s.watched[region] == nil {
		if s.watched == nil {
			s.watched = map[string]map[string]any{}
		}
		s.watched[region] = map[string]any{}
		there := newStack(s.doc, region, s.parameters)
		for id, r := range there.resources() {
			if r["Type"] == "AWS::CloudWatch::Alarm" {
				s.watched[region][id] = fmt.Sprintf("arn:aws:cloudwatch:%s:%s:alarm:%s", region, account, text(at(r, "Properties", "AlarmName")))
			}
		}
	}
	return s.watched[region]
}

// groups returns the log groups of the stack.
func (s *stack) groups() []string {
	var all []string
	for _, r := range s.resources() {
		if r["Type"] == "AWS::Logs::LogGroup" {
			all = append(all, text(at(r, "Properties", "LogGroupName")))
		}
	}
	return all
}

var (
	// budget matches the rest of the failures that an objective allows, as a percentage; its inner part is a search.
	budget = regexp.MustCompile(`^100 - 100 \* \(100 - (SEARCH\(.*\))\) / \(100 - (\d+(?:\.\d+)?)\)$`)
	search = regexp.MustCompile(`^SEARCH\('\{([^,}]+)((?:,[^,}]+)*)\} Deployment="([^"]*)"(?: Journey="[^"]+")? MetricName="([^"]+)"', '([^']+)'(?:, (\d+))?\)$`)
	schema = regexp.MustCompile(`^\{([^,}]+)((?:,[^,}]+)*)\} Deployment="([^"]*)" MetricName="([^"]+)"$`)
)

// metricLine checks one entry of a metric widget: a metric with its name and dimensions, or a search.
func (s *stack) metricLine(m []any, region string, shown map[string]bool) []string {
	if len(m) == 0 {
		return []string{"an empty metric"}
	}
	if options, ok := m[0].(map[string]any); ok {
		formula := text(options["expression"])
		if m := budget.FindStringSubmatch(formula); m != nil {
			if want := fmt.Sprint(s.parameters["Objective"]); m[2] != want {
				return []string{fmt.Sprintf("the objective is %s, expected the parameter's %s", m[2], want)}
			}
			formula = m[1]
		}
		found := search.FindStringSubmatch(formula)
		if found == nil {
			return []string{fmt.Sprintf("the expression is unknown to this test; add it: %v", options["expression"])}
		}
		shown[cmp.Or(text(options["region"]), region)] = true
		faults := s.others(cloudwatch.DimensionDeployment, found[3])
		faults = append(faults, summed(found[4], found[5])...)
		return append(faults, emits(found[1], found[4], strings.Split(strings.Trim(found[2], ","), ","), found[5])...)
	}
	var faults []string
	stat, dimensions := "", []string{}
	rest := m[2:]
	if options, ok := rest[len(rest)-1].(map[string]any); ok {
		stat, rest = text(options["stat"]), rest[:len(rest)-1]
	}
	for pair := range slices.Chunk(rest, 2) {
		dimensions = append(dimensions, text(pair[0]))
		faults = append(faults, s.others(text(pair[0]), text(pair[len(pair)-1]))...)
	}
	faults = append(faults, summed(text(m[1]), stat)...)
	return append(faults, emits(text(m[0]), text(m[1]), dimensions, stat)...)
}

// others reports a reference to another deployment than the stack's own.
func (s *stack) others(dimension, value string) []string {
	if dimension == cloudwatch.DimensionDeployment && value != s.parameters["Name"] {
		return []string{fmt.Sprintf("it shows the metrics of the deployment %q", value)}
	}
	return nil
}

// theirs lists the metrics of AWS in use, with their dimensions.
// See https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html, and the same of SQS.
var theirs = map[string]string{
	"AWS/Lambda Invocations": "FunctionName", "AWS/Lambda Errors": "FunctionName", "AWS/Lambda Throttles": "FunctionName", "AWS/Lambda Duration": "FunctionName",
	"AWS/SQS NumberOfMessagesSent": "QueueName",
}

var statistic = regexp.MustCompile(`^(Average|Sum|Maximum|Minimum|SampleCount|p\d{1,2})$`)

// emits reports a metric that the code does not write, or does not always write, with these dimensions.
func emits(namespace, name string, dimensions []string, stat string) []string {
	var faults []string
	if !statistic.MatchString(stat) {
		faults = append(faults, fmt.Sprintf("%s: %q is not a statistic", name, stat))
	}
	dimensions = slices.DeleteFunc(dimensions, func(d string) bool { return d == "" })
	if want, ok := theirs[namespace+" "+name]; ok && len(dimensions) == 1 && dimensions[0] == want {
		return faults
	}
	for _, m := range cloudwatch.Metrics() {
		if namespace == cloudwatch.Namespace && m.Name == name && m.Detail == "" && slices.Equal(m.Dimensions, dimensions) {
			return faults
		}
	}
	return append(faults, fmt.Sprintf("no code writes the metric %s %s by %v", namespace, name, dimensions))
}
