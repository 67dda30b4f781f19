package alerts_test

import (
	"testing"
	"time"

	"valkyrie/alerts"
)

func TestWhereTheStandbyWorks(t *testing.T) {
	at := func(d time.Duration) time.Time { return start.Add(d) }
	for _, c := range []struct {
		about string
		s     alerts.Sighting
		want  alerts.Place
	}{
		{"home is at work", alerts.Sighting{Reachable: true, Beat: at(-time.Minute)}, alerts.Nowhere},
		{"home is at work, and probes could not reach it a while ago", alerts.Sighting{Reachable: true, Beat: at(-time.Minute), Own: true}, alerts.Nowhere},
		{"home's clock is ahead", alerts.Sighting{Reachable: true, Beat: at(time.Minute)}, alerts.Nowhere},
		{"its pager has missed two minutes", alerts.Sighting{Reachable: true, Beat: at(-179 * time.Second)}, alerts.Nowhere},
		{"its pager has missed three", alerts.Sighting{Reachable: true, Beat: at(-3 * time.Minute)}, alerts.AtHome},
		{"it never was there, and we have just come", alerts.Sighting{Reachable: true, Since: at(-time.Minute)}, alerts.Nowhere},
		{"it never was there", alerts.Sighting{Reachable: true, Since: at(-4 * time.Minute)}, alerts.AtHome},
		{"its table does not answer for a moment", alerts.Sighting{Beat: at(-time.Minute)}, alerts.Nowhere},
		{"nor for probes", alerts.Sighting{Beat: at(-time.Minute), Own: true}, alerts.Nowhere},
		{"nor for probes, and its pager is overdue", alerts.Sighting{Beat: at(-90 * time.Second), Own: true}, alerts.Here},
		{"its table does not answer, its pager is overdue", alerts.Sighting{Beat: at(-90 * time.Second)}, alerts.Nowhere},
		{"its table does not answer for three minutes", alerts.Sighting{Beat: at(-3 * time.Minute)}, alerts.Here},
		{"it never answered", alerts.Sighting{Since: at(-3 * time.Minute)}, alerts.Here},
	} {
		if got, why := c.s.Place(start); got != c.want || why == "" {
			t.Errorf("%s: %s (%s), want %s", c.about, got, why, c.want)
		}
	}
}
