// Package days adds up the runs of a journey by day, in UTC, so that a page or a summary of many days need not read the runs.
//
// The sums do not depend on the order in which runs arrive. The counts are exact; a quantile of a distribution is
// within 1 % of that of the runs: see [Distribution].
package days

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/probes/journey"
)

// A Log is a store that keeps the days of its runs.
type Log interface {
	// Days lists the days from one midnight to another that have runs of a journey, or of each if it is empty: the journeys
	// in order, and the days of each, oldest first. A zero until is the end of the history. It ends at the first error.
	// The days of different journeys are not of one moment, if runs are stored meanwhile.
	Days(ctx context.Context, journey string, from, until time.Time) iter.Seq2[Day, error]
}

// A Day is what the runs of a journey whose slots are on one day add up to.
type Day struct {
	Journey           string
	Date              time.Time // midnight
	Runs, Good, Flaky int64
	Durations         Distribution            // of the good runs: a failed one lasts as long as its limit
	Steps             map[string]Distribution // of the good runs, by name, without cleanup
	Covered           []incident.Period       // when the journey was measured: in order, apart, the last until the next day perhaps
	Latest            time.Time               // slot of the last run that was not broken
	EveryMS           int64                   // of that run
}

// Of returns the midnight, in UTC, at which the day of t begins.
func Of(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// Next returns the midnight after the one at which a day begins.
func Next(midnight time.Time) time.Time { return midnight.AddDate(0, 0, 1) }

// Covers returns how long a run covers, from its slot on: until the second slot after it, as the next run may be late.
func Covers(everyMS int64) time.Duration {
	const least = time.Minute
	return 2 * max(time.Duration(everyMS)*time.Millisecond, least)
}

// Add adds a run of the day.
func (d *Day) Add(r journey.Run) {
	d.Runs++
	if r.Outcome != journey.Broken { // the probe's fault: it has measured nothing
		d.cover(incident.Period{From: r.Slot.UTC(), Until: r.Slot.UTC().Add(Covers(r.EveryMS))})
		if c := r.Slot.Compare(d.Latest); c > 0 || c == 0 && r.EveryMS > d.EveryMS {
			d.Latest, d.EveryMS = r.Slot.UTC(), r.EveryMS
		}
	}
	if !r.Outcome.Good() {
		return
	}
	d.Good++
	if r.Flaky() {
		d.Flaky++
	}
	d.Durations.Add(r.DurationMS)
	for _, s := range r.Steps {
		if s.Cleanup {
			continue
		}
		if d.Steps == nil {
			d.Steps = map[string]Distribution{}
		}
		of := d.Steps[s.Name]
		of.Add(s.DurationMS)
		d.Steps[s.Name] = of
	}
}

// cover adds a period to those covered, and joins the ones that it touches.
func (d *Day) cover(p incident.Period) {
	first, _ := slices.BinarySearchFunc(d.Covered, p.From, func(c incident.Period, from time.Time) int { return c.Until.Compare(from) })
	last := first
	for ; last < len(d.Covered) && !d.Covered[last].From.After(p.Until); last++ {
		p.From, p.Until = incident.Earliest(p.From, d.Covered[last].From), incident.Latest(p.Until, d.Covered[last].Until)
	}
	d.Covered = slices.Replace(d.Covered, first, last, p)
}

// A Distribution counts durations in buckets: of one millisecond each under 128 ms, and of 64 to each doubling above.
// A bucket stands for its middle, so that a duration is known to 1/128 of itself.
type Distribution struct {
	buckets []bucket // in order
}

// A bucket is the number of durations in one bucket.
type bucket struct {
	index int
	count int64
}

// Add counts a duration in milliseconds. A negative one is of a clock that was set back, and counts as 0.
func (d *Distribution) Add(ms int64) {
	index := bucketOf(ms)
	at, found := slices.BinarySearchFunc(d.buckets, index, func(b bucket, index int) int { return cmp.Compare(b.index, index) })
	if !found {
		d.buckets = slices.Insert(d.buckets, at, bucket{index: index})
	}
	d.buckets[at].count++
}
