package template_test

import (
	"testing"
	"time"

	"valkyrie/probes"
	"valkyrie/probes/journey"
)

// TestTimeout: the probe's timeout exceeds the limits of all steps of any journey, including cleanup, plus time for
// Chrome's start, the evidence and the store.
func TestTimeout(t *testing.T) {
	const besides = 20 * time.Second
	seconds, _ := at(read(t).section("Parameters")["ProbeTimeout"], "Default").(int)
	for _, make := range journey.Scheduled(probes.All) {
		j, longest := make(), besides
		for _, s := range append(append([]journey.Step{}, j.Steps...), j.Cleanup...) {
			if s.Limit == 0 {
				s.Limit = journey.DefaultLimit
			}
			longest += s.Limit
		}
		if timeout := time.Duration(seconds) * time.Second; longest > timeout {
			t.Errorf("template.yaml: ProbeTimeout: expected at least %v, as the steps of %s may take so long, got %v; raise its default, or lower the limits", longest, j.Name, timeout)
		}
	}
}
