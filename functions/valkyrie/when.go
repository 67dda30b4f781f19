package main

import (
	"fmt"
	"strings"
	"time"
)

// parseWhen reads a time as people write it, in a zone: "now", "03:00" and "sunday 03:00" (the next one), "tomorrow 03:00",
// "2026-11-22" (its first minute), "2026-11-22 03:00", RFC 3339.
func parseWhen(s string, now time.Time, zone *time.Location) (time.Time, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	if s == "now" || s == "" {
		return now, nil
	}
	if t, err := parseDate(strings.ToUpper(s), zone); err == nil {
		return t, nil
	}
	day, clock, named := strings.Cut(s, " ")
	if !named {
		day, clock = "", s
	}
	at, err := time.Parse("15:04", clock)
	if err != nil {
		return time.Time{}, wrongWhen(s)
	}
	today := now.In(zone)
	for ahead := range 8 {
		y, m, d := today.Date()
		t := time.Date(y, m, d+ahead, at.Hour(), at.Minute(), 0, 0, zone)
		if dayIs(day, t, ahead) && !t.Before(now) {
			return t, nil
		}
	}
	return time.Time{}, wrongWhen(s)
}

// dayIs reports whether t, so many days ahead, is on the day that is meant.
func dayIs(day string, t time.Time, ahead int) bool {
	const shortest = 3
	switch day {
	case "":
		return true
	case "today":
		return ahead == 0
	case "tomorrow":
		return ahead == 1
	}
	return len(day) >= shortest && strings.HasPrefix(strings.ToLower(t.Weekday().String()), day)
}

func wrongWhen(s string) error {
	return fmt.Errorf("expected a time such as \"sunday 03:00\", \"2026-11-22 03:00\" or RFC 3339, got %q", s)
}
