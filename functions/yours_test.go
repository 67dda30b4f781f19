package functions_test

import (
	"testing"

	"valkyrie/alerts"
	"valkyrie/alerts/config"
	"valkyrie/probes"
	"valkyrie/probes/journey"
)

// These tests check whatever this deployment has configured. They pass in any fork whose journeys and alerts.yaml agree;
// infra/template checks the schedules.

// TestYourJourneys: each journey of probes.All is valid, and no two have the same name.
func TestYourJourneys(t *testing.T) {
	if len(probes.All) == 0 {
		t.Error("probes/probes.go: All: expected at least one journey, got none: nothing would be watched; list one there")
	}
	seen := map[string]bool{}
	for i, make := range probes.All {
		if make == nil {
			t.Errorf("probes/probes.go: All[%d]: expected a function that makes a journey, got nil", i)
			continue
		}
		j := make()
		if err := j.Validate(); err != nil {
			t.Errorf("probes/: %v", err)
		}
		if seen[j.Name] {
			t.Errorf("probes/: journey %q: expected a name of its own, got one that an earlier journey of All has: rename one", j.Name)
		}
		seen[j.Name] = true
		if j.Title == "" {
			t.Errorf("probes/: journey %q: Title: expected what a customer would call it, such as \"print a card\", got none: a call reads it out", j.Name)
		}
	}
}

// TestYourAlerts: alerts.yaml is valid, and names only existing journeys.
func TestYourAlerts(t *testing.T) {
	if _, err := config.Parse("alerts/alerts.yaml", alerts.Shipped(), journey.Names(probes.All)); err != nil {
		t.Error(err)
	}
}
