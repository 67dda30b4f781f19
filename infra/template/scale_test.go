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

// lintMany has cfn-lint transform the template with a hundred journeys more, as SAM does, and apply the limits.
func lintMany(t *testing.T) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "template.yaml")
	if err := os.WriteFile(path, []byte(withJourneys(t, 100)), 0o644); err != nil {
		t.Fatal(err)
	}
	lint(t, path)
}
