package judge_test

import (
	"testing"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/judge"
)

func TestReadsStateOfEarlierVersions(t *testing.T) {
	alertstest.WantStored(t, "../..", "journey.json", new(judge.JourneyState))
	alertstest.WantStored(t, "../..", "ledger.json", new(judge.Ledger))
}
