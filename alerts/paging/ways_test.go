package paging_test

import (
	"testing"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

// TestPageKeepsItsProvider checks that a page is noted under the provider that took it: the one that accepted it, or the one that reports
// about it although the failover channel was about to send it again.
func TestPageKeepsItsProvider(t *testing.T) {
	w := &simulation{now: alertstest.Start}
	page := w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})[0]
	w.step(paging.Sent{PageID: page.ID, SID: "aws-1", Via: incident.Failover})
	if got := w.route.Pages[0]; got.Via != incident.Failover || got.State != incident.Accepted {
		t.Errorf("taken by the failover channel, it is %s via %q", got.State, got.Via)
	}

	w = &simulation{now: alertstest.Start}
	page = w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})[0]
	w.route.Pages[0].Via = incident.Failover
	w.step(paging.Report{PageID: page.ID, SID: "CA1"})
	if got := w.route.Pages[0]; got.Via != incident.Primary || got.SID != "CA1" {
		t.Errorf("reported by the first provider, it is %s via %q", got.SID, got.Via)
	}
}

// TestEmailIsFree checks that an e-mail does not count for the caps of texts and of the month.
func TestEmailIsFree(t *testing.T) {
	w := &simulation{now: alertstest.Start}
	w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
	before := w.route.Meter
	w.route.Pages = append(w.route.Pages, incident.Page{ID: "mail", Incidents: []string{"a"}, Purpose: incident.Alarm, Channel: incident.Email, Person: "Ada", State: incident.Claimed, PlannedAt: w.now})
	w.step(paging.Sent{PageID: "mail", SID: "m1", Via: incident.Failover})
	if m := w.route.Meter; m.Calls != before.Calls || m.Texts != before.Texts || len(m.Recent) != len(before.Recent) {
		t.Errorf("counted: %+v after %+v", m, before)
	}
	if p := w.route.Pages[len(w.route.Pages)-1]; p.State != incident.Accepted {
		t.Errorf("the e-mail is %s", p.State)
	}
}
