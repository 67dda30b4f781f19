// Package phrase formats times, durations, counts and lists the way people say them, for reasons, errors and messages.
package phrase

import (
	"fmt"
	"strings"
	"time"
)

// Clock formats a time of day in UTC: "03:02 UTC".
func Clock(t time.Time) string { return t.UTC().Format("15:04") + " UTC" }

// Times formats a number of occurrences: "once", "twice", "3 times".
func Times(n int) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return fmt.Sprintf("%d times", n)
}

// Seconds formats milliseconds: "0.8 s", "12 s".
func Seconds(ms int64) string {
	if ms < 10_000 {
		return fmt.Sprintf("%.1f s", float64(ms)/1000)
	}
	return fmt.Sprintf("%d s", ms/1000)
}

// Duration formats a duration: "40 s", "12 min", "3 h 5 min", "3 h", "20 d 20 h". A negative one, from clock skew, is "0 s".
func Duration(d time.Duration) string {
	const day = 24 * time.Hour
	d = max(d, 0)
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d >= 3*day:
		return strings.TrimSuffix(fmt.Sprintf("%d d %d h", int(d/day), int(d%day/time.Hour)), " 0 h")
	}
	return strings.TrimSuffix(fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60), " 0 min")
}

// Every formats an interval after which something comes again: "every minute", "every 5 min", "every day".
func Every(d time.Duration) string {
	for of, name := range map[time.Duration]string{time.Second: "second", time.Minute: "minute", time.Hour: "hour", 24 * time.Hour: "day"} {
		if d == of {
			return "every " + name
		}
	}
	return "every " + Duration(d)
}

// List joins names: "a, b and c".
func List(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// Lines splits a text at its line ends.
func Lines(s string) []string { return strings.Split(s, "\n") }

// ClockWithDate formats a time of day, with the date if it is more than half a day from other: "21 November 04:00 UTC".
func ClockWithDate(t, other time.Time) string {
	if d := other.Sub(t); d > 12*time.Hour || d < -12*time.Hour {
		return t.UTC().Format("2 January ") + Clock(t)
	}
	return Clock(t)
}

// Shorten truncates an error to 160 bytes, as a state may hold an error for each of many outages.
func Shorten(s string) string {
	const most = 160 // bytes
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
