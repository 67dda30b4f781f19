package phrase

import (
	"fmt"
	"strings"
	"time"
)

// Clock is a moment as people say it. All times are UTC until people have zones.
func Clock(t time.Time) string { return t.UTC().Format("15:04") + " UTC" }

func Times(n int) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return fmt.Sprintf("%d times", n)
}

// Seconds is a time as people say it: "0.8 s", "12 s".
func Seconds(ms int64) string {
	if ms < 10_000 {
		return fmt.Sprintf("%.1f s", float64(ms)/1000)
	}
	return fmt.Sprintf("%d s", ms/1000)
}

// Duration is how long something lasted: "40 s", "12 min", "3 h 5 min".
func Duration(d time.Duration) string {
	d = max(d, 0) // clocks differ
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	}
	return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
}

// List joins names as people do: "a, b and c".
func List(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

func Lines(s string) []string { return strings.Split(s, "\n") }

// ClockWithDate is a time as people say it, with its date when the other one is not within half a day.
func ClockWithDate(t, other time.Time) string {
	if d := other.Sub(t); d > 12*time.Hour || d < -12*time.Hour {
		return t.UTC().Format("2 January ") + Clock(t)
	}
	return Clock(t)
}

// Shorten is the beginning of an error, which is enough to tell spells apart: there may be many of them in a state.
func Shorten(s string) string {
	const most = 160 // bytes
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
