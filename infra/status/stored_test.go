package status

import (
	"testing"

	"valkyrie/alerts/alertstest"
)

func TestReadsStateOfEarlierVersions(t *testing.T) {
	alertstest.WantStored(t, "../..", "coverage.json", new(Coverage))
	alertstest.WantStored(t, "../..", "published.json", new(published))
}
