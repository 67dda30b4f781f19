package template_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"valkyrie/infra/suite"
)

// CloudFormation's limits.
// See https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html.
const (
	mostResources = 500
	mostBytes     = 1 << 20 // of a template in S3, where SAM puts it
)

// withJourneys returns the practice template with n schedules more than its own, as for journeys each minute.
func withJourneys(t *testing.T, n int) string {
	t.Helper()
	whole := practiceTemplate(t)
	one := regexp.MustCompile(`(?s)        PrintCard:\n.*?DeadLetterConfig: [^\n]*\n`).FindString(whole)
	if one == "" {
		t.Fatal("the template has no schedule PrintCard; update this test")
	}
	var more strings.Builder
	for i := range n {
		more.WriteString(strings.NewReplacer("PrintCard", fmt.Sprintf("Journey%d", i), "print-card", fmt.Sprintf("journey-%d", i)).Replace(one))
	}
	return strings.Replace(whole, one, one+more.String(), 1)
}

// made counts the resources of home's stack after SAM's transform, with everything switched on: an event of a function is a schedule, an
// EventInvokeConfig and a public address are resources, and the address has two permissions.
func made(d document) (n int) {
	for _, r := range newStack(d, home, everything()).resources() {
		n++
		events, _ := at(r, "Properties", "Events").(map[string]any)
		n += len(events)
		if at(r, "Properties", "EventInvokeConfig") != nil {
			n++
		}
		if at(r, "Properties", "FunctionUrlConfig") != nil {
			n += 3
		}
	}
	return n
}

// TestManyJourneys: the template with the schedules of a hundred journeys is well within CloudFormation's limits. A journey is one
// resource, and nothing else in the template grows with it; the guide gives the number that fit.
func TestManyJourneys(t *testing.T) {
	count := func(n int) (resources, bytes int) {
		d, err := parse(withJourneys(t, n))
		if err != nil {
			t.Fatal(err)
		}
		body, err := json.Marshal(d.all) // larger than the file, as SAM's own output is
		if err != nil {
			t.Fatal(err)
		}
		return made(d), len(body)
	}
	few, fewBytes := count(0)
	many, manyBytes := count(100)
	if many > mostResources || manyBytes > mostBytes/2 {
		t.Errorf("with 100 journeys more: %d resources of %d, %d bytes of %d", many, mostResources, manyBytes, mostBytes)
	}
	if many-few != 100 {
		t.Errorf("100 journeys are %d resources, want one each", many-few)
	}
	own := len(regexp.MustCompile(`(?m)^            Input: '\{"journey"`).FindAllString(practiceTemplate(t), -1))
	fit := min(mostResources-few, (mostBytes-fewBytes)*100/(manyBytes-fewBytes)) + own
	guide := regexp.MustCompile(`about ([0-9]+)\s+journeys fit`).FindStringSubmatch(slurp(t, "../README.md"))
	if guide == nil {
		t.Fatalf("infra/README.md does not say how many journeys fit: about %d", fit)
	}
	if said, _ := strconv.Atoi(guide[1]); said > fit || said < fit*9/10 {
		t.Errorf("infra/README.md: about %d journeys fit, expected %d or a few less", said, fit)
	}
	if suite.All() {
		lintMany(t)
	}
}

// Limits that grow with the regions.
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html and
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html.
const (
	mostPolicyCharacters = 10_240 // of all inline policies of a role, without white space
	mostWidgets          = 500    // of a dashboard
	mostShownAlarms      = 100    // of an alarm widget
)

// TestTenRegions: with as many regions as the template takes, and everything switched on, each role and the dashboard are within the
// limits, and one region more is refused.
func TestTenRegions(t *testing.T) {
	d := read(t)
	given := everything()
	given["SecretsIn"], given["ProbeRegions"] = "secretsmanager", strings.Join(tenRegions, ",")
	s := newStack(d, home, given)
	roles := 0
	for id, r := range s.resources() {
		if r["Type"] != "AWS::IAM::Role" {
			continue
		}
		roles++
		n := 0
		for _, policy := range list(at(r, "Properties", "Policies")) {
			body, err := json.Marshal(at(policy, "PolicyDocument"))
			if err != nil {
				t.Fatal(err)
			}
			n += len(body)
		}
		if n > mostPolicyCharacters {
			t.Errorf("%s: its policies have %d characters, of %d", id, n, mostPolicyCharacters)
		}
	}
	if roles != 4 {
		t.Errorf("%d roles were examined, want 4", roles)
	}
	var body struct{ Widgets []widget }
	if err := json.Unmarshal([]byte(text(at(s.resources()["Dashboard"], "Properties", "DashboardBody"))), &body); err != nil {
		t.Fatal(err)
	}
	most := 0
	for _, w := range body.Widgets {
		most = max(most, len(w.Properties.Alarms))
	}
	if n := len(body.Widgets); n > mostWidgets || n < len(tenRegions) || most > mostShownAlarms || most < len(tenRegions) {
		t.Errorf("the dashboard has %d widgets, one of them with %d alarms", n, most)
	}
	for _, f := range s.faults {
		t.Error(f)
	}
	pattern := regexp.MustCompile("^(?:" + text(at(d.section("Parameters")["ProbeRegions"], "AllowedPattern")) + ")$")
	if all := strings.Join(tenRegions, ","); !pattern.MatchString(all) || pattern.MatchString(all+",eu-north-1") {
		t.Errorf("ProbeRegions: %s: expected that it takes ten regions and no more", pattern)
	}
}

// lintMany has cfn-lint transform the template with a hundred journeys more, as SAM does, and apply the limits.
func lintMany(t *testing.T) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "template.yaml")
	if err := os.WriteFile(path, []byte(withJourneys(t, 100)), 0o644); err != nil {
		t.Fatal(err)
	}
	lint(t, path)
}
