package regions

import (
	"testing"

	"valkyrie/alerts/alertstest"
)

func TestReadsStateOfEarlierVersions(t *testing.T) {
	alertstest.WantStored(t, "../..", "standby-copy.json", new(copied))
	alertstest.WantStored(t, "../..", "home-beat.json", new(beat))
}
