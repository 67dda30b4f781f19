package journey_test

import (
	"testing"

	"valkyrie/alerts/alertstest"
	"valkyrie/probes/journey"
)

func TestReadsRunsOfEarlierVersions(t *testing.T) {
	alertstest.WantStored(t, "../..", "run.json", new(journey.Run))
}
