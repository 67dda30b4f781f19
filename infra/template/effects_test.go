package template_test

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// An effect lists the changes by a parameter: with another value, just these values of the stacks differ, in some region.
type effect struct {
	other  any    // another value than that of settings
	leaves string // their paths, as path.Match takes them
}

// settings returns the parameters of a deployment in which each has a value of its own.
func settings() map[string]any {
	given := everything()
	maps.Copy(given, map[string]any{
		"Cadence": "1 minute", "Objective": 99.9, "ProbeMemory": 1769, "ProbeTimeout": 120, "MetricDetail": "journeys", "LogRetention": 90, "EvidenceRetention": 30,
		"ProbeConcurrency": 3, "WebhookConcurrency": 7, "Tries": 2, "PingUrl": "https://ping.example.com/1", "ChromeFlags": "--mute-audio", "SecretsPath": "/other/place/",
	})
	return given
}

const probeVariables, pagerVariables, webhookVariables = "Probe/Properties/Environment/Variables/", "Pager/Properties/Environment/Variables/", "Webhook/Properties/Environment/Variables/"

// effects lists the parameters that lead to few places. A place with a question mark may be missing, as with no schedule by the cadence, or
// none at all, in a fork. Those of regions, names and the key are followed by the wiring check.
var effects = map[string]effect{
	"SiteUrl":            {"https://other.example.com", probeVariables + "VALKYRIE_SITE " + pagerVariables + "VALKYRIE_SITE Dashboard/Properties/DashboardBody"},
	"Cadence":            {"3 minutes", probeVariables + "VALKYRIE_EVERY ?Probe/Properties/Events/*/Properties/ScheduleExpression Dashboard/Properties/DashboardBody"},
	"Schedules":          {"DISABLED", "?Probe/Properties/Events/*/Properties/State ProbeSilent/Properties/ActionsEnabled"},
	"Tries":              {3, probeVariables + "VALKYRIE_TRIES"},
	"Objective":          {99.5, "Dashboard/Properties/DashboardBody"},
	"ProbeMemory":        {2048, "Probe/Properties/MemorySize"},
	"ProbeTimeout":       {240, "Probe/Properties/Timeout ProbeNearTimeout/Properties/Metrics/*/Expression"},
	"ProbeConcurrency":   {4, "Probe/Properties/ReservedConcurrentExecutions"},
	"WebhookConcurrency": {8, "Webhook/Properties/ReservedConcurrentExecutions"},
	"MetricDetail":       {"steps", probeVariables + "VALKYRIE_METRIC_DETAIL"},
	"Traces":             {"DISABLED", probeVariables + "VALKYRIE_TRACES ProbeRole/* TracesInterface/*"},
	"LogRetention":       {30, "ProbeLog/Properties/RetentionInDays PagerLog/Properties/RetentionInDays WebhookLog/Properties/RetentionInDays"},
	"EvidenceRetention":  {60, "Evidence/Properties/LifecycleConfiguration/Rules/0/ExpirationInDays"},
	"TwilioAccountSid":   {"AC" + strings.Repeat("1", 32), pagerVariables + "TWILIO_ACCOUNT_SID " + webhookVariables + "TWILIO_ACCOUNT_SID"},
	"AlarmEmail":         {"others@example.com", "AlarmTopic/Properties/Subscription/0/Endpoint"},
	"PingUrl":            {"https://ping.example.com/2", pagerVariables + "VALKYRIE_PING_URL"},
	"StatusReader":       {"arn:aws:cloudfront::" + account + ":distribution/E9", "StatusBucketPolicy/Properties/PolicyDocument/Statement/1/Condition/*/*"},
	"EventBusArn":        {"arn:aws:events:" + home + ":" + account + ":event-bus/other", pagerVariables + "VALKYRIE_EVENT_BUS PagerRole/*"},
	"ChromeFlags":        {"--other", probeVariables + "VALKYRIE_CHROME_FLAGS"},
	"StatusPage":         {"DISABLED", pagerVariables + "VALKYRIE_STATUS_BUCKET PagerRole/* StatusBucket/* StatusBucketPolicy/* Outputs/StatusBucket Outputs/StatusOrigin"},
	"StatusMail":         {"DISABLED", pagerVariables + "VALKYRIE_STATUS_TOPIC StatusTopic/* Outputs/StatusTopic"},
	"PrivateEndpoints":   {"DISABLED", "SecretsInterface/* PagerInterface/* TracesInterface/* InterfaceGroup/*"},
	"RouteTableIds":      {"rtb-0a1b2c3f", "EvidenceGateway/Properties/RouteTableIds/0 TableGateway/Properties/RouteTableIds/0"},
	"VpcId":              {"vpc-0a1b2c3e", "*/Properties/VpcId"},
	"SubnetIds":          {"subnet-0a1b2c3d,subnet-0a1b2c3f", "Probe/Properties/VpcConfig/SubnetIds/1 *Interface/Properties/SubnetIds/1"},
	"SecretsPath":        {"/third/", probeVariables + "VALKYRIE_SECRETS " + pagerVariables + "VALKYRIE_SECRETS " + pagerVariables + "VALKYRIE_TELL_SECRETS " + webhookVariables + "VALKYRIE_SECRETS ProbeRole/* PagerRole/* WebhookRole/*"},
}

