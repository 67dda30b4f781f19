package paging_test

import (
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/paging"
)

func TestStandbyRole(t *testing.T) {
	at := func(d time.Duration) time.Time { return alertstest.Start.Add(d) }
	for _, c := range []struct {
		about string
		s     paging.HomeStatus
		want  paging.StandbyRole
	}{
		{"home is at work", paging.HomeStatus{Reachable: true, Beat: at(-time.Minute)}, paging.StandbyIdle},
		{"home is at work, and probes could not reach it a while ago", paging.HomeStatus{Reachable: true, Beat: at(-time.Minute), HasOwnRuns: true}, paging.StandbyIdle},
		{"home's clock is ahead", paging.HomeStatus{Reachable: true, Beat: at(time.Minute)}, paging.StandbyIdle},
		{"its pager has missed two minutes", paging.HomeStatus{Reachable: true, Beat: at(-179 * time.Second)}, paging.StandbyIdle},
		{"its pager has missed three", paging.HomeStatus{Reachable: true, Beat: at(-3 * time.Minute)}, paging.StandbyOnHomeTable},
		{"it never was there, and we have just come", paging.HomeStatus{Reachable: true, Since: at(-time.Minute)}, paging.StandbyIdle},
		{"it never was there", paging.HomeStatus{Reachable: true, Since: at(-4 * time.Minute)}, paging.StandbyOnHomeTable},
		{"its table does not answer for a moment", paging.HomeStatus{Beat: at(-time.Minute)}, paging.StandbyIdle},
		{"nor for probes", paging.HomeStatus{Beat: at(-time.Minute), HasOwnRuns: true}, paging.StandbyIdle},
		{"nor for probes, and its pager is overdue", paging.HomeStatus{Beat: at(-90 * time.Second), HasOwnRuns: true}, paging.StandbyOnOwnTable},
		{"its table does not answer, its pager is overdue", paging.HomeStatus{Beat: at(-90 * time.Second)}, paging.StandbyIdle},
		{"its table does not answer for three minutes", paging.HomeStatus{Beat: at(-3 * time.Minute)}, paging.StandbyOnOwnTable},
		{"nor for probes, and this region has missed it for a moment only", paging.HomeStatus{Beat: at(-170 * time.Second), HasOwnRuns: true, Missed: at(-80 * time.Second)}, paging.StandbyIdle},
		{"nor for probes, for 90 seconds", paging.HomeStatus{Beat: at(-170 * time.Second), HasOwnRuns: true, Missed: at(-90 * time.Second)}, paging.StandbyOnOwnTable},
		{"its pager wakes, and a page waits", paging.HomeStatus{Reachable: true, Beat: at(-time.Minute), Waiting: at(-179 * time.Second)}, paging.StandbyIdle},
		{"and waits for three minutes", paging.HomeStatus{Reachable: true, Beat: at(-time.Minute), Waiting: at(-3 * time.Minute)}, paging.StandbyOnHomeTable},
		{"it let one wait lately", paging.HomeStatus{Reachable: true, Beat: at(-time.Minute), Helps: at(time.Second)}, paging.StandbyOnHomeTable},
		{"a while ago", paging.HomeStatus{Reachable: true, Beat: at(-time.Minute), Helps: at(0)}, paging.StandbyIdle},
		{"its pager is silent, and its table takes nothing", paging.HomeStatus{Reachable: true, Beat: at(-3 * time.Minute), Unwritable: true}, paging.StandbyOnOwnTable},
		{"its table takes nothing for a moment", paging.HomeStatus{Reachable: true, Beat: at(-time.Minute), Unwritable: true}, paging.StandbyIdle},
		{"it never answered", paging.HomeStatus{Since: at(-3 * time.Minute)}, paging.StandbyOnOwnTable},
	} {
		if got, why := c.s.Role(alertstest.Start); got != c.want || why == "" {
			t.Errorf("%s: %s (%s), want %s", c.about, got, why, c.want)
		}
	}
}
