package template_test

import (
	"fmt"
	"testing"
)

// statements counts the statements of a bucket's policy.
func statements(policy any) int {
	return len(list(at(policy, "Properties", "PolicyDocument", "Statement")))
}

// choices lists the parameters that switch something on or off, with a check of their effect.
var choices = map[string]struct {
	set   map[string]any
	right func(all map[string]map[string]any) bool
}{
	"no standby":                    {map[string]any{"StandbyRegion": ""}, func(all map[string]map[string]any) bool { return all["Table"] != nil }},
	"one region":                    {map[string]any{"ProbeRegions": home, "StandbyRegion": ""}, func(all map[string]map[string]any) bool { return all["Dashboard"] != nil }},
	"a second try from two regions": {map[string]any{"ProbeRegions": home + "," + standby}, func(all map[string]map[string]any) bool { return tries(all) == "2" }},
	"one try from three regions": {nil, func(all map[string]map[string]any) bool {
		return tries(all) == "1" && at(all["Pager"], "Properties", "Environment", "Variables", "VALKYRIE_PROBE_REGIONS") == home+","+standby+","+third
	}},
	"three tries": {map[string]any{"Tries": 3}, func(all map[string]map[string]any) bool { return tries(all) == "3" }},
	"an existing table": {map[string]any{"ExistingTable": "old"}, func(all map[string]map[string]any) bool {
		return all["Table"] == nil && at(all["Pager"], "Properties", "Environment", "Variables", "VALKYRIE_TABLE") == "old"
	}},
	"an e-mail": {map[string]any{"AlarmEmail": "ops@example.com"}, func(all map[string]map[string]any) bool {
		return len(list(at(all["AlarmTopic"], "Properties", "Subscription"))) == 1
	}},
	"no e-mail": {nil, func(all map[string]map[string]any) bool {
		return at(all["AlarmTopic"], "Properties", "Subscription") == nil
	}},
	"reserved": {map[string]any{"ProbeConcurrency": 4}, func(all map[string]map[string]any) bool {
		return at(all["Probe"], "Properties", "ReservedConcurrentExecutions") == 4
	}},
	"not reserved": {nil, func(all map[string]map[string]any) bool {
		return at(all["Probe"], "Properties", "ReservedConcurrentExecutions") == nil
	}},
	"paused": {map[string]any{"Schedules": "DISABLED"}, func(all map[string]map[string]any) bool {
		return at(all["ProbeSilent"], "Properties", "ActionsEnabled") == false && at(all["Pager"], "Properties", "Events", "EachMinute", "Properties", "State") == nil
	}},
	"a status page": {map[string]any{"StatusPage": "ENABLED"}, func(all map[string]map[string]any) bool {
		return all["StatusBucket"] != nil && all["OthersUntold"] != nil && all["StatusTopic"] == nil && statements(all["StatusBucketPolicy"]) == 1 &&
			at(all["Pager"], "Properties", "Environment", "Variables", "VALKYRIE_STATUS_BUCKET") == stackName+"-statusbucket-1a2b3c"
	}},
	"a status page behind CloudFront": {everything(), func(all map[string]map[string]any) bool {
		return statements(all["StatusBucketPolicy"]) == 2
	}},
	"subscribers": {map[string]any{"StatusMail": "ENABLED"}, func(all map[string]map[string]any) bool {
		return all["StatusBucket"] == nil && all["OthersUntold"] != nil && at(all["StatusTopic"], "Properties", "TopicName") == "valkyrie-status" &&
			at(all["Pager"], "Properties", "Environment", "Variables", "VALKYRIE_STATUS_TOPIC") == "arn:aws:sns:"+home+":"+account+":valkyrie-status"
	}},
	"no subscribers": {nil, func(all map[string]map[string]any) bool {
		return all["StatusBucket"] == nil && all["StatusBucketPolicy"] == nil && all["StatusTopic"] == nil && all["OthersUntold"] == nil
	}},
	"Secrets Manager": {map[string]any{"SecretsIn": "secretsmanager"}, func(all map[string]map[string]any) bool {
		return at(all["Probe"], "Properties", "Environment", "Variables", "VALKYRIE_SECRETS") == "secretsmanager:/valkyrie/probe"
	}},
}

func tries(all map[string]map[string]any) string {
	return fmt.Sprint(at(all["Probe"], "Properties", "Environment", "Variables", "VALKYRIE_TRIES"))
}

// TestChoices: each parameter that switches something on or off works, and leaves no dangling reference.
func TestChoices(t *testing.T) {
	d := read(t)
	for name, c := range choices {
		given := parameters()
		for k, v := range c.set {
			given[k] = v
		}
		s := newStack(d, home, given)
		if all := s.resources(); !c.right(all) {
			t.Errorf("%s: it has no effect", name)
		}
		for _, f := range s.faults {
			t.Errorf("%s: %s", name, f)
		}
	}
}
