package oncall

import (
	"fmt"
	"regexp"
	"time"
	_ "time/tzdata" // a Lambda has no zones of its own, and a person's morning must not depend on the machine

	"go.yaml.in/yaml/v3"
)

// A Person can be called.
type Person struct {
	Name  string `yaml:"name"`
	Phone string `yaml:"phone"` // E.164: + and up to 15 digits
	Email string `yaml:"email"` // optional
	Zone  Zone   `yaml:"zone"`  // whose clock they live by; default UTC
	Awake Hours  `yaml:"awake"` // when a text does not disturb them; default at any hour
	// Language is that of the voice that calls them, such as en-GB or en-IN; default the carrier's. It has to be an English
	// one, as the words are: another would read them by the rules of its own language, and nobody understands that on the
	// phone at night. What is the user's own (a journey's title and steps, its errors and its say) may be in any
	// language, and is read by the same voice; in a text it stands as it is, in letters that a text has.
	Language string `yaml:"language"`
}

// Reachable is the earliest moment, from now on, at which a text does not disturb the person.
func (p Person) Reachable(now time.Time) time.Time { return p.Awake.next(now, p.Zone.Location()) }

// A Zone is a time zone by its name in the IANA database, such as Europe/Berlin. The zero Zone is UTC.
type Zone struct {
	name string
	loc  *time.Location
}

// ParseZone finds a zone by its name.
func ParseZone(name string) (Zone, error) {
	loc, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" { // Local would be another one on each machine
		return Zone{}, fmt.Errorf("expected a time zone such as Europe/Berlin, got %q", name)
	}
	return Zone{name, loc}, nil
}

// Location is the zone for package time.
func (z Zone) Location() *time.Location {
	if z.loc == nil {
		return time.UTC
	}
	return z.loc
}

func (z Zone) String() string { return z.Location().String() }

// Equal reports whether both are the same zone.
func (z Zone) Equal(other Zone) bool { return z.String() == other.String() }

// UnmarshalYAML reads a zone's name.
func (z *Zone) UnmarshalYAML(n *yaml.Node) error { return DecodeScalar(n, z, ParseZone) }

// Hours are a part of every day by the clock on the wall, such as 08:00-22:00. The zero Hours are the whole day.
type Hours struct{ From, To int } // minutes since midnight; To is the first one outside, and may lie on the next day

var hoursText = regexp.MustCompile(`^(\d\d:\d\d) ?- ?(\d\d:\d\d)$`)

// ParseHours reads them as they are written.
func ParseHours(s string) (Hours, error) {
	wrong := fmt.Errorf("expected hours such as \"08:00-22:00\", got %q", s)
	m := hoursText.FindStringSubmatch(s)
	if m == nil {
		return Hours{}, wrong
	}
	from, err1 := parseClock(m[1])
	to, err2 := parseClock(m[2])
	if err1 != nil || err2 != nil || from == to {
		return Hours{}, wrong
	}
	return Hours{from, to}, nil
}

// UnmarshalYAML reads hours.
func (h *Hours) UnmarshalYAML(n *yaml.Node) error { return DecodeScalar(n, h, ParseHours) }

func (h Hours) String() string {
	if h.From == h.To {
		return "at any hour"
	}
	return clockText(h.From) + "-" + clockText(h.To)
}

// holds reports whether a moment is in the hours; hours such as 22:00-06:00 span midnight.
func (h Hours) holds(at time.Time, zone *time.Location) bool {
	m := minuteOf(at.In(zone))
	switch {
	case h.From == h.To:
		return true
	case h.From < h.To:
		return h.From <= m && m < h.To
	}
	return m >= h.From || m < h.To
}

// next is the first moment from now on that is in the hours. It looks at the clock on the wall minute by minute, so it
// is right on the days on which an hour is missing or comes twice.
func (h Hours) next(now time.Time, zone *time.Location) time.Time {
	if h.holds(now, zone) {
		return now
	}
	const enough = 3 * 24 * 60 // hours that fall into the missing one do not come on that day
	at := now.Truncate(time.Minute)
	for range enough {
		if at = at.Add(time.Minute); h.holds(at, zone) {
			return at
		}
	}
	return now
}
