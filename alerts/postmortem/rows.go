package postmortem

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"valkyrie/alerts/judge"
	"valkyrie/probes/journey"
)

// A row is a line of the timeline: an entry, or several similar runs of one region.
type row struct {
	Entry
	until time.Time // of the last of them
	more  int       // besides the first
	again bool      // it equals the previous row of its region
}

// rows combines similar consecutive runs of a region, unless another event comes between. Decisions to continue or to
// do nothing are then omitted.
func rows(entries []Entry) []row {
	var all []row
	last := map[string]int{}     // by region: the row that its next run may join
	latest := map[string]Entry{} // by region: its latest run
	for _, e := range entries {
		again := false
		switch {
		case e.What == Run:
			before, ok := latest[e.Region]
			latest[e.Region] = e
			again = ok && alike(before, e)
			if i, joins := last[e.Region]; joins && again {
				all[i].until, all[i].more = e.At, all[i].more+1
				continue
			}
			last[e.Region] = len(all)
		case e.What == Decision && e.Verb == judge.Continues && strings.Contains(e.Text, "still failed"):
			continue
		default:
			clear(last)
		}
		all = append(all, row{Entry: e, again: again})
	}
	return all
}

// alike reports whether two runs differ only in numbers.
func alike(a, b Entry) bool {
	if a.Outcome != b.Outcome || a.Outcome == journey.Passed {
		return a.Outcome == b.Outcome
	}
	strip := func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsDigit(r) || r == '.' {
				return -1
			}
			return r
		}, s)
	}
	return strip(a.Text) == strip(b.Text)
}

// words describes the row in one line.
func (r row) words() string {
	text := r.Text
	switch before, _, long := strings.Cut(text, ": "); {
	case r.What == Decision:
		text = string(r.Verb) + ": " + text
	case r.again && long:
		text = before + ", as before"
	}
	switch last := r.until.UTC().Format(time.TimeOnly); {
	case r.more == 1:
		text += fmt.Sprintf(" (and once more, at %s)", last)
	case r.more > 1:
		text += fmt.Sprintf(" (and %d more times, the last at %s)", r.more, last)
	}
	return plain(text)
}

// who returns the row's region or person.
func (r row) who() string {
	if r.Region != "" {
		return plain(r.Region)
	}
	return plain(r.Person)
}

// plain removes control characters and line ends, which would affect a terminal or a table, and those that reverse the order of letters.
func plain(s string) string {
	unseen := func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || unicode.IsSpace(r)
	}
	return strings.Join(strings.FieldsFunc(s, unseen), " ")
}

const stamp = "2006-01-02 15:04:05 UTC"

// formatTime formats a time with its zone, or returns the text for an absent one.
func formatTime(t time.Time, otherwise string) string {
	if t.IsZero() {
		return otherwise
	}
	return t.UTC().Format(stamp)
}

// formatSeconds formats milliseconds: "0.8 s", "12 s".
func formatSeconds(ms int64) string {
	if ms < 10_000 {
		return fmt.Sprintf("%.1f s", float64(ms)/1000)
	}
	return fmt.Sprintf("%d s", ms/1000)
}

// formatDuration formats a duration to the second: "40 s", "12 min 5 s", "3 h 5 min 0 s".
func formatDuration(d time.Duration) string {
	s := int64(max(d, 0).Round(time.Second) / time.Second)
	switch {
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return fmt.Sprintf("%d min %d s", s/60, s%60)
	}
	return fmt.Sprintf("%d h %d min %d s", s/3600, s/60%60, s%60)
}

// lasted formats a window's length, as far as it is known.
func (w Window) lasted(now time.Time) string {
	d, known := w.Lasted()
	switch {
	case known:
		return formatDuration(d)
	case w.LastGood.IsZero():
		return "not known"
	}
	return formatDuration(now.Sub(w.LastGood)) + " so far"
}

// bounds formats a window's bounds to the second, rounded outwards.
func (w Window) bounds() (from, until string) {
	if w.FirstGood.IsZero() {
		return formatTime(w.LastGood, "no good run is kept"), "not over yet"
	}
	return formatTime(w.LastGood, "no good run is kept"), formatTime(w.FirstGood.Add(time.Second-1).Truncate(time.Second), "")
}