// affected compares the changes by each parameter with effects, the names with the parameter Name, and the order in which the resources are
// made with their references. It also follows the webhook to the evidence of each number of regions.
func affected(d document) (faults []string) {
	before := leavesOf(d, settings())
	for _, name := range slices.Sorted(maps.Keys(effects)) {
		e := effects[name]
		given := settings()
		given[name] = e.other
		changed := differing(before, leavesOf(d, given))
		for _, pattern := range strings.Fields(e.leaves) {
			if !strings.HasPrefix(pattern, "?") && !slices.ContainsFunc(changed, func(leaf string) bool { return covers(pattern, leaf) }) {
				faults = append(faults, fmt.Sprintf("the parameter %s does not change %s", name, pattern))
			}
		}
		for _, leaf := range changed {
			if !slices.ContainsFunc(strings.Fields(e.leaves), func(pattern string) bool { return covers(pattern, leaf) }) {
				faults = append(faults, fmt.Sprintf("the parameter %s changes %s: list it in effects_test.go if it should", name, leaf))
			}
		}
	}
	faults = append(faults, followsCadence(d)...)
	faults = append(faults, sharedNames(before)...)
	faults = append(faults, ordered(d)...)
	for n := range tenRegions {
		given := settings()
		given["ProbeRegions"] = strings.Join(tenRegions[:n+1], ",")
		s := newStack(d, home, given)
		faults = append(faults, prefixed(fmt.Sprintf("with %d regions", n+1), append(s.role(s.resources(), "Webhook"), s.faults...))...)
	}
	slices.Sort(faults)
	return slices.Compact(faults)
}

// followsCadence reports schedules of the default interval that do not change with the parameter Cadence.
func followsCadence(d document) (faults []string) {
	given := settings()
	given["Cadence"] = "3 minutes"
	events, _ := at(newStack(d, home, given).resources()["Probe"], "Properties", "Events").(map[string]any)
	for name, e := range events {
		if p := at(e, "Properties"); !strings.Contains(text(at(p, "Input")), `"every"`) && at(p, "ScheduleExpression") != "rate(3 minutes)" {
			faults = append(faults, fmt.Sprintf("Probe: %s: ScheduleExpression: expected that it follows the parameter Cadence, as its event has no every, got %v", name, at(p, "ScheduleExpression")))
		}
	}
	return faults
}

