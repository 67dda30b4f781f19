package events

import (
	"testing"

	"valkyrie/alerts/alertstest"
)

func TestReadsStateOfEarlierVersions(t *testing.T) {
	alertstest.WantStored(t, "../..", "receiver.json", new(ReceiverState))
}
