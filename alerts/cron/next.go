package cron

import (
	"sort"
	"time"
)

const (
	day = 24 * time.Hour

	// horizon exceeds the longest interval of any schedule: 29 February occurs again after 8 years at most, and a clock change
	// may skip it once.
	horizon = 17 * 366 * day

	// longestChange exceeds the largest clock change in history: 24 hours, for a country that crossed the date line.
	longestChange = 26 * time.Hour
)

// Next returns the first of the schedule's times after t, in the location of t. The zero Schedule has no times: it returns the
// zero time.
func (s Schedule) Next(t time.Time) time.Time {
	if s.every > 0 {
		return t.Add(s.every - time.Duration(t.Nanosecond()))
	}
	zone := t.Location()
	if s.zone != nil {
		zone = s.zone
	}
	byDay := s.hour&everyHour != everyHour
	after := t.Truncate(time.Second).Add(time.Second)
	// The wall clock is continuous between two clock changes. Each iteration searches one such span, of which a zone has a few a
	// year. The first begins before t, as t may be in a repeated hour.
	span, from := t.Add(-longestChange).In(zone), after
	for until := t.Add(horizon); span.Before(until); {
		offset := offsetAt(span)
		next, found := s.nextOnWall(onWall(from, offset), onWall(until, offset))
		if next = next.Add(-offset); !found {
			next = until
		}
		change, changed := nextChange(span, next)
		if !changed {
			if !found {
				break
			}
			return next.In(t.Location())
		}
		forward := offsetAt(change) - offset
		if byDay && forward > 0 && change.After(t) {
			if _, skipped := s.nextOnWall(onWall(change, offset), onWall(change, offset+forward)); skipped {
				return change.In(t.Location())
			}
		}
		span, from = change, latest(after, change)
		if byDay && forward < 0 {
			from = latest(after, change.Add(-forward))
		}
	}
	return time.Time{}
}

// nextChange returns the first instant after from, and not after to, at which the zone of from has another offset than at from.
// It does not use Time.ZoneBounds, whose end is in the past on 31 December of a leap year under a zone's last rule (Go 1.26).
func nextChange(from, to time.Time) (time.Time, bool) {
	offset := offsetAt(from)
	for begin := from; begin.Before(to); begin = begin.Add(day) {
		length := min(day, to.Sub(begin))
		if offsetAt(begin.Add(length)) == offset {
			continue
		}
		second := sort.Search(int(length/time.Second), func(n int) bool {
			return offsetAt(begin.Add(time.Duration(n)*time.Second)) != offset
		})
		return begin.Add(time.Duration(second) * time.Second).Truncate(time.Second), true
	}
	return time.Time{}, false
}

// offsetAt returns the offset of the zone of t from UTC at t.
func offsetAt(t time.Time) time.Duration {
	_, seconds := t.Zone()
	return time.Duration(seconds) * time.Second
}

// onWall returns the wall clock time at t for an offset from UTC, represented as a time in UTC.
func onWall(t time.Time, offset time.Duration) time.Time { return t.UTC().Add(offset) }

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// nextOnWall returns the first time of the schedule from from on and before end, all in wall clock time.
func (s Schedule) nextOnWall(from, end time.Time) (time.Time, bool) {
	if minute := from.Truncate(time.Minute); minute.Before(from) {
		from = minute.Add(time.Minute)
	}
	first := from.Hour()*60 + from.Minute()
	for date := from.Truncate(day); date.Before(end); first = 0 {
		if !s.month.has(int(date.Month())) {
			date = time.Date(date.Year(), date.Month()+1, 1, 0, 0, 0, 0, time.UTC)
			continue
		}
		if s.onDay(date) {
			if minute, ok := s.minuteFrom(first); ok {
				at := date.Add(time.Duration(minute) * time.Minute)
				return at, at.Before(end)
			}
		}
		date = date.Add(day)
	}
	return end, false
}

// onDay reports whether the schedule has times on a date.
func (s Schedule) onDay(date time.Time) bool {
	inMonth, inWeek := s.day.has(date.Day()), s.wkday.has(int(date.Weekday()))
	if (s.day|s.wkday)&free != 0 {
		return inMonth && inWeek
	}
	return inMonth || inWeek
}

// minuteFrom returns the schedule's first minute of a day from first on, both counted since midnight.
func (s Schedule) minuteFrom(first int) (int, bool) {
	for hour := first / 60; hour < 24; hour++ {
		if !s.hour.has(hour) {
			continue
		}
		for minute := max(first-hour*60, 0); minute < 60; minute++ {
			if s.minute.has(minute) {
				return hour*60 + minute, true
			}
		}
	}
	return 0, false
}

// Previous returns the last of the schedule's times before t, in the location of t; for a schedule without one in the year before,
// the time a year earlier. It tries the hour before t first, then longer spans, so that it looks at few times. @every counts back from t.
func (s Schedule) Previous(t time.Time) time.Time {
	const day = 24 * time.Hour
	if s.every > 0 {
		return t.Add(-s.every)
	}
	for _, back := range []time.Duration{time.Hour, day, 8 * day, 32 * day, 366 * day} {
		var last time.Time
		for next := s.Next(t.Add(-back)); !next.IsZero() && next.Before(t); next = s.Next(next) {
			last = next
		}
		if !last.IsZero() {
			return last
		}
	}
	return t.Add(-366 * day)
}
