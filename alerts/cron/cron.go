// Package cron parses schedules written as in crontab and computes their next time, with a defined result at every clock change
// and bounded loops. It exists because the available libraries return the zero time for a date that never occurs, miss 29 February
// across 2100, or run a 02:30 twice on the night the clocks go back; a pager may do none of these.
//
// A schedule has five fields: minute (0-59), hour (0-23), day of the month (1-31), month (1-12 or jan-dec) and day of the week
// (0-6 or sun-sat, 0 is Sunday). A field is a list of values joined by commas, each *, a value or a range such as mon-fri, with a
// step such as */15, 10-30/5 or 10/5 (from 10 on, each fifth). ? is the same as *. Names may be in capitals.
//
// If both days are restricted, a date must match only one of them. A day that begins with a plain * or ? is not restricted; a day
// such as */2 is.
//
// The five fields may be replaced by @yearly (or @annually), @monthly, @weekly, @daily (or @midnight), @hourly, and @every with a
// duration such as 90m. CRON_TZ=Europe/Berlin before a schedule (or TZ=) fixes its time zone.
//
// Where the clocks change:
//   - A schedule for some hours of the day counts days: a skipped time occurs right after the clocks go forward, and a repeated
//     time occurs once, at the first.
//   - A schedule for every hour counts hours: a skipped time does not occur, and a repeated time occurs twice.
package cron

import (
	"fmt"
	"strings"
	"time"
)

// A Schedule is a series of times. The zero Schedule has none.
type Schedule struct {
	text                            string
	minute, hour, day, month, wkday set
	every                           time.Duration  // interval of @every; else 0
	zone                            *time.Location // nil: the zone of the time passed to Next
}

var descriptors = map[string]string{
	"@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
	"@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
}

// Parse parses a schedule. A schedule that never occurs, such as 30 February, is an error.
func Parse(text string) (Schedule, error) {
	s := Schedule{text: text}
	rest, err := s.parseZone(text)
	if err != nil {
		return Schedule{}, err
	}
	if length, ok := strings.CutPrefix(rest, "@every "); ok {
		if s.every, err = time.ParseDuration(strings.TrimSpace(length)); err != nil || s.every <= 0 {
			return Schedule{}, fmt.Errorf("@every: expected a duration above 0, such as 90m, got %q", length)
		}
		s.every = max(s.every.Truncate(time.Second), time.Second)
		return s, nil
	}
	if strings.HasPrefix(rest, "@") {
		fields, ok := descriptors[rest]
		if !ok {
			return Schedule{}, fmt.Errorf("%s is unknown; known: @yearly, @monthly, @weekly, @daily, @hourly, @every 90m", rest)
		}
		rest = fields
	}
	if err := s.parseFields(strings.Fields(rest)); err != nil {
		return Schedule{}, err
	}
	if err := s.checkComes(); err != nil {
		return Schedule{}, err
	}
	return s, nil
}

// parseZone reads the time zone before a schedule, if there is one, and returns the rest.
func (s *Schedule) parseZone(text string) (string, error) {
	zone, ok := strings.CutPrefix(text, "CRON_TZ=")
	if !ok {
		if zone, ok = strings.CutPrefix(text, "TZ="); !ok {
			return text, nil
		}
	}
	zone, rest, ok := strings.Cut(zone, " ")
	if !ok {
		return "", fmt.Errorf("expected a schedule behind the time zone, such as %q", text+" 0 6 * * *")
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return "", fmt.Errorf("expected a time zone such as Europe/Berlin, got %q", zone)
	}
	if loc != time.Local { // a schedule means the same on every machine
		s.zone = loc
	}
	return strings.TrimSpace(rest), nil
}

// String returns the schedule as written.
func (s Schedule) String() string { return s.text }

// IsZero reports whether s has no times at all.
func (s Schedule) IsZero() bool { return s == Schedule{} }

// Interval returns the interval of an @every schedule, whose times depend on the start; 0 for other schedules.
func (s Schedule) Interval() time.Duration { return s.every }
