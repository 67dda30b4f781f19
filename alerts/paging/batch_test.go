package paging_test

import (
	"testing"

	"pgregory.net/rapid"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

// TestNoticeNamesAll checks that the notices of an ended mute and an ended maintenance name all journeys.
func TestNoticeNamesAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		about := alertstest.ManyIncidents(t, 1)
		w := &simulation{now: alertstest.Start}
		w.route.Incidents = about
		for i := range w.route.Incidents {
			w.route.Incidents[i].State = incident.Acknowledged
		}
		w.route.Windows = []incident.ActiveMaintenance{{Until: alertstest.Start}}
		w.route.Mutes = []incident.Mute{{Until: alertstest.Start, By: "Ada"}}
		w.step(paging.Tick{})
		if got := names(w.sent); got != "[notice text Ada notice text Ada]" {
			t.Fatal(got)
		}
		for _, p := range w.sent {
			alertstest.WantAllNamed(t, p.Words, about)
		}
	})
}
