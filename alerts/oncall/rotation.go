package oncall

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"
)

// A Rotation is a duty that people take in turns: each for the same number of days (Every, HandOver, Start, People), or by a
// weekly table (Shifts). Exactly one person is on duty at any time.
type Rotation struct {
	Name string `yaml:"name"`
	Zone Zone   `yaml:"zone"` // time zone of its times; default UTC

	Every    Turn       `yaml:"every"`     // day, week, 3 days, 2 weeks; up to 366 days; default week
	HandOver TimeOfWeek `yaml:"hand_over"` // default 09:00 on the day of Start
	Start    Date       `yaml:"start"`     // a day on which the first of People takes over; turns before it are extrapolated
	People   []string   `yaml:"people"`    // names, in turn

	Shifts []Shift `yaml:"shifts"` // instead of the four above
}

// A Shift is a part of every week, with the person on duty.
type Shift struct {
	Who  string     `yaml:"who"`
	From TimeOfWeek `yaml:"from"`
	To   TimeOfWeek `yaml:"to"` // exclusive
}

// A Turn is the length of a duty, in days.
type Turn int

var turnText = regexp.MustCompile(`^(?:([1-9]\d{0,2}) )?(day|week)s?$`)

func parseTurn(s string) (Turn, error) {
	m := turnText.FindStringSubmatch(s)
	if m == nil {
		return 0, fmt.Errorf("expected a turn such as \"week\", \"day\" or \"3 days\", got %q", s)
	}
	n := 1
	if m[1] != "" {
		n, _ = strconv.Atoi(m[1])
	}
	if m[2] == "week" {
		n *= 7
	}
	return Turn(n), nil
}

// UnmarshalYAML reads a turn.
func (t *Turn) UnmarshalYAML(n *yaml.Node) error { return DecodeScalar(n, t, parseTurn) }

// A Duty is one person's turn.
type Duty struct {
	Who         string
	From, Until time.Time
}

// At returns the duty at a given time. It follows the wall clock of the zone, so a hand-over at 09:00 is at 09:00 in summer
// and in winter. The rotation must have passed config.Parse.
func (r Rotation) At(at time.Time) Duty {
	if len(r.Shifts) > 0 {
		return r.shiftAt(at)
	}
	if len(r.People) == 0 {
		return Duty{}
	}
	const aDay = 24 * 60 * 60
	// An estimate, as some days do not have 24 hours; in seconds, as a Duration holds 292 years only.
	n := int((at.Unix() - r.handOver(0).Unix()) / int64(r.TurnDays()*aDay))
	for at.Before(r.handOver(n)) {
		n--
	}
	for !at.Before(r.handOver(n + 1)) {
		n++
	}
	k := len(r.People)
	return Duty{r.People[(n%k+k)%k], r.handOver(n), r.handOver(n + 1)}
}

// TurnDays returns the length of a turn, in days.
func (r Rotation) TurnDays() int {
	const week = 7
	if r.Every == 0 {
		return week
	}
	return int(r.Every)
}

// handOver returns the start of turn n.
func (r Rotation) handOver(n int) time.Time {
	const nine = 9 * 60
	minute := nine
	if r.HandOver.IsSet() {
		minute = r.HandOver.Minute
	}
	y, m, d := r.Start.Date()
	return onClock(y, m, d+n*r.TurnDays(), minute, r.Zone.Location())
}

// MinutesPerWeek is the number of minutes in a week by the wall clock.
const MinutesPerWeek = 7 * 24 * 60

// shiftAt returns the duty at a given time by the weekly table: the shift that began last. Starts are compared as instants,
// not as wall clock times, so that none occurs twice when the clock is set back.
func (r Rotation) shiftAt(at time.Time) Duty {
	y, m, d := at.In(r.Zone.Location()).Date()
	sunday := d - int(at.In(r.Zone.Location()).Weekday())
	var duty Duty
	for week := -1; week <= 1; week++ {
		for _, s := range r.Shifts {
			begins := onClock(y, m, sunday+7*week, s.From.MinuteOfWeek(), r.Zone.Location())
			switch {
			case !begins.After(at) && !begins.Before(duty.From):
				duty.Who, duty.From = s.Who, begins
			case begins.After(at) && (duty.Until.IsZero() || begins.Before(duty.Until)):
				duty.Until = begins
			}
		}
	}
	return duty
}

// Minutes returns the length of the shift; a shift that ends when it begins lasts the whole week.
func (s Shift) Minutes() int {
	if n := (s.To.MinuteOfWeek() - s.From.MinuteOfWeek() + MinutesPerWeek) % MinutesPerWeek; n > 0 {
		return n
	}
	return MinutesPerWeek
}
