package postmortem

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"valkyrie/alerts/judge"
	"valkyrie/probes/journey"
)

// A row is what people read of a timeline: an entry, or several runs of one region that were alike.
type row struct {
	Entry
	until time.Time // of the last of them
	more  int       // besides the first
	again bool      // it is like the row before it of its region
}

// rows puts runs that follow one another and are alike into one, region by region, as long as nothing else happens.
// Decisions that an incident goes on, or to do nothing, go without saying then.
func rows(entries []Entry) []row {
	var all []row
	last := map[string]int{}   // by region: the row that its next run may join
	told := map[string]Entry{} // by region: its latest run
	for _, e := range entries {
		again := false
		switch {
		case e.What == Run:
			before, ok := told[e.Region]
			told[e.Region] = e
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

// alike reports whether two runs differ in nothing but numbers.
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

// words is what happened, in one line.
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

// who is the region or the person that it is about.
func (r row) who() string {
	if r.Region != "" {
		return plain(r.Region)
	}
	return plain(r.Person)
}

// plain is text without what would do something to a terminal or a table: control characters and line ends.
func plain(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r == ' ' }), " ")
}

const stamp = "2006-01-02 15:04:05 UTC"

// at is a time with its zone, or what it means that there is none.
func at(t time.Time, otherwise string) string {
	if t.IsZero() {
		return otherwise
	}
	return t.UTC().Format(stamp)
}

// seconds is a time as people say it: "0.8 s", "12 s".
func seconds(ms int64) string {
	if ms < 10_000 {
		return fmt.Sprintf("%.1f s", float64(ms)/1000)
	}
	return fmt.Sprintf("%d s", ms/1000)
}

// lasting is a duration to the second: "40 s", "12 min 5 s", "3 h 5 min 0 s".
func lasting(d time.Duration) string {
	s := int64(max(d, 0).Round(time.Second) / time.Second)
	switch {
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return fmt.Sprintf("%d min %d s", s/60, s%60)
	}
	return fmt.Sprintf("%d h %d min %d s", s/3600, s/60%60, s%60)
}

// lasted is how long a window was, as far as that is known.
func (w Window) lasted(now time.Time) string {
	d, known := w.Lasted()
	switch {
	case known:
		return lasting(d)
	case w.LastGood.IsZero():
		return "not known"
	}
	return lasting(now.Sub(w.LastGood)) + " so far"
}

// bounds are its bounds in words, to the second: no narrower than they are.
func (w Window) bounds() (from, until string) {
	if w.FirstGood.IsZero() {
		return at(w.LastGood, "no good run is kept"), "not over yet"
	}
	return at(w.LastGood, "no good run is kept"), at(w.FirstGood.Add(time.Second-1).Truncate(time.Second), "")
}
