package alerts

import (
	"fmt"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// A Moment is a time as people write it: 2026-12-24 09:00, by the clock on some wall that is known only later, or exactly,
// with its distance from UTC, in RFC 3339.
type Moment struct {
	at    time.Time
	exact bool
}

const wallLayout = "2006-01-02 15:04"

// ParseMoment reads either form.
func ParseMoment(s string) (Moment, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return Moment{t, true}, nil
	}
	t, err := time.Parse(wallLayout, s)
	if err != nil {
		return Moment{}, fmt.Errorf("expected a time such as \"2026-12-24 09:00\" or \"2026-12-24T09:00:00+01:00\", got %q", s)
	}
	return Moment{t, false}, nil
}

// MomentAt is an exact one.
func MomentAt(t time.Time) Moment { return Moment{t, true} }

// In is the time when the clock in a zone shows the moment.
func (m Moment) In(zone *time.Location) time.Time {
	if m.exact {
		return m.at
	}
	y, mo, d := m.at.Date()
	return time.Date(y, mo, d, m.at.Hour(), m.at.Minute(), 0, 0, zone)
}

// IsZero reports whether nothing was written.
func (m Moment) IsZero() bool { return m.at.IsZero() }

func (m Moment) String() string {
	if m.exact {
		return m.at.Format(time.RFC3339)
	}
	return m.at.Format(wallLayout)
}

// MarshalText writes it as ParseMoment reads it.
func (m Moment) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText is the reverse of MarshalText.
func (m *Moment) UnmarshalText(text []byte) (err error) {
	*m, err = ParseMoment(string(text))
	return err
}

// UnmarshalYAML reads a moment.
func (m *Moment) UnmarshalYAML(n *yaml.Node) error { return scalar(n, m, ParseMoment) }

// Equal reports whether both were written alike.
func (m Moment) Equal(other Moment) bool { return m.String() == other.String() }

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
func (d *Date) UnmarshalYAML(n *yaml.Node) error { return scalar(n, d, parseDate) }

// A WeekTime is a time of the week by the clock on the wall: Monday 09:00; or of every day, when it names none: 09:00.
type WeekTime struct {
	Day    time.Weekday
	Daily  bool
	Minute int // since midnight
	set    bool
}

func parseWeekTime(s string) (WeekTime, error) {
	day, clock, named := strings.Cut(s, " ")
	if !named {
		clock = s
	}
	minute, err := parseClock(clock)
	weekday, ok := parseWeekday(day)
	if err != nil || named && !ok {
		return WeekTime{}, fmt.Errorf("expected a time such as \"09:00\" or \"Monday 09:00\", got %q", s)
	}
	return WeekTime{weekday, !named, minute, true}, nil
}

// UnmarshalYAML reads a time of the week.
func (w *WeekTime) UnmarshalYAML(n *yaml.Node) error { return scalar(n, w, parseWeekTime) }

// IsSet reports whether a time was written.
func (w WeekTime) IsSet() bool { return w.set }

func (w WeekTime) String() string {
	if w.Daily {
		return clockText(w.Minute)
	}
	return w.Day.String() + " " + clockText(w.Minute)
}

// ofWeek is the minute since Sunday 00:00.
func (w WeekTime) ofWeek() int { return int(w.Day)*24*60 + w.Minute }

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
