package incident

import (
	"slices"
	"time"
)

// A Period is a time in which an incident was seen to last, from the slot of a first bad run until a run's interval after the last
// one, or until a good run if that came before. Time without runs is in no period.
type Period struct{ From, Until time.Time }

// measured reports whether bad runs bound the incident's periods. A batch that is late and a region without runs are bad until they
// are seen again.
func (i Incident) measured() bool {
	return i.Kind != Heartbeat && i.Kind != Silent && i.Kind != Drilled
}

// Periods returns the times in which the incident was seen to last, oldest first: of a down or flapping one each outage. It lasts
// until now if it is not resolved, as far as runs show.
func (i Incident) Periods(now time.Time) []Period {
	end := i.end(now)
	if len(i.Outages) == 0 {
		return []Period{{i.Since, i.seenUntil(i.lastEvident(), end)}}
	}
	all := make([]Period, 0, len(i.Outages))
	for n, o := range i.Outages {
		until, last := o.Until, o.Last
		if until.IsZero() {
			until = end
		}
		if last.IsZero() && n == len(i.Outages)-1 {
			last = i.Last // stored by an earlier version
		}
		all = append(all, Period{o.Since, i.seenUntil(last, until)})
	}
	return all
}

// seenUntil returns the end of a window: end, or a run's interval after the last bad run if that is known and before.
func (i Incident) seenUntil(last, end time.Time) time.Time {
	if !i.measured() || last.IsZero() || i.EveryMS == 0 {
		return end
	}
	return Earliest(end, last.Add(time.Duration(i.EveryMS)*time.Millisecond))
}

// lastEvident returns the latest bad slot. Of a flapping incident, a single failure more than chanceAfter intervals after the
// evidence is chance, and no part of it.
func (i Incident) lastEvident() time.Time {
	const chanceAfter = 10
	if i.Kind == Flapping && !i.Evident.IsZero() && i.Last.Sub(i.Evident) > chanceAfter*time.Duration(i.EveryMS)*time.Millisecond {
		return i.Evident
	}
	return i.Last
}

// Span returns the time from the first to the last bad run: of a flapping incident also what came before and after its outages.
func (i Incident) Span(now time.Time) Period {
	periods := i.Periods(now)
	span := Period{i.Since, periods[len(periods)-1].Until}
	if i.Kind == Flapping {
		span.Until = Latest(span.Until, i.seenUntil(i.lastEvident(), i.end(now)))
	}
	return span
}

// end returns when the incident was resolved, else now.
func (i Incident) end(now time.Time) time.Time {
	if i.State == Resolved {
		return i.ResolvedAt
	}
	return now
}

// Lasted returns how long the incident lasted in its periods; of a flapping one, only its failures count.
func (i Incident) Lasted(now time.Time) time.Duration {
	sum := UnionOf(i.Periods(now))
	if failed := time.Duration(i.FailedMS) * time.Millisecond; i.Kind == Flapping && failed > 0 {
		return min(sum, failed)
	}
	return sum
}

// LatestPeriod returns how long the latest of the periods lasted, from its first bad run to its last.
func (i Incident) LatestPeriod(now time.Time) time.Duration {
	periods := i.Periods(now)
	last := periods[len(periods)-1]
	return last.Until.Sub(last.From)
}

// UnionOf returns the time in at least one of the periods.
func UnionOf(periods []Period) time.Duration {
	all := slices.Clone(periods)
	slices.SortFunc(all, func(a, b Period) int { return a.From.Compare(b.From) })
	var sum time.Duration
	var end time.Time
	for _, w := range all {
		from := Latest(w.From, end)
		if w.Until.After(from) {
			sum += w.Until.Sub(from)
			end = w.Until
		}
	}
	return sum
}

// addFailure counts the interval of a bad run, of the first one in its slot; streak is the number of bad runs up to it.
func (i *Incident) addFailure(slot time.Time, everyMS int64, first bool, streak int) {
	if everyMS > 0 {
		i.EveryMS = everyMS
	}
	switch {
	case first:
		i.FailedMS += int64(max(1, streak)) * i.EveryMS
	case slot.After(i.Last):
		i.FailedMS += i.EveryMS
	}
}
