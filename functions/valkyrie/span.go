package main

import (
	"fmt"
	"time"

	"valkyrie/alerts"
)

// A duration is a flag that is a duration, with days and weeks: 90s, 24h, 7d, 2w.
type duration time.Duration

func (s *duration) String() string { return brief(time.Duration(*s)) }

// Set reads it.
func (s *duration) Set(text string) error {
	d, err := alerts.ParseDuration(text)
	*s = duration(d)
	return err
}

// A past is a flag that is a moment which is over: so long ago, or a time.
type past struct {
	now  func() time.Time
	text string
	at   time.Time
}

func (p *program) ago(text string) past {
	t := past{now: p.now}
	if err := t.Set(text); err != nil {
		panic(err) // a default of ours
	}
	return t
}

func (p *past) String() string { return p.text }

// Set reads it.
func (p *past) Set(text string) (err error) {
	p.text = text
	p.at, err = parsePast(text, p.now(), time.Local)
	return err
}

// since says since when, to go after "no runs".
func (p *past) since() string {
	if _, err := alerts.ParseDuration(p.text); err == nil {
		return "in the last " + p.text
	}
	return "since " + p.at.UTC().Format("2006-01-02 15:04 UTC")
}

// parsePast reads how long ago something was ("90m", "7d", "2w"), or when: "today", "yesterday", "03:00" (the last one), "2026-11-01",
// "2026-11-01 03:00", RFC 3339. Times of day are those of zone.
func parsePast(s string, now time.Time, zone *time.Location) (time.Time, error) {
	if d, err := alerts.ParseDuration(s); err == nil && d > 0 {
		return now.Add(-d), nil
	}
	t, err := parseDay(s, now, zone)
	if err != nil || t.After(now) {
		return t, fmt.Errorf("expected how long ago, such as 90m, 24h, 7d or 2w, or a time that is over, such as yesterday, 03:00, 2026-11-01 or \"2026-11-01 03:00\"")
	}
	return t, nil
}

// parseDay reads a time as people write one that is over.
func parseDay(s string, now time.Time, zone *time.Location) (time.Time, error) {
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

// parseDate reads a date, with a time of day or without, or RFC 3339.
func parseDate(s string, zone *time.Location) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, "2006-01-02 15:04", time.DateTime} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t, nil
		}
	}
	return time.Parse(time.RFC3339, s)
}
