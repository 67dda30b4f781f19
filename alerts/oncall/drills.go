package oncall

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"valkyrie/alerts/cron"
)

// Drills is the schedule of drills of the escalation.
type Drills struct {
	Every DrillTime `yaml:"every"` // at most once an hour, at least once in 366 days
	Zone  Zone      `yaml:"zone"`  // default UTC
}

// A DrillTime is a recurring time: "first Tuesday 10:00" of every month, or five fields as in cron. The zero DrillTime never
// occurs.
type DrillTime struct {
	text string
	recurrence
}

// recurrence is a series of times: a monthly or a cron.Schedule.
type recurrence interface {
	Next(t time.Time) time.Time // the first after t
}

// monthly is a weekday of every month, such as the first Tuesday.
type monthly struct {
	week   int // 0: the first; -1: the last
	day    time.Weekday
	minute int // since midnight
}

var weeks = []string{"first", "second", "third", "fourth"}

func parseDrillTime(s string) (DrillTime, error) {
	words := strings.Fields(strings.TrimPrefix(s, "monthly "))
	if len(words) == 3 {
		week := slices.Index(weeks, words[0])
		day, ok := parseWeekday(words[1])
		minute, err := parseClock(words[2])
		if ok && err == nil && (week >= 0 || words[0] == "last") {
			return DrillTime{s, monthly{week, day, minute}}, nil
		}
	}
	schedule, err := cron.Parse(s)
	if err == nil && schedule.Interval() > MaxDrillDelay {
		err = fmt.Errorf("it never comes, as @every has no time of the day; write one, such as \"0 10 * * *\"")
	}
	if err != nil {
		fault := fmt.Sprintf("expected a time such as \"first Tuesday 10:00\" (of every month), or five fields as in cron, got %q", s)
		if len(strings.Fields(s)) >= 5 || strings.HasPrefix(s, "@") {
			fault = fmt.Sprintf("%s: %v", fault, err)
		}
		return DrillTime{}, errors.New(fault)
	}
	return DrillTime{s, schedule}, nil
}

// Next returns the first such time after t, by the wall clock of t's zone.
func (m monthly) Next(t time.Time) time.Time {
	y, month, _ := t.Date()
	for ahead := range 3 { // it occurs by the end of next month
		first := onClock(y, month+time.Month(ahead), 1, m.minute, t.Location())
		day := 1 + int(m.day-first.Weekday()+7)%7 + 7*m.week
		if m.week < 0 {
			last := onClock(y, month+time.Month(ahead)+1, 0, m.minute, t.Location())
			day = last.Day() - int(last.Weekday()-m.day+7)%7
		}
		if at := onClock(y, month+time.Month(ahead), day, m.minute, t.Location()); at.After(t) {
			return at
		}
	}
	return time.Time{}
}

// IsSet reports whether a time was written.
func (d DrillTime) IsSet() bool { return d.recurrence != nil }

func (d DrillTime) String() string { return d.text }

// Equal reports whether both are written alike.
func (d DrillTime) Equal(other DrillTime) bool { return d.text == other.text }

// UnmarshalYAML reads a drill time.
func (d *DrillTime) UnmarshalYAML(n *yaml.Node) error { return DecodeScalar(n, d, parseDrillTime) }

// MaxDrillDelay is the maximum delay of a drill. A drill that could not begin by then is skipped.
const MaxDrillDelay = time.Hour
