package oncall

import (
	"fmt"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// A WallTime is a time in one of two forms: 2026-12-24 09:00 by the wall clock of a zone that is given later, or exact, in
// RFC 3339 with its offset from UTC.
type WallTime struct {
	at    time.Time
	exact bool
}

const wallLayout = "2006-01-02 15:04"

// ParseWallTime reads either form.
func ParseWallTime(s string) (WallTime, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return WallTime{t, true}, nil
	}
	t, err := time.Parse(wallLayout, s)
	if err != nil {
		return WallTime{}, fmt.Errorf("expected a time such as \"2026-12-24 09:00\" or \"2026-12-24T09:00:00+01:00\", got %q", s)
	}
	return WallTime{t, false}, nil
}

// ExactTime returns an exact WallTime.
func ExactTime(t time.Time) WallTime { return WallTime{t, true} }

// In returns the time at which the wall clock of a zone shows m; an exact time is independent of the zone. Of a repeated time it is
// the first; a skipped one is as much later as the clock is put forward, so that a span keeps its length.
func (m WallTime) In(zone *time.Location) time.Time {
	if m.exact {
		return m.at
	}
	at, _ := wallTime(m.at, zone)
	return at
}

// onClock returns the time at which the wall clock shows a minute of a day, counted from its midnight. Of a repeated time it is the
// first; a skipped one occurs right after the change, as in package cron, which time.Date defines for neither.
func onClock(year int, month time.Month, day, minute int, zone *time.Location) time.Time {
	at, skipped := wallTime(time.Date(year, month, day, 0, minute, 0, 0, time.UTC), zone)
	if changed, _ := at.ZoneBounds(); skipped && !changed.IsZero() {
		return changed.In(zone)
	}
	return at
}

// wallTime returns the first time at which the clock of a zone shows what wall shows in UTC. If the clock skips it, that is reported,
// and the time is by the clock before the change.
func wallTime(wall time.Time, zone *time.Location) (at time.Time, skipped bool) {
	const aDay = 24 * time.Hour // no zone changes its clock twice within two
	_, before := wall.Add(-aDay).In(zone).Zone()
	_, after := wall.Add(aDay).In(zone).Zone()
	for _, offset := range []int{before, after} {
		at = wall.Add(-time.Duration(offset) * time.Second).In(zone)
		if _, there := at.Zone(); there == offset {
			return at, false
		}
	}
	return wall.Add(-time.Duration(before) * time.Second).In(zone), true
}

// IsZero reports whether no time is set.
func (m WallTime) IsZero() bool { return m.at.IsZero() }

func (m WallTime) String() string {
	if m.exact {
		return m.at.Format(time.RFC3339)
	}
	return m.at.Format(wallLayout)
}

// MarshalText writes the form that ParseWallTime reads.
func (m WallTime) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText is the reverse of MarshalText.
func (m *WallTime) UnmarshalText(text []byte) (err error) {
	*m, err = ParseWallTime(string(text))
	return err
}

// UnmarshalYAML reads a WallTime.
func (m *WallTime) UnmarshalYAML(n *yaml.Node) error { return DecodeScalar(n, m, ParseWallTime) }

// Equal reports whether both are written alike.
func (m WallTime) Equal(other WallTime) bool { return m.String() == other.String() }

// A Date is a day of the calendar.
type Date struct{ time.Time }

func parseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("expected a date such as 2026-11-23, got %q", s)
	}
	return Date{t}, nil
}

// UnmarshalYAML reads a date.
func (d *Date) UnmarshalYAML(n *yaml.Node) error { return DecodeScalar(n, d, parseDate) }

// A TimeOfWeek is a time of the week by the wall clock, such as Monday 09:00, or without a weekday a time of every day.
type TimeOfWeek struct {
	Day    time.Weekday
	Daily  bool
	Minute int // since midnight
	set    bool
}

func parseTimeOfWeek(s string) (TimeOfWeek, error) {
	day, clock, named := strings.Cut(s, " ")
	if !named {
		clock = s
	}
	minute, err := parseClock(clock)
	weekday, ok := parseWeekday(day)
	if err != nil || named && !ok {
		return TimeOfWeek{}, fmt.Errorf("expected a time such as \"09:00\" or \"Monday 09:00\", got %q", s)
	}
	return TimeOfWeek{weekday, !named, minute, true}, nil
}

// UnmarshalYAML reads a time of the week.
func (w *TimeOfWeek) UnmarshalYAML(n *yaml.Node) error { return DecodeScalar(n, w, parseTimeOfWeek) }

// IsSet reports whether a time is set.
func (w TimeOfWeek) IsSet() bool { return w.set }

func (w TimeOfWeek) String() string {
	if w.Daily {
		return clockText(w.Minute)
	}
	return w.Day.String() + " " + clockText(w.Minute)
}

// MinuteOfWeek returns the minutes since Sunday 00:00.
func (w TimeOfWeek) MinuteOfWeek() int { return int(w.Day)*24*60 + w.Minute }

// parseWeekday reads a day's name, or a prefix of at least three letters.
func parseWeekday(s string) (time.Weekday, bool) {
	const shortest = 3
	for d := time.Sunday; d <= time.Saturday; d++ {
		if len(s) >= shortest && strings.HasPrefix(strings.ToLower(d.String()), strings.ToLower(s)) {
			return d, true
		}
	}
	return 0, false
}

// parseClock reads a time of day and returns minutes since midnight.
func parseClock(s string) (int, error) {
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != len("15:04") {
		return 0, fmt.Errorf("expected a time of day such as \"09:00\", got %q", s)
	}
	return minuteOf(t), nil
}

func clockText(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60%24, minutes%60) }

func minuteOf(local time.Time) int { return local.Hour()*60 + local.Minute() }

// equalInstant reports whether both have the same form and time.
func (m WallTime) equalInstant(other WallTime) bool {
	return m.exact == other.exact && m.at.Equal(other.at)
}
