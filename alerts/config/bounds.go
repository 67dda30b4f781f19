package config

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"valkyrie/alerts/cron"
	"valkyrie/alerts/oncall"
)

const aDay = 24 * time.Hour

// A bound is the range of a duration in the file.
type bound struct {
	least, most time.Duration
	example     string
	cure        string // advice for a value outside; optional
}

// bounds holds the bound of each duration by its field, with * for an index; a journey's own fields have those of the field for
// all. A value outside is always a mistake: it would switch off what the field is for, or call without end.
var bounds = map[string]bound{
	"judge.flapping_rings_after": {time.Minute, aDay, "1h", ""},
	"judge.return_within":        {time.Minute, 7 * aDay, "24h", ""},
	"judge.quiet_for":            {time.Minute, 7 * aDay, "6h", ""},
	"judge.every":                {time.Second, aDay, "5m", "leave it out to go by what the runs say"},
	"judge.silent_grace":         {time.Second, time.Hour, "1m", ""},
	"judge.heartbeats.*.every":   {time.Minute, maxRecurrence, "24h", ""},
	"judge.heartbeats.*.grace":   {time.Second, 7 * aDay, "10m", "leave it out for 10m"},

	"on_call.repeat_after":       {time.Second, time.Hour, "5m", ""},
	"on_call.ack_expires":        {time.Minute, aDay, "30m", "what is to be quiet for longer is muted instead"},
	"on_call.gather":             {0, oncall.MaxGather, "10s", ""},
	"on_call.escalation.*.after": {0, time.Hour, "2m", ""},
	"on_call.maintenance.*.for":  {time.Minute, 7 * aDay, "2h", ""},
}

// Bounds of recurrences, and of periods from one date to another.
const (
	maxRecurrence  = 366 * aDay // a longer interval is a mistake
	minDrillGap    = time.Hour
	maxMaintenance = 31 * aDay // a journey that may not page for longer is taken out of the file
	maxTurn        = 366       // days of a rotation
)

var (
	ownField = regexp.MustCompile(`^(judge|on_call)\.journeys\.[^.]+\.`)
	index    = regexp.MustCompile(`\.\d+(\.|$)`)
)

// boundOf returns the bound of the duration at a path.
func boundOf(path string) (bound, bool) {
	b, ok := bounds[index.ReplaceAllString(ownField.ReplaceAllString(path, "$1."), ".*$1")]
	return b, ok
}

// parseBounded parses the duration at a path, and refuses one that its field does not take.
func parseBounded(path string) func(string) (time.Duration, error) {
	return func(s string) (time.Duration, error) {
		d, err := ParseDuration(s)
		b, ok := boundOf(path)
		if err != nil || ok && b.least <= d && d <= b.most {
			return d, err
		}
		cure := ""
		if b.cure != "" {
			cure = "; " + b.cure
		}
		return 0, fmt.Errorf("expected a duration from %s to %s, such as %s, got %s%s", formatBound(b.least), formatBound(b.most), b.example, s, cure)
	}
}

// formatBound writes a duration as the file does: 7d, 24h, 1m, 0s.
func formatBound(d time.Duration) string {
	if d > aDay && d%aDay == 0 {
		return fmt.Sprintf("%dd", d/aDay)
	}
	s := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(s, zero) {
			s = strings.TrimSuffix(s, zero[1:])
		}
	}
	return s
}

// A recurrence is a series of times.
type recurrence interface {
	Next(t time.Time) time.Time // the first after t; zero: none
}

// checkGaps returns an error if a series comes again after less than a duration, within a year, or less often than each
// maxRecurrence, which is 29 February only.
func checkGaps(r recurrence, least time.Duration) error {
	begin := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC) // fixed, and before a leap year, so that the result is the same on each date
	at := r.Next(begin)
	if at.IsZero() || at.Sub(begin) > maxRecurrence {
		return fmt.Errorf("it comes less often than once in %s", formatBound(maxRecurrence))
	}
	for end := begin.AddDate(1, 0, 0); least > 0 && at.Before(end); {
		next := r.Next(at)
		if gap := next.Sub(at); !next.IsZero() && gap < least {
			return fmt.Errorf("it comes again after %s; expected at least %s", formatBound(gap), formatBound(least))
		}
		at = next
	}
	return nil
}

// parseDeadline parses the schedule of a batch.
func parseDeadline(text string) error {
	schedule, err := cron.Parse(text)
	switch every := schedule.Interval(); {
	case err != nil:
		return err
	case every != 0 && (every < time.Minute || every > maxRecurrence):
		return fmt.Errorf("@every: expected a duration from 1m to %s, got %v", formatBound(maxRecurrence), every)
	case every != 0:
		return nil
	}
	return checkGaps(schedule, 0)
}
