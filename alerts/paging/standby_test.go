package paging_test

import (
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/paging"
)

func TestWhereTheStandbyWorks(t *testing.T) {
	at := func(d time.Duration) time.Time { return alertstest.Start.Add(d) }
	for _, c := range []struct {
		about string
		s     paging.HomeStatus
		want  paging.Place
	}{
		{"home is at work", paging.HomeStatus{Reachable: true, Beat: at(-time.Minute)}, paging.Nowhere},
		{"home is at work, and probes could not reach it a while ago", paging.HomeStatus{Reachable: true, Beat: at(-time.Minute), Own: true}, paging.Nowhere},
		{"home's clock is ahead", paging.HomeStatus{Reachable: true, Beat: at(time.Minute)}, paging.Nowhere},
		{"its pager has missed two minutes", paging.HomeStatus{Reachable: true, Beat: at(-179 * time.Second)}, paging.Nowhere},
		{"its pager has missed three", paging.HomeStatus{Reachable: true, Beat: at(-3 * time.Minute)}, paging.AtHome},
		{"it never was there, and we have just come", paging.HomeStatus{Reachable: true, Since: at(-time.Minute)}, paging.Nowhere},
		{"it never was there", paging.HomeStatus{Reachable: true, Since: at(-4 * time.Minute)}, paging.AtHome},
		{"its table does not answer for a moment", paging.HomeStatus{Beat: at(-time.Minute)}, paging.Nowhere},
		{"nor for probes", paging.HomeStatus{Beat: at(-time.Minute), Own: true}, paging.Nowhere},
		{"nor for probes, and its pager is overdue", paging.HomeStatus{Beat: at(-90 * time.Second), Own: true}, paging.Here},
		{"its table does not answer, its pager is overdue", paging.HomeStatus{Beat: at(-90 * time.Second)}, paging.Nowhere},
		{"its table does not answer for three minutes", paging.HomeStatus{Beat: at(-3 * time.Minute)}, paging.Here},
		{"it never answered", paging.HomeStatus{Since: at(-3 * time.Minute)}, paging.Here},
	} {
		if got, why := c.s.Place(alertstest.Start); got != c.want || why == "" {
			t.Errorf("%s: %s (%s), want %s", c.about, got, why, c.want)
		}
	}
}