// covers reports whether a leaf is that of a pattern, or below it if the pattern is a resource's: "ProbeRole/*".
func covers(pattern, leaf string) bool {
	pattern = strings.TrimPrefix(pattern, "?")
	if resource, whole := strings.CutSuffix(pattern, "/*"); whole && !strings.Contains(resource, "/") {
		return strings.HasPrefix(leaf, resource+"/")
	}
	ok, err := path.Match(pattern, leaf)
	return ok && err == nil
}

// leavesOf lists the values of the stacks of home, standby and another region, by region and path.
func leavesOf(d document, given map[string]any) map[string]map[string]string {
	all := map[string]map[string]string{}
	for _, region := range []string{home, standby, third} {
		s := newStack(d, region, given)
		leaves := map[string]string{}
		for id, r := range s.resources() {
			flatten(id, r, leaves)
		}
		for name, o := range d.section("Outputs") {
			if condition := text(at(o, "Condition")); condition == "" || s.holds(condition) {
				flatten("Outputs/"+name, s.value(at(o, "Value")), leaves)
			}
		}
		all[region] = leaves
	}
	return all
}

// differing lists the paths at which some region's values differ.
func differing(a, b map[string]map[string]string) []string {
	paths := map[string]bool{}
	for region := range a {
		for leaf, value := range a[region] {
			if other, ok := b[region][leaf]; !ok || other != value {
				paths[leaf] = true
			}
		}
		for leaf := range b[region] {
			if _, ok := a[region][leaf]; !ok {
				paths[leaf] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(paths))
}

// sharedNames reports names that do not go by the parameter Name: a second deployment would collide with the first.
func sharedNames(stacks map[string]map[string]string) (faults []string) {
	for _, leaves := range stacks {
		for leaf, value := range leaves {
			if strings.Contains(value, "valkyrie") {
				faults = append(faults, fmt.Sprintf("%s is %.80q in a deployment that is called second", leaf, value))
			}
		}
	}
	return faults
}

// ordered reports resources that wait for each other, and those that wait for one without referring to it: such an order would need its
// reason here.
func ordered(d document) (faults []string) {
	resources := d.section("Resources")
	needs := map[string][]string{}
	for id, r := range resources {
		if on := at(r, "DependsOn"); on != nil {
			faults = append(faults, fmt.Sprintf("%s depends on %v, to which it does not refer; list its reason in effects_test.go", id, on))
		}
		properties, _ := at(r, "Properties").(map[string]any)
		properties = maps.Clone(properties)
		delete(properties, "Events") // resources of their own
		walk(properties, func(v any) {
			for _, name := range references(v) {
				if name == "WebhookUrl" { // SAM creates it from the webhook's FunctionUrlConfig
					name = "Webhook"
				}
				if resources[name] != nil {
					needs[id] = append(needs[id], name)
				}
			}
		})
	}
	var visit func(id string, above []string)
	done := map[string]bool{}
	visit = func(id string, above []string) {
		if slices.Contains(above, id) {
			faults = append(faults, fmt.Sprintf("resources wait for each other: %s", strings.Join(append(above, id), ", ")))
			return
		}
		if done[id] {
			return
		}
		for _, next := range needs[id] {
			visit(next, append(slices.Clone(above), id))
		}
		done[id] = true
	}
	for _, id := range slices.Sorted(maps.Keys(resources)) {
		visit(id, nil)
	}
	return faults
}

// references returns the logical names that a function refers to.
func references(v any) (names []string) {
	m, _ := v.(map[string]any)
	if name := text(m["Ref"]); name != "" {
		names = append(names, name)
	}
	if args := list(m["Fn::GetAtt"]); len(args) > 0 {
		names = append(names, text(args[0]))
	}
	if args := list(m["Fn::Sub"]); len(args) > 0 {
		for _, found := range placeholder.FindAllStringSubmatch(text(args[0]), -1) {
			name, _, _ := strings.Cut(found[1], ".")
			names = append(names, name)
		}
	}
	return names
}
