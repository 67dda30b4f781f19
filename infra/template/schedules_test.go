package template_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"valkyrie/infra/schedule"
	"valkyrie/probes"
	"valkyrie/probes/journey"
	"valkyrie/probes/practice"
)

// schedules checks the schedules of this deployment: one for each of its journeys, and for the pager.
func schedules(d document) []string { return schedulesFor(d, probes.All) }

// practiceSchedules checks those of the practice shop, to test the check itself.
func practiceSchedules(d document) []string { return schedulesFor(d, practice.All) }

// schedulesFor checks the schedules of the functions: one for each journey and for the pager, in the group, with a queue
// for undelivered events. They are read as CloudFormation reads them; package schedule checks them.
func schedulesFor(d document, all []func() journey.Journey) []string {
	var faults []string
	s := newStack(d, home, parameters())
	for id, r := range s.resources() {
		events, _ := at(r, "Properties", "Events").(map[string]any)
		var entries []schedule.Entry
		for name, e := range events {
			p, _ := at(e, "Properties").(map[string]any)
			entries = append(entries, schedule.Entry{
				Where: fmt.Sprintf("template.yaml: %s: Events: %s", id, name), Key: name, Type: text(at(e, "Type")), Name: text(p["Name"]),
				Expression: text(p["ScheduleExpression"]), Input: text(p["Input"]), Present: slices.Collect(maps.Keys(p)),
			})
		}
		if id == "Probe" {
			faults = append(faults, schedule.Faults(entries, all, text(s.parameters["Cadence"]))...)
			continue
		}
		for _, e := range entries {
			faults = append(faults, e.Faults()...)
		}
	}
	if err := journey.CheckNames(all); err != nil {
		faults = append(faults, fmt.Sprintf("probes/: %v", err))
	}
	return append(faults, s.faults...)
}

// TestDuplicateJourney: two journeys with one name are reported with the functions that make them.
func TestDuplicateJourney(t *testing.T) {
	d, err := parse(practiceTemplate(t))
	if err != nil {
		t.Fatal(err)
	}
	want := regexp.MustCompile(`probes/: journey "print-card": .* from both PrintCard \(probes/practice/print_card.go:\d+\) and PrintCard \(`)
	faults := strings.Join(schedulesFor(d, append(slices.Clone(practice.All), practice.PrintCard)), "\n")
	if !want.MatchString(faults) {
		t.Errorf("got %s\nwant %v", faults, want)
	}
}
