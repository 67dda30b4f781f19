package alerts

import (
	"context"
	"slices"
	"time"
)

// A Maintenance is a time in which nobody is told of some journeys, because somebody is working on them: once (From, To),
// or every day or week (Every, For).
type Maintenance struct {
	Journeys []string `yaml:"journeys"` // their names; none: all
	Zone     Zone     `yaml:"zone"`     // default UTC

	From Moment `yaml:"from"`
	To   Moment `yaml:"to"` // the first moment that is not in it

	Every WeekTime      `yaml:"every"` // such as Sunday 03:00, or 03:00 for every day
	For   time.Duration `yaml:"for"`   // at most a day, or a week
}

func (m Maintenance) about(journey string) bool {
	return len(m.Journeys) == 0 || slices.Contains(m.Journeys, journey)
}

// holds reports whether it is on.
func (m Maintenance) holds(at time.Time) bool {
	_, on := m.until(at)
	return on
}

// until is when it ends, if it is on. A recurring one begins by the clock on the wall, and lasts as long as it says.
func (m Maintenance) until(at time.Time) (end time.Time, on bool) {
	zone := m.Zone.Location()
	if !m.Every.IsSet() {
		return m.To.In(zone), !at.Before(m.From.In(zone)) && at.Before(m.To.In(zone))
	}
	y, mo, d := at.In(zone).Date()
	const longest = 8 // days; it may have begun a week ago
	for ago := range longest {
		begins := time.Date(y, mo, d-ago, 0, m.Every.Minute, 0, 0, zone)
		today := time.Date(y, mo, d-ago, 0, 0, 0, 0, time.UTC).Weekday()
		if (m.Every.Daily || today == m.Every.Day) && !at.Before(begins) && at.Before(begins.Add(m.For)) {
			return begins.Add(m.For), true
		}
	}
	return time.Time{}, false
}

// A Mute keeps a journey from telling anybody until it ends by itself, which is then announced.
type Mute struct {
	Journey string    `json:"journey"` // empty: all
	Until   time.Time `json:"until"`
	By      string    `json:"by"` // a person's name, or empty
}

// what is the journey's name, or words for all of them.
func (m Mute) what() string {
	if m.Journey == "" {
		return "everything"
	}
	return m.Journey
}

// An hour is a moment with what is in force at it.
type hour struct {
	onCall OnCall
	now    time.Time
}

// quiet reports whether nobody is to be told of a journey now.
func (r *Route) quiet(journey string, at hour) bool {
	muted := slices.ContainsFunc(r.Mutes, func(m Mute) bool {
		return (m.Journey == "" || m.Journey == journey) && at.now.Before(m.Until)
	})
	return muted || slices.ContainsFunc(at.onCall.Maintenance, func(m Maintenance) bool {
		return m.about(journey) && m.holds(at.now)
	})
}

// mute mutes a journey; the latest word counts.
func (r *Route) mute(m Mute) {
	r.Mutes = slices.DeleteFunc(r.Mutes, func(old Mute) bool { return old.Journey == m.Journey })
	r.Mutes = append(r.Mutes, m)
}

// lapse ends the mutes whose time is over, and has it announced, in waking hours, to whoever muted it, or else to the first
// on call. What rings again says so itself.
func (r *Route) lapse(at hour) {
	var over []Mute
	r.Mutes = slices.DeleteFunc(r.Mutes, func(m Mute) bool {
		if at.now.Before(m.Until) {
			return false
		}
		over = append(over, m)
		return true
	})
	r.retellNotices(at)
	r.Pages = slices.DeleteFunc(r.Pages, func(p Page) bool { return p.Purpose == Notice && !p.Live() })
	for _, m := range over {
		who, ok := at.onCall.person(m.By)
		if chain := at.onCall.Chain(at.now); !ok && len(chain) > 0 {
			who, ok = chain[0].Person, true
		}
		if ok {
			p := r.add(Text, Notice, who, nil, at.now)
			p.Waking, p.Mute = true, &m
		}
	}
}

// badNow are the incidents of a journey that are not over.
func (r *Route) badNow(journey string) []Incident {
	return slices.DeleteFunc(slices.Clone(r.Incidents), func(i Incident) bool {
		return i.State == Resolved || i.Kind == Drilled || journey != "" && i.Journey != journey
	})
}

// PutMute mutes a journey, or all of them, in the store; one that has ended already unmutes it, which is announced too.
func PutMute(ctx context.Context, items Items, m Mute) error {
	return change(ctx, items, routeKey, func(r *Route) bool {
		r.mute(m)
		return true
	})
}
