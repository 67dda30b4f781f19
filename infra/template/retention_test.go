package template_test

import (
	"testing"
	"time"

	"valkyrie/alerts/incident"
)

// TestRetention: the template's retention of logs and evidence equals alerts/incident/retention.go.
func TestRetention(t *testing.T) {
	parameters := read(t).section("Parameters")
	for name, want := range map[string]time.Duration{"LogRetention": incident.RetainLogs, "EvidenceRetention": incident.RetainEvidence} {
		days, _ := at(parameters[name], "Default").(int)
		if got := time.Duration(days) * 24 * time.Hour; got != want {
			t.Errorf("template.yaml: %s defaults to %d days, want %d; change either it or alerts/incident/retention.go", name, days, want/(24*time.Hour))
		}
	}
}
