package oncall

import (
	"fmt"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// A WallTime is a time as people write it: 2026-12-24 09:00, by the clock on some wall that is known only later, or exactly,
// with its distance from UTC, in RFC 3339.
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

// ExactTime is an exact one.
func ExactTime(t time.Time) WallTime { return WallTime{t, true} }

// In is the time when the clock in a zone shows the moment.
func (m WallTime) In(zone *time.Location) time.Time {
	if m.exact {
		return m.at
	}
	y, mo, d := m.at.Date()
	return time.Date(y, mo, d, m.at.Hour(), m.at.Minute(), 0, 0, zone)
}

// IsZero reports whether nothing was written.
func (m WallTime) IsZero() bool { return m.at.IsZero() }

func (m WallTime) String() string {
	if m.exact {
		return m.at.Format(time.RFC3339)
	}
	return m.at.Format(wallLayout)
}

// MarshalText writes it as ParseMoment reads it.
func (m WallTime) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText is the reverse of MarshalText.
func (m *WallTime) UnmarshalText(text []byte) (err error) {
	*m, err = ParseWallTime(string(text))
	return err
}

// UnmarshalYAML reads a moment.
func (m *WallTime) UnmarshalYAML(n *yaml.Node) error { return DecodeScalar(n, m, ParseWallTime) }

// Equal reports whether both were written alike.
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

// A TimeOfWeek is a time of the week by the clock on the wall: Monday 09:00; or of every day, when it names none: 09:00.
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

// IsSet reports whether a time was written.
func (w TimeOfWeek) IsSet() bool { return w.set }

func (w TimeOfWeek) String() string {
	if w.Daily {
		return clockText(w.Minute)
	}
	return w.Day.String() + " " + clockText(w.Minute)
}

// MinuteOfWeek is the minute since Sunday 00:00.
func (w TimeOfWeek) MinuteOfWeek() int { return int(w.Day)*24*60 + w.Minute }

// parseWeekday reads a day's name, or at least three letters of it.
func parseWeekday(s string) (time.Weekday, bool) {
	const shortest = 3
	for d := time.Sunday; d <= time.Saturday; d++ {
		if len(s) >= shortest && strings.HasPrefix(strings.ToLower(d.String()), strings.ToLower(s)) {
			return d, true
		}
	}
	return 0, false
}

// parseClock reads the time of day in minutes since midnight.
func parseClock(s string) (int, error) {
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != len("15:04") {
		return 0, fmt.Errorf("expected a time of day such as \"09:00\", got %q", s)
	}
	return minuteOf(t), nil
}

func clockText(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60%24, minutes%60) }

func minuteOf(local time.Time) int { return local.Hour()*60 + local.Minute() }

func (m WallTime) same(other WallTime) bool { return m.exact == other.exact && m.at.Equal(other.at) }
