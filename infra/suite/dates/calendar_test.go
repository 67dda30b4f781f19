package main

import (
	"slices"
	"testing"
	"time"
)

// TestCalendar requires the kinds of dates on which programs fail.
func TestCalendar(t *testing.T) {
	if len(days) != 40 || len(zones) != 3 {
		t.Errorf("%d days, %d zones", len(days), len(zones))
	}
	weekdays, monthEnds, changes := map[time.Weekday]bool{}, map[time.Month]bool{}, map[string]int{}
	leap, after2038 := 0, 0
	seen := map[string]bool{}
	for _, text := range days {
		d := mustDay(text)
		if seen[text] {
			t.Errorf("%s is a duplicate", text)
		}
		seen[text] = true
		weekdays[d.Weekday()] = true
		if d.AddDate(0, 0, 1).Day() == 1 {
			monthEnds[d.Month()] = true
		}
		if d.Month() == time.February && d.Day() == 29 {
			leap++
		}
		if d.Unix() > 1<<31 {
			after2038++
		}
		for _, name := range append(slices.Clone(zones), "Europe/Berlin") {
			zone, err := time.LoadLocation(name)
			if err != nil {
				t.Fatal(err)
			}
			_, before := d.Add(-2 * time.Hour).In(zone).Zone()
			_, after := d.Add(2 * time.Hour).In(zone).Zone()
			switch {
			case after > before:
				changes[name+" forward"]++
			case after < before:
				changes[name+" back"]++
			}
		}
	}
	if len(weekdays) != 7 || len(monthEnds) != 12 || leap < 2 || after2038 == 0 {
		t.Errorf("%d weekdays, the ends of %d months, %d leap days, %d days beyond 32-bit seconds", len(weekdays), len(monthEnds), leap, after2038)
	}
	for _, change := range []string{"Europe/Berlin forward", "Europe/Berlin back", "America/New_York forward", "America/New_York back", "Pacific/Auckland forward", "Pacific/Auckland back"} {
		if changes[change] == 0 {
			t.Errorf("no change of the clocks: %s", change)
		}
	}
}

// TestSample requires that a sample has all zones, and the whole job each day under each.
func TestSample(t *testing.T) {
	if n := len(suite{}.jobs(1)); n != 120 {
		t.Errorf("%d runs of a package", n)
	}
	in := map[string]int{}
	for _, j := range (suite{rarely: true}).jobs(1) {
		in[j.zone]++
	}
	if len(in) != 3 || in["UTC"]+in["America/New_York"]+in["Pacific/Auckland"] != 5 {
		t.Errorf("a pure package runs %v", in)
	}
}
