package cron_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"valkyrie/alerts/cron"
)

// A plain is a schedule as sets of values; a nil set is *.
type plain struct{ minute, hour, day, month, wkday []int }

func (p plain) String() string {
	texts := []string{}
	for _, values := range [][]int{p.minute, p.hour, p.day, p.month, p.wkday} {
		list := []string{}
		for _, n := range values {
			list = append(list, strconv.Itoa(n))
		}
		if values == nil {
			list = []string{"*"}
		}
		texts = append(texts, strings.Join(list, ","))
	}
	return strings.Join(texts, " ")
}

func plains() *rapid.Generator[plain] {
	return rapid.Custom(func(t *rapid.T) plain {
		some := func(label string, least, most int) []int {
			if rapid.IntRange(0, 2).Draw(t, label+" is *") == 0 {
				return nil
			}
			return rapid.SliceOfN(rapid.IntRange(least, most), 1, 4).Draw(t, label)
		}
		return plain{
			some("minute", 0, 59), some("hour", 0, 5), some("day", 24, 31),
			nil, some("weekday", 0, 6),
		}
	})
}

func in(values []int, n int) bool {
	for _, v := range values {
		if v == n {
			return true
		}
	}
	return values == nil
}

func (p plain) matches(wall time.Time) bool {
	day, wkday := in(p.day, wall.Day()), in(p.wkday, int(wall.Weekday()))
	onDay := day && wkday
	if p.day != nil && p.wkday != nil {
		onDay = day || wkday
	}
	return onDay && in(p.month, int(wall.Month())) && in(p.hour, wall.Hour()) && in(p.minute, wall.Minute())
}

// comes reports whether the schedule has the time at, a whole minute. It is an independent model: it applies the documented rules
// to the wall clock, minute by minute.
func (p plain) comes(at time.Time) bool {
	wall := func(at time.Time) time.Time {
		_, offset := at.Zone()
		return at.UTC().Add(time.Duration(offset) * time.Second)
	}
	now, before := wall(at), wall(at.Add(-time.Minute))
	if p.hour == nil {
		return p.matches(now)
	}
	for skipped := before.Add(time.Minute); skipped.Before(now); skipped = skipped.Add(time.Minute) {
		if p.matches(skipped) {
			return true
		}
	}
	for back := at.Add(-time.Minute); back.After(at.Add(-3 * time.Hour)); back = back.Add(-time.Minute) {
		if wall(back).Equal(now) {
			return false // it is repeated
		}
	}
	return p.matches(now)
}

// TestNextIsTheFirstMinuteThatComes: around clock changes of several zones, Next agrees with a search minute for minute.
func TestNextIsTheFirstMinuteThatComes(t *testing.T) {
	zones := map[string]time.Time{
		"Europe/Berlin":       time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC),
		"America/New_York":    time.Date(2026, 11, 1, 6, 0, 0, 0, time.UTC),
		"Africa/Cairo":        time.Date(2026, 10, 29, 21, 0, 0, 0, time.UTC),
		"Australia/Lord_Howe": time.Date(2026, 4, 4, 15, 0, 0, 0, time.UTC),
		"Antarctica/Troll":    time.Date(2026, 10, 25, 1, 0, 0, 0, time.UTC),
		"Pacific/Apia":        time.Date(2011, 12, 30, 10, 0, 0, 0, time.UTC),
		"UTC":                 time.Date(2028, 2, 29, 0, 0, 0, 0, time.UTC),
	}
	names := []string{}
	for name := range zones {
		names = append(names, name)
	}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(names).Draw(t, "zone")
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		p := plains().Draw(t, "schedule")
		from := zones[name].Add(time.Duration(rapid.IntRange(-30*3600, 6*3600).Draw(t, "from")) * time.Second).In(zone)
		s, err := cron.Parse(p.String())
		if err != nil {
			t.Fatal(err)
		}
		got := s.Next(from)
		minute, end := from.Truncate(time.Minute).Add(time.Minute), from.Add(48*time.Hour)
		for minute.Before(end) && !p.comes(minute) {
			minute = minute.Add(time.Minute)
		}
		if minute.Before(end) && !got.Equal(minute) || got.Before(end) && got.After(minute) {
			t.Fatalf("%s after %s in %s: got %s, want %s", p, from, name, got, minute)
		}
	})
}

// TestEveryScheduleComes: every text that Parse accepts has a next time, on the minute and within the horizon of leap years.
func TestEveryScheduleComes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := []any{}
		for _, most := range []int{59, 23, 31, 12, 7} {
			n := rapid.IntRange(0, most)
			parts = append(parts, rapid.SampledFrom([]string{
				"*", "?", fmt.Sprint(n.Draw(t, "value")), fmt.Sprintf("%d-%d", n.Draw(t, "low"), n.Draw(t, "high")),
				fmt.Sprintf("*/%d", n.Draw(t, "step")), fmt.Sprintf("%d/%d,%d", n.Draw(t, "from"), n.Draw(t, "by"), n.Draw(t, "and")),
			}).Draw(t, "field"))
		}
		s, err := cron.Parse(fmt.Sprintf("%s %s %s %s %s", parts...))
		if err != nil {
			return
		}
		from := time.Unix(rapid.Int64Range(0, 5e9).Draw(t, "time"), 0).UTC()
		next := s.Next(from)
		if !next.After(from) || next.After(from.AddDate(8, 0, 1)) || !next.Equal(next.Truncate(time.Minute)) {
			t.Fatalf("%s after %s: got %s", s, from, next)
		}
	})
}

// TestPrevious: no time of the schedule is between Previous(t) and t, and it is itself a time of the schedule, in every zone and on
// nights with clock changes.
func TestPrevious(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := plains().Draw(t, "schedule")
		s, err := cron.Parse(p.String())
		if err != nil {
			return // 30 February
		}
		zone, err := time.LoadLocation(rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"}).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		at := time.Unix(rapid.Int64Range(1_790_000_000, 1_830_000_000).Draw(t, "at"), 0).In(zone)
		previous := s.Previous(at)
		if next := s.Next(previous); !previous.Before(at) || !next.IsZero() && next.Before(at) {
			t.Fatalf("%s before %v: %v, and then %v", p, at, previous, next)
		}
		if at.Sub(previous) < 366*24*time.Hour && !s.Next(previous.Add(-time.Second)).Equal(previous) {
			t.Fatalf("%s before %v: %v is none of its times", p, at, previous)
		}
	})
}
