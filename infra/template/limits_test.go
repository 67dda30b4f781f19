package template_test

import (
	"testing"
	"time"

	"valkyrie/infra/schedule"
	"valkyrie/probes"
)

// TestTimeout: the probe's timeout exceeds the limits of all steps of any journey, including cleanup, plus time for
// Chrome's start, the evidence and the store.
func TestTimeout(t *testing.T) {
	seconds, _ := at(read(t).section("Parameters")["ProbeTimeout"], "Default").(int)
	for _, fault := range schedule.TimeFaults(probes.All, time.Duration(seconds)*time.Second, "template.yaml: ProbeTimeout: Default") {
		t.Error(fault)
	}
}
