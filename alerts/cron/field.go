package cron

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A set holds the values of a field as bits, and the bit free if the field is unrestricted.
type set uint64

const free set = 1 << 63

func (s set) has(n int) bool { return s&(1<<n) != 0 }

// A field describes the valid values of one of the five fields.
type field struct {
	name     string
	min, max int
	names    []string // names of the values from min on
}

var (
	minutes  = field{name: "minute", max: 59}
	hours    = field{name: "hour", max: 23}
	days     = field{name: "day of the month", min: 1, max: 31}
	months   = field{name: "month", min: 1, max: 12, names: []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}}
	weekdays = field{name: "day of the week", max: 6, names: []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}}
)

var everyHour = set(1<<24 - 1)

func (s *Schedule) parseFields(texts []string) error {
	if len(texts) != 5 {
		return fmt.Errorf("expected 5 fields (minute, hour, day of the month, month, day of the week), got %d", len(texts))
	}
	for i, to := range []struct {
		set *set
		f   field
	}{{&s.minute, minutes}, {&s.hour, hours}, {&s.day, days}, {&s.month, months}, {&s.wkday, weekdays}} {
		var err error
		if *to.set, err = to.f.parse(texts[i]); err != nil {
			return fmt.Errorf("%s: %w", to.f.name, err)
		}
	}
	return nil
}

// parse reads a list of ranges.
func (f field) parse(text string) (set, error) {
	var all set
	for _, part := range strings.Split(text, ",") {
		if part == "" { // an extra comma is ignored
			continue
		}
		some, err := f.parseRange(part)
		if err != nil {
			return 0, err
		}
		all |= some
	}
	if all == 0 {
		return 0, fmt.Errorf("expected a value, got %q", text)
	}
	return all, nil
}

// parseRange reads *, a value or a range, with or without a step.
func (f field) parseRange(text string) (set, error) {
	values, stepText, stepped := strings.Cut(text, "/")
	step := 1
	if stepped {
		var err error
		if step, err = strconv.Atoi(stepText); err != nil || step < 1 {
			return 0, fmt.Errorf("expected a step of at least 1, such as */5, got %q", text)
		}
	}
	var all set
	from, to := f.min, f.max
	if values == "*" || values == "?" {
		if step == 1 {
			all = free
		}
	} else {
		first, last, isRange := strings.Cut(values, "-")
		var err error
		if from, err = f.value(first); err != nil {
			return 0, err
		}
		switch {
		case isRange:
			if to, err = f.value(last); err != nil {
				return 0, err
			}
		case !stepped:
			to = from
		}
		if from > to {
			return 0, fmt.Errorf("expected a range from low to high, got %q", text)
		}
	}
	if step > max(1, to-from) {
		return 0, fmt.Errorf("expected a step of at most %d, got %q: it is larger than its range", max(1, to-from), text)
	}
	for n := from; n <= to; n += step {
		all |= 1 << n
	}
	return all, nil
}

// value reads a number or a name.
func (f field) value(text string) (int, error) {
	for i, name := range f.names {
		if strings.EqualFold(text, name) {
			return f.min + i, nil
		}
	}
	n, err := strconv.Atoi(text)
	if err == nil && n >= f.min && n <= f.max {
		return n, nil
	}
	hint := ""
	if f.names != nil {
		hint = fmt.Sprintf(" or %s to %s", f.names[0], f.names[len(f.names)-1])
	}
	if f.name == weekdays.name && n == 7 {
		hint += " (Sunday is 0)"
	}
	return 0, fmt.Errorf("expected %d to %d%s, got %q", f.min, f.max, hint, text)
}

// longest is the number of days of each month in a leap year.
var longest = [...]int{1: 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// checkComes returns an error if none of the schedule's months has one of its days. A restricted weekday always occurs.
func (s Schedule) checkComes() error {
	if s.wkday&free == 0 && s.day&free == 0 {
		return nil
	}
	most, names := 0, []string{}
	for m := 1; m <= 12; m++ {
		if s.month.has(m) {
			most = max(most, longest[m])
			names = append(names, time.Month(m).String())
		}
	}
	for d := 1; d <= most; d++ {
		if s.day.has(d) {
			return nil
		}
	}
	return fmt.Errorf("it never comes: no %s has such a day of the month; use one from 1 to %d", strings.Join(names, ", "), most)
}
