package paging_test

import (
	"testing"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/paging"
)

func TestReadsStateOfEarlierVersions(t *testing.T) {
	alertstest.WantStored(t, "../..", "notification.json", new(paging.NotificationState))
}
