package status

import (
	"maps"
	"time"

	"valkyrie/alerts/incident"
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
	EveryMS int64            `json:"every_ms,omitempty"` // interval of the latest run
	Seconds map[string]int64 `json:"seconds"`            // by day, such as "2026-11-21"
}

// Add folds in runs in slot order. A run covers the time until the second slot after it, as the next run may be late; a
// broken run covers none, nor does one of a clock that is ahead; what such a run covered once is known no more.
func (c Coverage) Add(runs []journey.Run, now time.Time) Coverage {
	c.Journeys = maps.Clone(c.Journeys)
	if c.Journeys == nil {
		c.Journeys = map[string]Known{}
	}
	oldest := dayOf(now).AddDate(0, 0, 1-Days).Format(time.DateOnly)
	fresh := map[string]bool{}
	c.Seen = incident.Earliest(c.Seen, now)
	for _, r := range runs {
		if r.Slot.After(now.Add(ahead)) {
			continue
		}
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
		c.Journeys[r.Journey] = k.add(r, now)
	}
	return c
}

// ahead is how far the clock of a probe may be ahead.
const ahead = 5 * time.Minute

// covers returns how long a run covers, from its slot on.
func covers(everyMS int64) time.Duration {
	const least = time.Minute
	return 2 * max(time.Duration(everyMS)*time.Millisecond, least)
}

// isKnown reports whether the journey is measured at a time. A longer cover than that of a run now is from a clock that was ahead.
func (k Known) isKnown(now time.Time) bool {
	longest := covers(k.EveryMS)
	if k.EveryMS == 0 { // stored by an earlier version
		longest = covers((24 * time.Hour).Milliseconds())
	}
	return k.Until.After(now) && !k.Until.After(now.Add(longest+ahead))
}

func (k Known) add(r journey.Run, now time.Time) Known {
	from, until := r.Slot, r.Slot.Add(covers(r.EveryMS))
	if k.Until.After(now.Add(covers(max(k.EveryMS, r.EveryMS)) + ahead)) {
		k.Until = r.Slot
	}
	k.EveryMS = r.EveryMS
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
	return window{incident.Latest(w.from, o.from), incident.Earliest(w.until, o.until)}
}

// union returns the total time covered by at least one of the windows.
func union(all []window) time.Duration {
	var windows []incident.Period
	for _, w := range all {
		windows = append(windows, incident.Period{From: w.from, Until: w.until})
	}
	return incident.UnionOf(windows)
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
