package oncall

import (
	"fmt"
	"regexp"
	"time"
	_ "time/tzdata" // Lambda has no time zone database, and waking hours must not depend on the machine

	"go.yaml.in/yaml/v3"
)

// A Person is someone who can be paged.
type Person struct {
	Name  string `yaml:"name"`
	Phone string `yaml:"phone"` // E.164: + and up to 15 digits
	Email string `yaml:"email"` // optional
	Zone  Zone   `yaml:"zone"`  // their time zone; default UTC
	Awake Hours  `yaml:"awake"` // their waking hours, for texts; default at any hour
	// Language is the language of the calling voice, such as en-GB or en-IN; default: the provider's. It must be an English
	// one, as a call is in English, and a voice for another language would read it unintelligibly. Text from the user (a
	// journey's title, steps, errors and say) may be in any language; the same voice reads it, and an SMS contains it
	// unchanged as far as its character set allows.
	Language string `yaml:"language"`
}

// Reachable returns the earliest time from now on within the person's waking hours.
func (p Person) Reachable(now time.Time) time.Time { return p.Awake.next(now, p.Zone.Location()) }

// A Zone is a time zone by its name in the IANA database, such as Europe/Berlin. The zero Zone is UTC.
type Zone struct {
	name string
	loc  *time.Location
}

// ParseZone returns the zone of a name.
func ParseZone(name string) (Zone, error) {
	loc, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" { // Local depends on the machine
		return Zone{}, fmt.Errorf("expected a time zone such as Europe/Berlin, got %q", name)
	}
	return Zone{name, loc}, nil
}

// Location returns the zone for package time.
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

// Hours are a part of every day by the wall clock, such as 08:00-22:00. The zero Hours are the whole day.
type Hours struct{ From, To int } // minutes since midnight; To is exclusive, and may be on the next day

var hoursText = regexp.MustCompile(`^(\d\d:\d\d) ?- ?(\d\d:\d\d)$`)

// ParseHours reads hours such as "08:00-22:00".
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

// contains reports whether a time is in the hours; hours such as 22:00-06:00 span midnight.
func (h Hours) contains(at time.Time, zone *time.Location) bool {
	m := minuteOf(at.In(zone))
	switch {
	case h.From == h.To:
		return true
	case h.From < h.To:
		return h.From <= m && m < h.To
	}
	return m >= h.From || m < h.To
}

// next returns the first time from now on in the hours. It searches minute by minute, so it is correct on days on which the
// wall clock skips or repeats an hour.
func (h Hours) next(now time.Time, zone *time.Location) time.Time {
	if h.contains(now, zone) {
		return now
	}
	const enough = 3 * 24 * 60 // hours within a skipped hour do not occur on that day
	at := now.Truncate(time.Minute)
	for range enough {
		if at = at.Add(time.Minute); h.contains(at, zone) {
			return at
		}
	}
	return now
}
