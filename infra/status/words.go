package status

import (
	"fmt"
	"strings"
	"time"

	"valkyrie/alerts/incident"
)

// Line describes the overall state in one sentence.
func (p Page) Line() string {
	switch p.Now {
	case OK:
		return "Everything works"
	case Degraded:
		return "Something works only in part, or slowly"
	case Down:
		return "Something does not work"
	}
	return "How things are is not fully known"
}

// Stale describes in words how long the page stays current.
func (p Page) Stale() string { return formatDuration(p.StaleAfterS) }

// Words describes a state, for customers.
func (s State) Words() string {
	return map[State]string{OK: "works", Partly: "partly known", Unknown: "no data", Degraded: "in part, or slow", Down: "does not work"}[s]
}

// Line describes a day: "2026-11-21: did not work for 12 min".
func (d Day) Line() string {
	var said []string
	if d.Down > 0 {
		said = append(said, "did not work for "+formatDuration(d.Down))
	}
	if d.Degraded > 0 {
		said = append(said, "worked only in part, or slowly, for "+formatDuration(d.Degraded))
	}
	switch {
	case d.Known == 0 && len(said) == 0:
		said = append(said, "no data")
	case d.State == OK:
		said = append(said, "worked")
	case d.State == Partly:
		said = append(said, fmt.Sprintf("worked as far as is known, which is %s of %s", formatDuration(d.Known), formatDuration(d.Elapsed)))
	}
	return d.Date + ": " + strings.Join(said, "; ")
}

// Summary describes the days in one sentence, for readers who cannot see the bars.
func (j JourneyStatus) Summary() string {
	n := map[State]int{}
	for _, d := range j.Days {
		n[d.State]++
	}
	return fmt.Sprintf("%d days: %d worked, %d in part or slow, %d with an outage, %d partly known, %d without data",
		len(j.Days), n[OK], n[Degraded], n[Down], n[Partly], n[Unknown])
}

// Percent describes the uptime in words.
func (j JourneyStatus) Percent() string {
	if j.Uptime == nil {
		return "no data"
	}
	return fmt.Sprintf("%.2f %% of the time known", *j.Uptime)
}

// Line describes when and from where an incident was seen.
func (i PublicIncident) Line() string {
	s := formatTime(i.Began) + " until "
	if i.Ended.IsZero() {
		s += "now"
	} else {
		s += formatTime(i.Ended)
	}
	if i.Ending == incident.GivenUp || i.Ending == incident.Unwatched {
		s += ", when it was no longer measured"
	}
	if len(i.StillFails) > 0 {
		s += ", when it still failed from " + strings.Join(i.StillFails, ", ")
	}
	s += ", " + formatDuration(i.DownS)
	if i.Outages > 1 {
		s += fmt.Sprintf(" in %d outages", i.Outages)
	}
	if len(i.Regions) > 0 {
		s += "; seen from " + strings.Join(i.Regions, ", ")
	}
	return s
}

func formatTime(t time.Time) string { return t.Format("2 January 2006, 15:04 UTC") }

// formatDuration formats a duration in seconds, in words.
func formatDuration(s int64) string {
	const minute, hour = 60, 3600
	switch {
	case s < minute:
		return fmt.Sprintf("%d s", s)
	case s < hour:
		return fmt.Sprintf("%d min", s/minute)
	case s%hour < minute:
		return fmt.Sprintf("%d h", s/hour)
	}
	return fmt.Sprintf("%d h %d min", s/hour, s%hour/minute)
}
