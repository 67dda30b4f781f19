package functions_test

import (
	"testing"

	"valkyrie/functions/suite"
	"valkyrie/functions/valkyrie/author/check"
	"valkyrie/functions/valkyrie/author/tree"
)

// TestYourConfiguration: `valkyrie check` finds nothing in this tree: not in the journeys of probes.All, their schedules or alerts.yaml.
// It passes in any fork in which these agree.
func TestYourConfiguration(t *testing.T) {
	root, err := tree.Find("..")
	if err != nil {
		t.Fatal(err)
	}
	found, err := check.Config{Tree: root, Suite: suite.Yours(), Alerts: "alerts/alerts.yaml"}.Findings()
	if err != nil {
		t.Fatal(err)
	}
	for _, finding := range found {
		t.Error(finding)
	}
}
