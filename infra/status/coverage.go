package status

import (
	"maps"
	"slices"
	"time"

	"valkyrie/probes/journey"
)

// Days is the number of days shown, including today.
const Days = 90

// Coverage records for which times runs exist, by journey. It is a fold over the runs, so that the history is read only
// once; folding the same run in again changes nothing.
type Coverage struct {
	Seen     time.Time        `json:"seen"` // how far the history was read: the latest slot, or a time before now
	Journeys map[string]Known `json:"journeys"`
}

// Known records for which times runs of one journey exist.
type Known struct {
	Until   time.Time        `json:"until"`
	Seconds map[string]int64 `json:"seconds"` // by day, such as "2026-11-21"
}

// Add folds in runs in slot order. A run covers the time until the second slot after it, as the next run may be late; a
// broken run covers none.
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
		k.Seconds[day.from.Format(time.DateOnly)] += int64(day.intersect(window{from, until}).length().Seconds())
	}
	k.Until = until
	return k
}

// A window is a time span, including its start and excluding its end.
type window struct{ from, until time.Time }

func (w window) length() time.Duration { return max(0, w.until.Sub(w.from)) }

// intersect returns the intersection of two windows.
func (w window) intersect(o window) window {
	if o.from.After(w.from) {
		w.from = o.from
	}
	if o.until.Before(w.until) {
		w.until = o.until
	}
	return w
}

// union returns the total time covered by at least one of the windows.
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

// dayOf returns the midnight, in UTC, at which the day of t begins.
func dayOf(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

func aDay(midnight time.Time) window { return window{midnight, midnight.AddDate(0, 0, 1)} }

// daysOf iterates over the days that a window touches.
func daysOf(w window) func(func(window) bool) {
	return func(yield func(window) bool) {
		for day := dayOf(w.from); day.Before(w.until); day = day.AddDate(0, 0, 1) {
			if !yield(aDay(day)) {
				return
			}
		}
	}
}
