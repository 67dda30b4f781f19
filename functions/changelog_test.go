package functions_test

import (
	"os"
	"regexp"
	"testing"

	"valkyrie/probes/journey"
)

// TestChangelog checks that the newest version of CHANGELOG.md is the one that the program reports.
func TestChangelog(t *testing.T) {
	text, err := os.ReadFile("../CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	newest := regexp.MustCompile(`(?m)^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d{2}-\d{2}$`).FindSubmatch(text)
	if newest == nil || "v"+string(newest[1]) != journey.Version {
		t.Errorf("the newest version of CHANGELOG.md is %q; journey.Version is %s", newest, journey.Version)
	}
}
