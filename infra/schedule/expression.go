// Package schedule reads, checks and writes the schedules of the journeys in template.yaml, so that the template's tests and
// `valkyrie check` judge them by the same rules, and `valkyrie new` writes schedules that pass them.
package schedule

import (
	"fmt"
	"hash/fnv"
	"regexp"
	"strconv"
	"strings"
	"time"

	"valkyrie/infra/environ"
)

var rate = regexp.MustCompile(`^rate\(([1-9][0-9]*) (minute|hour|day)(s?)\)$`)

// CheckExpression reports faults of a schedule's expression.
// See https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html.
func CheckExpression(e string) error {
	if fields, ok := strings.CutPrefix(e, "cron("); ok {
		return checkCron(strings.TrimSuffix(fields, ")"))
	}
	m := rate.FindStringSubmatch(e)
	if m == nil {
		return fmt.Errorf("expected rate(N minutes), hours or days, or cron(...), got %q; correct it", e)
	}
	if n, _ := strconv.Atoi(m[1]); (n == 1) == (m[3] == "s") {
		right := m[2] + "s"
		if n == 1 {
			right = m[2]
		}
		return fmt.Errorf("expected rate(%d %s), got %q; correct it", n, right, e)
	}
	return nil
}

var cronField = regexp.MustCompile(`^[0-9A-Z*,/?#LW-]+$`)

// checkCron requires the six fields of AWS, one of the two days being a question mark.
func checkCron(fields string) error {
	f := strings.Fields(fields)
	if len(f) != 6 {
		return fmt.Errorf("expected cron with six fields: minutes hours day month weekday year; got %d in cron(%s); correct it", len(f), fields)
	}
	if (f[2] == "?") == (f[4] == "?") {
		return fmt.Errorf("expected ? as either the day of the month or the day of the week, got cron(%s); correct it", fields)
	}
	for _, part := range f {
		if !cronField.MatchString(part) {
			return fmt.Errorf("expected digits, capital letters and *,/?#LW- in the fields of cron, got %q in cron(%s); correct it", part, fields)
		}
	}
	return nil
}

// Interval formats a duration as in rate(...), such as "5 minutes".
func Interval(d time.Duration) string {
	n, unit := int(d/time.Minute), "minute"
	if d%time.Hour == 0 {
		n, unit = int(d/time.Hour), "hour"
	}
	if n != 1 {
		unit += "s"
	}
	return fmt.Sprintf("%d %s", n, unit)
}

// Cadence returns the interval of rate(...), or of a cron(...) that comes at a fixed one; 0 for another expression.
func Cadence(expression string) time.Duration {
	if m := rate.FindStringSubmatch(expression); m != nil {
		d, _ := environ.Cadence(m[1] + " " + m[2])
		return d
	}
	every, _ := Phase(expression)
	return every
}

// fixed matches the expressions of cron that come at a fixed interval: 2/5 * (each five minutes), 38 * (each hour), 38 1/6 (each six
// hours), 38 4 (each day).
var fixed = regexp.MustCompile(`^cron\(([0-9]+)(?:/([0-9]+))? (?:\*|([0-9]+)(?:/([0-9]+))?) \* \* \? \*\)$`)

// Phase returns the interval of cron(...) and its phase, the time from a multiple of the interval to the next run; 0 and 0 for one
// without a fixed interval: 0/7 comes at minute 56, and four minutes later.
func Phase(expression string) (every, phase time.Duration) {
	m := fixed.FindStringSubmatch(expression)
	if m == nil {
		return 0, 0
	}
	number := func(i int) int { n, _ := strconv.Atoi(m[i]); return n }
	minute, minutes, hour, hours := number(1), number(2), number(3), number(4)
	switch {
	case m[2] != "" && m[3] == "" && minutes > 0 && 60%minutes == 0 && minute < minutes:
		return time.Duration(minutes) * time.Minute, time.Duration(minute) * time.Minute
	case m[2] != "" || minute > 59:
		return 0, 0
	case m[3] == "":
		return time.Hour, time.Duration(minute) * time.Minute
	case m[4] == "" && hour < 24:
		hours = 24
	case hours == 0 || 24%hours != 0 || hour >= hours:
		return 0, 0
	}
	return time.Duration(hours) * time.Hour, time.Duration(60*hour+minute) * time.Minute
}

// Expression returns the expression of a journey's schedule with an interval of its own, in minutes that no other journey of this interval
// has as long as there are any; taken are the expressions of the others. The search begins at a minute that depends on the name, so that
// forks do not all begin at the full hour. The interval must divide the hour or the day.
func Expression(name string, every time.Duration, taken []string) (string, error) {
	minutes := int(every / time.Minute)
	if every%time.Minute != 0 || minutes < 1 || minutes < 60 && 60%minutes != 0 || minutes >= 60 && (minutes%60 != 0 || 24*60%minutes != 0) {
		return "", fmt.Errorf("expected an interval that divides the hour or the day, such as 5m, 15m, 1h or 6h, so that its runs stay at a fixed distance; got %v", every)
	}
	used := make([]int, minutes)
	for _, e := range taken {
		if other, phase := Phase(e); other == every {
			used[int(phase/time.Minute)]++
		}
	}
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(name)) // never fails
	first := int(hash.Sum32() % uint32(minutes))
	phase := first
	for n := range minutes {
		if candidate := (first + n) % minutes; used[candidate] < used[phase] {
			phase = candidate
		}
	}
	switch {
	case minutes < 60:
		return fmt.Sprintf("cron(%d/%d * * * ? *)", phase, minutes), nil
	case minutes == 60:
		return fmt.Sprintf("cron(%d * * * ? *)", phase), nil
	case minutes == 24*60:
		return fmt.Sprintf("cron(%d %d * * ? *)", phase%60, phase/60), nil
	}
	return fmt.Sprintf("cron(%d %d/%d * * ? *)", phase%60, phase/60, minutes/60), nil
}
