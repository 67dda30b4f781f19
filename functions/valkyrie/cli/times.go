package cli

import (
	"fmt"
	"strings"
	"time"

	"valkyrie/alerts/config"
)

// Day is 24 hours.
const Day = 24 * time.Hour

// Duration is a flag for a duration, with days and weeks: 90s, 24h, 7d, 2w.
type Duration time.Duration

// String formats the duration.
func (d *Duration) String() string { return FormatDuration(time.Duration(*d)) }

// Set parses the duration.
func (d *Duration) Set(text string) error {
	parsed, err := config.ParseDuration(text)
	*d = Duration(parsed)
	return err
}

// FormatDuration formats a duration without trailing zeros, and whole days as days: 5m rather than 5m0s, 7d rather than 168h0m0s.
func FormatDuration(d time.Duration) string {
	if days := d / Day; d > Day && d%Day == 0 {
		return fmt.Sprintf("%dd", days)
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// PastTime is a flag for a time in the past, absolute or relative to Now. At is zero until it is set.
type PastTime struct {
	Now  func() time.Time
	Text string // as typed
	At   time.Time
}

// Ago returns a PastTime with a default, such as "24h".
func Ago(text string, now func() time.Time) PastTime {
	p := PastTime{Now: now}
	if err := p.Set(text); err != nil {
		panic(err) // defaults are constants of this program
	}
	return p
}

// String returns the time as it was typed.
func (p *PastTime) String() string { return p.Text }

// Set parses the time.
func (p *PastTime) Set(text string) (err error) {
	p.Text = text
	p.At, err = ParsePast(text, p.Now(), time.Local)
	return err
}

// Since describes the period that begins at the time, to follow "no runs": "in the last 24h".
func (p *PastTime) Since() string {
	if _, err := config.ParseDuration(p.Text); err == nil {
		return "in the last " + p.Text
	}
	return "since " + FormatMinute(p.At)
}

// FormatMinute formats a time to the minute, in UTC.
func FormatMinute(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// ParsePast parses a duration before now ("90m", "7d", "2w") or a time in the past: "today", "yesterday", "03:00" (the last
// one), "2026-11-01", "2026-11-01 03:00", RFC 3339. Times of day are in zone.
func ParsePast(s string, now time.Time, zone *time.Location) (time.Time, error) {
	if d, err := config.ParseDuration(s); err == nil && d > 0 {
		return now.Add(-d), nil
	}
	t, err := parseLastTime(s, now, zone)
	if err != nil || t.After(now) {
		return t, fmt.Errorf("expected how long ago, such as 90m, 24h, 7d or 2w, or a time that is over, such as yesterday, 03:00, 2026-11-01 or \"2026-11-01 03:00\"")
	}
	return t, nil
}

// parseLastTime parses a date, or the last time of day that is not after now.
func parseLastTime(s string, now time.Time, zone *time.Location) (time.Time, error) {
	y, m, d := now.In(zone).Date()
	switch s {
	case "today":
		return time.Date(y, m, d, 0, 0, 0, 0, zone), nil
	case "yesterday":
		return time.Date(y, m, d-1, 0, 0, 0, 0, zone), nil
	}
	if clock, err := time.Parse("15:04", s); err == nil {
		t := time.Date(y, m, d, clock.Hour(), clock.Minute(), 0, 0, zone)
		if t.After(now) {
			t = time.Date(y, m, d-1, clock.Hour(), clock.Minute(), 0, 0, zone)
		}
		return t, nil
	}
	return parseDate(s, zone)
}

// parseDate parses a date, with or without a time of day, or RFC 3339.
func parseDate(s string, zone *time.Location) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, "2006-01-02 15:04", time.DateTime} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t, nil
		}
	}
	return time.Parse(time.RFC3339, s)
}

// ParseTime parses "now", the next "03:00" or "sunday 03:00", "tomorrow 03:00", "2026-11-22" (its first minute), "2026-11-22
// 03:00" or RFC 3339. Times of day are in zone.
func ParseTime(s string, now time.Time, zone *time.Location) (time.Time, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	if s == "now" || s == "" {
		return now, nil
	}
	if t, err := parseDate(strings.ToUpper(s), zone); err == nil {
		return t, nil
	}
	day, clock, hasDay := strings.Cut(s, " ")
	if !hasDay {
		day, clock = "", s
	}
	timeOfDay, err := time.Parse("15:04", clock)
	if err != nil {
		return time.Time{}, errNoTime(s)
	}
	y, m, d := now.In(zone).Date()
	for ahead := range 8 {
		t := time.Date(y, m, d+ahead, timeOfDay.Hour(), timeOfDay.Minute(), 0, 0, zone)
		if isDay(day, t, ahead) && !t.Before(now) {
			return t, nil
		}
	}
	return time.Time{}, errNoTime(s)
}

// isDay reports whether t, which is so many days ahead, falls on the named day; an empty name is any day.
func isDay(name string, t time.Time, ahead int) bool {
	const shortestName = 3
	switch name {
	case "":
		return true
	case "today":
		return ahead == 0
	case "tomorrow":
		return ahead == 1
	}
	return len(name) >= shortestName && strings.HasPrefix(strings.ToLower(t.Weekday().String()), name)
}

func errNoTime(s string) error {
	return fmt.Errorf("expected a time such as \"sunday 03:00\", \"2026-11-22 03:00\" or RFC 3339, got %q", s)
}

// ParseUntil parses a duration from now, or a time as ParseTime does.
func ParseUntil(s string, now time.Time, zone *time.Location) (time.Time, error) {
	if d, err := config.ParseDuration(s); err == nil {
		return now.Add(d), nil
	}
	return ParseTime(s, now, zone)
}
