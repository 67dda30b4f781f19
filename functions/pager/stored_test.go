package main

import (
	"testing"

	"valkyrie/alerts/alertstest"
)

func TestReadsStateOfEarlierVersions(t *testing.T) {
	alertstest.WantStored(t, "../..", "watching.json", new(runningPeriod))
}
