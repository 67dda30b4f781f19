package status

import (
	"maps"
	"slices"
	"time"

	"valkyrie/probes/journey"
)

// Days is how many days are shown, with today.
const Days = 90

// Coverage is when something is known of each journey: a fold over its runs, so that the history is read only once. Runs
// that were folded in already change nothing.
type Coverage struct {
	Seen     time.Time        `json:"seen"` // up to where the history was read: the latest slot, or a time before now
	Journeys map[string]Known `json:"journeys"`
}

// Known is when something is known of one journey.
type Known struct {
	Until   time.Time        `json:"until"`
	Seconds map[string]int64 `json:"seconds"` // of each day, such as "2026-11-21"
}

// Add takes in runs in slot order. A run tells of the time until the one after the next is due, as one may be late; one
// that broke tells nothing.
func (c Coverage) Add(runs []journey.Run, now time.Time) Coverage {
	c.Journeys = maps.Clone(c.Journeys)
	if c.Journeys == nil {
		c.Journeys = map[string]Known{}
	}
	oldest := dayOf(now).AddDate(0, 0, 1-Days).Format(time.DateOnly)
	fresh := map[string]bool{}
	for _, r := range runs {
		if r.Slot.After(c.Seen) {
			c.Seen = r.Slot
		}
		if r.Outcome == journey.Broken {
			continue
		}
		k := c.Journeys[r.Journey]
		if !fresh[r.Journey] {
			fresh[r.Journey] = true
			k.Seconds = maps.Clone(k.Seconds)
			maps.DeleteFunc(k.Seconds, func(day string, _ int64) bool { return day < oldest })
		}
		c.Journeys[r.Journey] = k.add(r)
	}
	return c
}

func (k Known) add(r journey.Run) Known {
	const least = time.Minute
	from, until := r.Slot, r.Slot.Add(2*max(time.Duration(r.EveryMS)*time.Millisecond, least))
	if k.Until.After(from) {
		from = k.Until
	}
	if !until.After(from) {
		return k
	}
	if k.Seconds == nil {
		k.Seconds = map[string]int64{}
	}
	for day := range daysOf(window{from, until}) {
		k.Seconds[day.from.Format(time.DateOnly)] += int64(day.meet(window{from, until}).length().Seconds())
	}
	k.Until = until
	return k
}

// A window is a time, from its first moment up to, and without, its last.
type window struct{ from, until time.Time }

func (w window) length() time.Duration { return max(0, w.until.Sub(w.from)) }

// meet is what two windows have in common.
func (w window) meet(o window) window {
	if o.from.After(w.from) {
		w.from = o.from
	}
	if o.until.Before(w.until) {
		w.until = o.until
	}
	return w
}

// union is how long at least one of the windows lasts.
func union(all []window) time.Duration {
	slices.SortFunc(all, func(a, b window) int { return a.from.Compare(b.from) })
	var sum time.Duration
	var end time.Time
	for _, w := range all {
		if w.from.Before(end) {
			w.from = end
		}
		if w.until.After(w.from) {
			sum += w.length()
			end = w.until
		}
	}
	return sum
}

// dayOf is the midnight, in UTC, that a moment's day begins with.
func dayOf(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

func aDay(midnight time.Time) window { return window{midnight, midnight.AddDate(0, 0, 1)} }

// daysOf are the days that a window touches.
func daysOf(w window) func(func(window) bool) {
	return func(yield func(window) bool) {
		for day := dayOf(w.from); day.Before(w.until); day = day.AddDate(0, 0, 1) {
			if !yield(aDay(day)) {
				return
			}
		}
	}
}
