package incident_test

import (
	"testing"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
)

func TestReadsRecordsOfEarlierVersions(t *testing.T) {
	alertstest.WantStored(t, "../..", "record.json", new(incident.Record))
}
