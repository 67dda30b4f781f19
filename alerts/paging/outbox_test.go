package paging_test

import (
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

func TestDue(t *testing.T) {
	in := func(d time.Duration) time.Time { return alertstest.Start.Add(d) }
	for name, c := range map[string]struct {
		route paging.NotificationState
		want  time.Time
	}{
		"nothing": {paging.NotificationState{Pages: []incident.Page{{State: incident.Ended, LeaseUntil: alertstest.Start}}}, time.Time{}},
		"a text that waits for the morning, and a call that is being made": {paging.NotificationState{Pages: []incident.Page{
			{State: incident.Planned, PlannedAt: alertstest.Start, NotBefore: in(8 * time.Hour)}, {State: incident.Accepted, LeaseUntil: in(2 * time.Minute)},
		}}, in(2 * time.Minute)},
		"one that is to be sent now":     {paging.NotificationState{Pages: []incident.Page{{State: incident.Planned, PlannedAt: alertstest.Start}}}, alertstest.Start},
		"one whose sender may have died": {paging.NotificationState{Pages: []incident.Page{{State: incident.Claimed, LeaseUntil: in(20 * time.Second)}}}, in(20 * time.Second)},
		"an unknown one, asked about":    {paging.NotificationState{Pages: []incident.Page{{State: incident.Unknown, ClaimedAt: in(-time.Second)}}}, in(-time.Second)},
		"the next step has a wait":       {paging.NotificationState{Escalation: paging.Escalation{Pause: in(5 * time.Minute)}}, in(5 * time.Minute)},
	} {
		if got := c.route.Due(); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
