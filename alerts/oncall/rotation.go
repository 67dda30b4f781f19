package oncall

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"
)

// A Rotation is a duty that people take in turns: each for the same number of days (Every, HandOver, Start, People), or
// by a table of the week (Shifts). At each moment exactly one person has it.
type Rotation struct {
	Name string `yaml:"name"`
	Zone Zone   `yaml:"zone"` // whose clock its times are by; default UTC

	Every    Turn       `yaml:"every"`     // day, week, 3 days, 2 weeks; default week
	HandOver TimeOfWeek `yaml:"hand_over"` // default 09:00 on the day of Start
	Start    Date       `yaml:"start"`     // a day on which the first of People takes over; before it the turns run backwards
	People   []string   `yaml:"people"`    // names, in turn

	Shifts []Shift `yaml:"shifts"` // instead of all of these
}

// A Shift is a part of every week, and who has it.
type Shift struct {
	Who  string     `yaml:"who"`
	From TimeOfWeek `yaml:"from"`
	To   TimeOfWeek `yaml:"to"` // the first moment that is not in it
}

// A Turn is how long a person has a duty, in days.
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

// At says who has the duty at a moment, and for how long. It is a function of the clock on the wall of the zone, so a
// hand-over at 09:00 is at 09:00 in summer and in winter. The rotation must be one that Parse has let pass.
func (r Rotation) At(at time.Time) Duty {
	if len(r.Shifts) > 0 {
		return r.shiftAt(at)
	}
	if len(r.People) == 0 {
		return Duty{}
	}
	const aDay = 24 * time.Hour
	turn := time.Duration(r.TurnDays()) * aDay
	n := int(at.Sub(r.handOver(0)) / turn) // a first guess: days are not all of 24 hours
	for at.Before(r.handOver(n)) {
		n--
	}
	for !at.Before(r.handOver(n + 1)) {
		n++
	}
	k := len(r.People)
	return Duty{r.People[(n%k+k)%k], r.handOver(n), r.handOver(n + 1)}
}

func (r Rotation) TurnDays() int {
	const week = 7
	if r.Every == 0 {
		return week
	}
	return int(r.Every)
}

// handOver is when turn n begins.
func (r Rotation) handOver(n int) time.Time {
	const nine = 9 * 60
	minute := nine
	if r.HandOver.IsSet() {
		minute = r.HandOver.Minute
	}
	y, m, d := r.Start.Date()
	return time.Date(y, m, d+n*r.TurnDays(), 0, minute, 0, 0, r.Zone.Location())
}

const MinutesPerWeek = 7 * 24 * 60 // minutes

// shiftAt looks a moment up in the table of the week: whoever began last has the duty. The beginnings are moments and not
// readings of a clock, so that none comes twice when the clock is put back.
func (r Rotation) shiftAt(at time.Time) Duty {
	y, m, d := at.In(r.Zone.Location()).Date()
	sunday := d - int(at.In(r.Zone.Location()).Weekday())
	var duty Duty
	for week := -1; week <= 1; week++ {
		for _, s := range r.Shifts {
			begins := time.Date(y, m, sunday+7*week, 0, s.From.MinuteOfWeek(), 0, 0, r.Zone.Location())
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

// Minutes is how long the shift is; one that ends when it begins lasts the week.
func (s Shift) Minutes() int {
	if n := (s.To.MinuteOfWeek() - s.From.MinuteOfWeek() + MinutesPerWeek) % MinutesPerWeek; n > 0 {
		return n
	}
	return MinutesPerWeek
}
