package oncall

import (
	"slices"
	"time"
)

// A Maintenance is a window in which pages about some journeys are suppressed: once (From, To), or every day or week (Every,
// For).
type Maintenance struct {
	Journeys []string `yaml:"journeys"` // names; empty: all
	Zone     Zone     `yaml:"zone"`     // default UTC

	From WallTime `yaml:"from"`
	To   WallTime `yaml:"to"` // exclusive; at most 31 days after From

	Every TimeOfWeek    `yaml:"every"` // such as Sunday 03:00, or 03:00 for every day
	For   time.Duration `yaml:"for"`   // at least 1m, and less than a day, or than a week
}

// Covers reports whether the window applies to a journey.
func (m Maintenance) Covers(journey string) bool {
	return len(m.Journeys) == 0 || slices.Contains(m.Journeys, journey)
}

// ActiveAt reports whether the window is open.
func (m Maintenance) ActiveAt(at time.Time) bool {
	_, on := m.ActiveUntil(at)
	return on
}

// ActiveUntil returns the end of the window if it is open. A recurring window begins by the wall clock and lasts For.
func (m Maintenance) ActiveUntil(at time.Time) (end time.Time, on bool) {
	zone := m.Zone.Location()
	if !m.Every.IsSet() {
		return m.To.In(zone), !at.Before(m.From.In(zone)) && at.Before(m.To.In(zone))
	}
	y, mo, d := at.In(zone).Date()
	const longest = 8 // days; it may have begun a week ago
	for ago := range longest {
		begins := onClock(y, mo, d-ago, m.Every.Minute, zone)
		today := time.Date(y, mo, d-ago, 0, 0, 0, 0, time.UTC).Weekday()
		if (m.Every.Daily || today == m.Every.Day) && !at.Before(begins) && at.Before(begins.Add(m.For)) {
			return begins.Add(m.For), true
		}
	}
	return time.Time{}, false
}
