package main

import (
	"testing"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

// TestAcknowledgedBy: the demo waits for the acknowledgement of the incident just opened, and prints the times of its calls,
// although an earlier incident is acknowledged already.
func TestAcknowledgedBy(t *testing.T) {
	older := incident.Incident{ID: "older", Kind: incident.Down, State: incident.Acknowledged, AckedBy: "Edsger"}
	newer := incident.Incident{ID: "newer", Kind: incident.Down, State: incident.Notified}
	slow := incident.Incident{ID: "slow", Kind: incident.Degraded, State: incident.Notified}
	route := paging.NotificationState{
		Incidents: []incident.Incident{older, newer, slow},
		Pages:     []incident.Page{{ID: "1", Incidents: []string{"older"}, Person: "Edsger"}, {ID: "2", Incidents: []string{"newer", "older"}, Person: "Ada"}},
	}
	opened := []incident.Incident{slow, newer}
	if by, ok := acknowledgedBy(route, opened); ok {
		t.Errorf("the new incident is not acknowledged: got an acknowledgement by %q", by)
	}
	if _, ok := acknowledgedBy(paging.NotificationState{}, opened); ok {
		t.Error("the pager has not taken the incident yet: got an acknowledgement")
	}
	route.Incidents[1].State, route.Incidents[1].AckedBy = incident.Acknowledged, "Ada"
	if by, ok := acknowledgedBy(route, opened); !ok || by != "Ada" {
		t.Errorf("Ada acknowledged the new incident, and a slow one needs no acknowledgement: got %q, %v", by, ok)
	}
	if pages := pagesAbout(route, opened); len(pages) != 1 || pages[0].ID != "2" {
		t.Errorf("expected only page 2, which is about the new incident; got %v", pages)
	}
}
