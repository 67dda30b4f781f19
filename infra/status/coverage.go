package status

import (
	"context"
	"maps"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/infra/days"
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
	c, journeyOf := c.clone(now)
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
		c.Journeys[r.Journey] = journeyOf(r.Journey).add(r, now)
	}
	return c
}

// AddDay folds in the runs of a day before today, after those before it.
func (c Coverage) AddDay(d days.Day, now time.Time) Coverage {
	c, journeyOf := c.clone(now)
	if len(d.Covered) == 0 {
		return c
	}
	k := journeyOf(d.Journey)
	for _, covered := range d.Covered {
		k = k.cover(window{covered.From, covered.Until}, d.EveryMS, now)
	}
	c.Journeys[d.Journey] = k
	return c
}

// clone returns a copy that can be changed, as seen by now, and a function that returns a copy of a journey's, without the days that
// are not shown any more.
func (c Coverage) clone(now time.Time) (Coverage, func(name string) Known) {
	c.Journeys = maps.Clone(c.Journeys)
	if c.Journeys == nil {
		c.Journeys = map[string]Known{}
	}
	c.Seen = incident.Earliest(c.Seen, now)
	oldest := dayOf(now).AddDate(0, 0, 1-Days).Format(time.DateOnly)
	fresh := map[string]bool{}
	return c, func(name string) Known {
		k := c.Journeys[name]
		if !fresh[name] {
			fresh[name] = true
			k.Seconds = maps.Clone(k.Seconds)
			maps.DeleteFunc(k.Seconds, func(day string, _ int64) bool { return day < oldest })
		}
		return k
	}
}

// ahead is how far the clock of a probe may be ahead.
const ahead = 5 * time.Minute

// isKnown reports whether the journey is measured at a time. A longer cover than that of a run now is from a clock that was ahead.
func (k Known) isKnown(now time.Time) bool {
	longest := days.Covers(k.EveryMS)
	if k.EveryMS == 0 { // stored by an earlier version
		longest = days.Covers((24 * time.Hour).Milliseconds())
	}
	return k.Until.After(now) && !k.Until.After(now.Add(longest+ahead))
}

func (k Known) add(r journey.Run, now time.Time) Known {
	return k.cover(window{r.Slot, r.Slot.Add(days.Covers(r.EveryMS))}, r.EveryMS, now)
}

// cover adds the time that runs cover, the last of them with its interval.
func (k Known) cover(w window, everyMS int64, now time.Time) Known {
	from, until := w.from, w.until
	if k.Until.After(now.Add(days.Covers(max(k.EveryMS, everyMS)) + ahead)) {
		k.Until = from
	}
	k.EveryMS = everyMS
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

func dayOf(t time.Time) time.Time { return days.Of(t) }

func aDay(midnight time.Time) window { return window{midnight, days.Next(midnight)} }

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

// RenameCoverage moves the coverage of a journey to another name, so that the page shows its past under the new one. Of a day
// under both names it adds up the times.
func RenameCoverage(ctx context.Context, items incident.Items, from, to string) error {
	return incident.UpdateItem(ctx, items, coverageKey, func(c *Coverage) bool {
		moved, ok := c.Journeys[from]
		if !ok {
			return false
		}
		delete(c.Journeys, from)
		if own, ok := c.Journeys[to]; ok {
			if moved.Seconds == nil {
				moved.Seconds = map[string]int64{}
			}
			for day, seconds := range own.Seconds {
				moved.Seconds[day] = min(moved.Seconds[day]+seconds, int64(24*time.Hour/time.Second))
			}
			moved.Until, moved.EveryMS = incident.Latest(own.Until, moved.Until), own.EveryMS
		}
		c.Journeys[to] = moved
		return true
	})
}
