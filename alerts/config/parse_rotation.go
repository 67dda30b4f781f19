package config

import (
	"fmt"
	"time"

	"valkyrie/alerts/oncall"
)

func (c *checker) rotation(path string, r oncall.Rotation, o oncall.OnCall) {
	if len(r.Shifts) > 0 {
		c.shifts(path, r, o)
		return
	}
	if len(r.People) == 0 {
		c.fault(path+".people", "expected at least one name, or shifts: otherwise nobody has the duty")
	}
	for i, name := range r.People {
		c.member(fmt.Sprintf("%s.people.%d", path, i), name, o)
	}
	if r.TurnDays() > maxTurn {
		c.fault(path+".every", "expected a turn of at most %d days, got %d", maxTurn, r.TurnDays())
	}
	switch start := r.Start.Weekday(); {
	case r.Start.IsZero():
		c.fault(path+".start", "expected the date of a day on which the first of people takes over, such as 2026-11-23")
	case r.HandOver.IsSet() && !r.HandOver.Daily && r.HandOver.Day != start:
		c.fault(path+".start", "expected a %v, as hand_over says, got a %v", r.HandOver.Day, start)
	case r.HandOver.IsSet() && !r.HandOver.Daily && r.TurnDays()%7 != 0:
		c.fault(path+".hand_over", "expected a time of day, as turns of %d days begin on any day, got %v", r.TurnDays(), r.HandOver)
	}
}

func (c *checker) member(path, name string, o oncall.OnCall) {
	if _, ok := o.FindPerson(name); !ok && !c.nameUnreadable("on_call.people") {
		var people []string
		for _, p := range o.People {
			people = append(people, p.Name)
		}
		c.absent(path, name, "on_call.people", people)
	}
}

// shifts checks a weekly table: each minute must belong to exactly one shift.
func (c *checker) shifts(path string, r oncall.Rotation, o oncall.OnCall) {
	if len(r.People) > 0 || r.Every != 0 || r.HandOver.IsSet() || !r.Start.IsZero() {
		c.fault(path+".shifts", "expected either shifts, or every, hand_over, start and people")
	}
	var on [oncall.MinutesPerWeek]int
	complete := true
	for i, s := range r.Shifts {
		at := fmt.Sprintf("%s.shifts.%d", path, i)
		c.member(at+".who", s.Who, o)
		if c.anyUnreadable(at, "from", "to") {
			complete = false
			continue
		}
		if !s.From.IsSet() || !s.To.IsSet() || s.From.Daily || s.To.Daily {
			c.fault(at, "expected a from and a to such as \"Monday 09:00\"")
			complete = false
			continue
		}
		for m := range s.Minutes() {
			on[(s.From.MinuteOfWeek()+m)%oncall.MinutesPerWeek]++
		}
	}
	if complete {
		c.coverage(path+".shifts", on)
	}
}

// coverage reports the periods of a week without a person, or with several. It begins at a boundary, so that a weekend is
// one period.
func (c *checker) coverage(path string, on [oncall.MinutesPerWeek]int) {
	count := func(m int) int { return min(on[(m+oncall.MinutesPerWeek)%oncall.MinutesPerWeek], 2) }
	first := 0
	for first < oncall.MinutesPerWeek && count(first) == count(first-1) {
		first++
	}
	for m := first; m < first+oncall.MinutesPerWeek; {
		begins := m
		for m++; m < first+oncall.MinutesPerWeek && count(m) == count(begins); m++ {
		}
		switch count(begins) {
		case 0:
			c.fault(path, "nobody has the duty from %s to %s", weekText(begins), weekText(m))
		case 2:
			c.fault(path, "more than one has the duty from %s to %s", weekText(begins), weekText(m))
		}
	}
}

func weekText(minute int) string {
	const aDay = 24 * 60
	minute %= oncall.MinutesPerWeek
	return oncall.TimeOfWeek{Day: time.Weekday(minute / aDay), Minute: minute % aDay}.String()
}

func (c *checker) override(path string, o oncall.OnCall, i int) {
	v := o.Overrides[i]
	r, ok := o.FindRotation(v.Rotation)
	if !ok && !c.nameUnreadable("on_call.rotations") {
		var rotations []string
		for _, r := range o.Rotations {
			rotations = append(rotations, r.Name)
		}
		c.absent(path+".rotation", v.Rotation, "on_call.rotations", rotations)
	}
	c.member(path+".who", v.Who, o)
	if c.anyUnreadable(path, "from", "to") {
		return
	}
	if v.From.IsZero() || v.To.IsZero() {
		c.fault(path, "expected a from and a to such as \"2026-12-24 09:00\"")
		return
	}
	zone := r.Zone.Location()
	if !v.From.In(zone).Before(v.To.In(zone)) {
		c.fault(path+".to", "expected a time after %v, got %v", v.From, v.To)
		return
	}
	if v.To.In(zone).Sub(v.From.In(zone)) > oncall.MaxOverride {
		c.fault(path+".to", "expected a time at most %s after %v, got %v; change the rotation instead", formatBound(oncall.MaxOverride), v.From, v.To)
	}
	for _, earlier := range o.Overrides[:i] {
		if !earlier.From.IsZero() && !earlier.To.IsZero() && v.Overlaps(earlier, zone) {
			c.fault(path, "%s and %s have %s at the same time, from %v", earlier.Who, v.Who, v.Rotation, later(v.From, earlier.From, zone))
		}
	}
}

func later(a, b oncall.WallTime, zone *time.Location) oncall.WallTime {
	if a.In(zone).After(b.In(zone)) {
		return a
	}
	return b
}
