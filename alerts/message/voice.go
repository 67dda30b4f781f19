package message

import (
	"fmt"
	"strings"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/phrase"
)

// A voice words times and numbers for one person: written short and exact, or spoken as people speak.
type voice struct {
	zone  *time.Location // of the person
	now   time.Time
	aloud bool
}

// LocalTime formats t by a person's clock, short enough for a text: "04:23 CET", with the day unless it is today.
func LocalTime(p oncall.Person, t, now time.Time) string {
	return voice{zone: p.Zone.Location(), now: now}.clock(t)
}

// clock formats a time by the person's clock: "04:23 CET", "Fri 04:23 CET"; aloud, "4:23 in the morning, Berlin time".
func (v voice) clock(t time.Time) string {
	t = t.In(v.zone)
	if v.aloud {
		return v.day(t, "2 January, ", "Monday, ", "yesterday, ") + sayClock(t) + ", " + sayZone(v.zone)
	}
	return v.day(t, "2 Jan ", "Mon ", t.Format("Mon ")) + t.Format("15:04 MST")
}

// day formats the day of a time with the date's or the weekday's layout; empty for today. A day about a week away gets
// its date, because its weekday is ambiguous.
func (v voice) day(t time.Time, date, weekday, yesterday string) string {
	const far = 6 * 24 * time.Hour // a little less, because days are counted by the calendar
	now := v.now.In(v.zone)
	switch t.Format(time.DateOnly) {
	case now.Format(time.DateOnly):
		return ""
	case now.AddDate(0, 0, -1).Format(time.DateOnly):
		return yesterday
	}
	if now.Sub(t).Abs() >= far {
		return t.Format(date)
	}
	return t.Format(weekday)
}

// since says when an incident, or its present outage, began, and how long ago.
func (v voice) since(i incident.Incident) string {
	began := i.Since
	if i.Kind == incident.Down && i.IsDownNow() { // it may have recovered in between
		began = i.Outages[len(i.Outages)-1].Since
	}
	ago := v.now.Sub(began)
	if ago < time.Second {
		return "since " + v.clock(began)
	}
	return fmt.Sprintf("since %s, that is %s", v.clock(began), v.formatDuration(ago))
}

// plain returns a written text, reworded for speech if aloud.
func (v voice) plain(s string) string {
	if v.aloud {
		return speakable(s)
	}
	return s
}

// sayClock returns the time of day as people say it: "4:23 in the morning", "9 o'clock in the evening".
func sayClock(t time.Time) string {
	const noon, evening, night = 12, 18, 22
	part := "in the morning"
	switch h := t.Hour(); {
	case h >= night || h == 0:
		part = "at night"
	case h >= evening:
		part = "in the evening"
	case h >= noon:
		part = "in the afternoon"
	}
	if t.Minute() == 0 {
		return t.Format("3") + " o'clock " + part
	}
	return t.Format("3:04") + " " + part
}

// sayZone returns the zone's city: "Berlin time", "New York time".
func sayZone(zone *time.Location) string {
	if zone == time.UTC || zone.String() == "UTC" {
		return "UTC"
	}
	parts := strings.Split(zone.String(), "/")
	name := strings.ReplaceAll(parts[len(parts)-1], "_", " ")
	if hours, ok := strings.CutPrefix(zone.String(), "Etc/GMT"); ok { // these names count westwards
		switch {
		case hours == "" || strings.Trim(hours, "+-0") == "":
			return "UTC"
		case hours[0] == '+':
			return "UTC minus " + hours[1:]
		}
		return "UTC plus " + hours[1:]
	}
	if name == "UCT" || name == "Universal" || name == "Zulu" || name == "UTC" {
		return "UTC"
	}
	return name + " time"
}

// formatDuration formats a duration: "12 min", or "12 minutes" aloud.
func (v voice) formatDuration(d time.Duration) string {
	if !v.aloud {
		return phrase.Duration(d)
	}
	if d >= time.Minute {
		d = d.Truncate(time.Minute)
	} else {
		d = d.Truncate(time.Second)
	}
	return sayDuration(d)
}

// regions lists region names; aloud without hyphens, which speech engines mispronounce, and as many as a listener can keep.
func (v voice) regions(names []string) string {
	if v.aloud {
		return strings.ReplaceAll(phrase.List(few(names, 4)), "-", " ")
	}
	return phrase.List(names)
}

// Aloud returns sentences as a voice says them: numbers and units in words, none too long.
func Aloud(sentences []string) (said []string) {
	for _, s := range sentences {
		said = append(said, brief(voice{aloud: true}.detail(s))...)
	}
	return said
}

// detail words an error's text, without the locators that a browser step proposes: they are for an editor, not for a phone.
func (v voice) detail(s string) string {
	return sentence(v.plain(locators.ReplaceAllString(s, "")))
}
