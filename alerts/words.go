package alerts

import (
	"fmt"
	"strings"
	"time"
)

// clock is a moment as people say it. All times are UTC until people have zones.
func clock(t time.Time) string { return t.UTC().Format("15:04") + " UTC" }

func times(n int) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return fmt.Sprintf("%d times", n)
}

// seconds is a time as people say it: "0.8 s", "12 s".
func seconds(ms int64) string {
	if ms < 10_000 {
		return fmt.Sprintf("%.1f s", float64(ms)/1000)
	}
	return fmt.Sprintf("%d s", ms/1000)
}

// spell is how long something lasted: "40 s", "12 min", "3 h 5 min".
func spell(d time.Duration) string {
	d = max(d, 0) // clocks differ
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	}
	return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
}

// list joins names as people do: "a, b and c".
func list(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

func splitLines(s string) []string { return strings.Split(s, "\n") }
