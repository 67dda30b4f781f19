package judge_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/probes/journey"
)

// ordersByHour is an ordinary day of a shop, in orders of 15 minutes.
var ordersByHour = []float64{6, 4, 3, 3, 3, 5, 12, 35, 90, 140, 150, 150, 140, 140, 140, 130, 120, 110, 90, 60, 40, 22, 12, 8}

// orders judges so many days of orders with Poisson noise, each 15 minutes, and returns the openings and closings by day.
func orders(t *testing.T, days int, level func(at time.Time) float64) (changes []string, opened int) {
	t.Helper()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	p := alertstest.ShippedPolicy(t)
	p.Counts = []judge.CountRule{{Baseline: &judge.Baseline{Name: "orders", Zone: "Europe/Berlin"}}}
	var s judge.JourneyState
	dice := rand.New(rand.NewPCG(3, 4))
	from := time.Date(2026, 8, 31, 0, 0, 0, 0, berlin)
	for at := from; at.Before(from.AddDate(0, 0, days)); at = at.Add(15 * time.Minute) {
		here := at.In(berlin)
		minute := float64(here.Hour()*60+here.Minute()) / 60
		before, after := ordersByHour[here.Hour()], ordersByHour[(here.Hour()+1)%24]
		usual := before + (after-before)*(minute-math.Floor(minute))
		run := journey.Run{
			ID: fmt.Sprint(at.Unix()), Journey: "print-card", Region: "eu", Slot: at.UTC(), EveryMS: 900_000, Outcome: journey.Passed,
			Counts: []journey.Count{{Name: "orders", Value: poisson(dice, usual*level(here))}},
		}
		for _, d := range s.Fold(p, run, "") {
			if d.Incident.Kind != incident.Counts || d.Verb == judge.Continues {
				continue
			}
			if d.Verb != judge.Resolves {
				opened++
			}
			changes = append(changes, fmt.Sprintf("%s %s: %s", here.Format("2 Jan 15:04"), d.Verb, d.Reason))
		}
		s.Outbox = nil
	}
	return changes, opened
}

// TestCalendar: neither a change of the clock, nor a sale of three weeks, nor its end is a fault; a holiday is one at most.
func TestCalendar(t *testing.T) {
	ordinary := func(time.Time) float64 { return 1 }
	between := func(month time.Month, from, to int, factor float64) func(time.Time) float64 {
		return func(at time.Time) float64 {
			if at.Month() == month && at.Day() >= from && at.Day() <= to {
				return factor
			}
			return 1
		}
	}
	for name, c := range map[string]struct {
		days  int
		level func(time.Time) float64
		most  int
	}{
		"summer time ends":   {75, ordinary, 0},
		"a sale":             {100, between(time.November, 1, 21, 2.2), 0},
		"Christmas, quietly": {125, between(time.December, 24, 26, 0.6), 1},
		"Christmas, half":    {125, between(time.December, 24, 26, 0.4), 3},
	} {
		if changes, opened := orders(t, c.days, c.level); opened > c.most {
			t.Errorf("%s: opened %d times: %q", name, opened, changes)
		}
	}
}

// TestSteepHours: a shop that closes, or whose nightly peak ends within an hour, is as usual while its level falls, whatever the
// zone's clock did in the weeks before.
func TestSteepHours(t *testing.T) {
	for name, byHour := range map[string][24]float64{
		"the peak is at night": {150, 140, 130, 120, 20, 5, 2, 2, 2, 2, 2, 2, 3, 3, 3, 4, 5, 6, 10, 20, 40, 80, 120, 150},
		"it closes at two":     {200, 200, 0, 0, 0, 0, 0, 0, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200},
	} {
		for zone, from := range map[string]time.Time{
			"Europe/Berlin":    time.Date(2026, 9, 28, 0, 0, 0, 0, time.UTC),
			"America/New_York": time.Date(2027, 2, 15, 0, 0, 0, 0, time.UTC),
		} {
			for _, sudden := range []bool{true, false} {
				where, err := time.LoadLocation(zone)
				if err != nil {
					t.Fatal(err)
				}
				p := alertstest.ShippedPolicy(t)
				p.Counts = []judge.CountRule{{Baseline: &judge.Baseline{Name: "orders", Zone: zone}}}
				var s judge.JourneyState
				dice := rand.New(rand.NewPCG(3, 4))
				for at := from; at.Before(from.AddDate(0, 0, 35)); at = at.Add(2 * time.Minute) {
					here := at.In(where)
					usual := byHour[here.Hour()]
					if !sudden {
						usual += (byHour[(here.Hour()+1)%24] - usual) * float64(here.Minute()) / 60
					}
					run := journey.Run{
						ID: fmt.Sprint(at.Unix()), Journey: "print-card", Region: "eu", Slot: at, EveryMS: 120_000, Outcome: journey.Passed,
						Counts: []journey.Count{{Name: "orders", Value: poisson(dice, usual)}},
					}
					for _, d := range s.Fold(p, run, "") {
						if d.Verb == judge.Opens || d.Verb == judge.Reopens {
							t.Errorf("%s in %s, suddenly %t: %s: %s", name, zone, sudden, here.Format("Mon 2 Jan 15:04"), d.Reason)
						}
					}
					s.Outbox = nil
				}
			}
		}
	}
}

// TestCollapse: a collapse by day is noticed at once, a collapse to zero at night within the night, and a drop of 40 % within
// hours.
func TestCollapse(t *testing.T) {
	day := func(at time.Time) bool { return at.Month() == time.October && at.Day() == 14 }
	for name, c := range map[string]struct {
		level  func(time.Time) float64
		within time.Duration
		from   int // hour
	}{
		"by day":        {func(at time.Time) float64 { return hours(day(at) && at.Hour() >= 10, 0.1) }, 30 * time.Minute, 10},
		"zero at night": {func(at time.Time) float64 { return hours(day(at) && at.Hour() < 7, 0) }, 4 * time.Hour, 0},
		"by 40 %":       {func(at time.Time) float64 { return hours(day(at) && at.Hour() >= 11, 0.6) }, 4 * time.Hour, 11},
	} {
		changes, opened := orders(t, 45, c.level)
		latest := time.Date(2026, 10, 14, c.from, 0, 0, 0, time.UTC).Add(c.within).Format("2 Jan 15:04")
		earliest := time.Date(2026, 10, 14, c.from, 0, 0, 0, time.UTC).Format("2 Jan 15:04")
		if opened == 0 || changes[0][:12] > latest || changes[0][:12] < earliest {
			t.Errorf("%s: want it between %s and %s: %q", name, earliest, latest, changes)
		}
	}
}

func hours(while bool, factor float64) float64 {
	if while {
		return factor
	}
	return 1
}
