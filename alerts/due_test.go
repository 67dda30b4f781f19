package alerts_test

import (
	"testing"
	"time"

	"valkyrie/alerts"
)

func TestDue(t *testing.T) {
	in := func(d time.Duration) time.Time { return start.Add(d) }
	for name, c := range map[string]struct {
		route alerts.Route
		want  time.Time
	}{
		"nothing": {alerts.Route{Pages: []alerts.Page{{State: alerts.Ended, LeaseUntil: start}}}, time.Time{}},
		"a text that waits for the morning, and a call that is being made": {alerts.Route{Pages: []alerts.Page{
			{State: alerts.Planned, PlannedAt: start, NotBefore: in(8 * time.Hour)}, {State: alerts.Accepted, LeaseUntil: in(2 * time.Minute)},
		}}, in(2 * time.Minute)},
		"one that is to be sent now":       {alerts.Route{Pages: []alerts.Page{{State: alerts.Planned, PlannedAt: start}}}, start},
		"one whose sender may have died":   {alerts.Route{Pages: []alerts.Page{{State: alerts.Claimed, LeaseUntil: in(20 * time.Second)}}}, in(20 * time.Second)},
		"one the carrier is asked about":   {alerts.Route{Pages: []alerts.Page{{State: alerts.Unknown, ClaimedAt: in(-time.Second)}}}, in(-time.Second)},
		"the next in the chain has a wait": {alerts.Route{Chain: alerts.Chain{Pause: in(5 * time.Minute)}}, in(5 * time.Minute)},
	} {
		if got := c.route.Due(); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
