package cron_test

import (
	"testing"
	"time"

	"valkyrie/alerts/cron"
)

// TestTimes checks the first three times of a schedule after a Wednesday at noon, written out.
func TestTimes(t *testing.T) {
	for text, want := range map[string][3]string{
		"* * * * *":                     {"11-25 12:01", "11-25 12:02", "11-25 12:03"},
		"*/20 * * * *":                  {"11-25 12:20", "11-25 12:40", "11-25 13:00"},
		"58/1 * * * *":                  {"11-25 12:58", "11-25 12:59", "11-25 13:58"},
		"10-30/10 * * * *":              {"11-25 12:10", "11-25 12:20", "11-25 12:30"},
		"59 23 * * *":                   {"11-25 23:59", "11-26 23:59", "11-27 23:59"},
		"0 0 * * *":                     {"11-26 00:00", "11-27 00:00", "11-28 00:00"},
		"0 12 * * *":                    {"11-26 12:00", "11-27 12:00", "11-28 12:00"},
		"0 11,13,,15 * * *":             {"11-25 13:00", "11-25 15:00", "11-26 11:00"},
		"0 0 1 * ?":                     {"12-01 00:00", "01-01 00:00", "02-01 00:00"},
		"0 0 31 * *":                    {"12-31 00:00", "01-31 00:00", "03-31 00:00"},
		"0 0 29 feb *":                  {"02-29 00:00", "02-29 00:00", "02-29 00:00"},
		"0 9 * JAN-feb mon":             {"01-04 09:00", "01-11 09:00", "01-18 09:00"},
		"0 9 * dec sun,6":               {"12-05 09:00", "12-06 09:00", "12-12 09:00"},
		"0 9 13 * fri":                  {"11-27 09:00", "12-04 09:00", "12-11 09:00"},
		"0 9 */10 * mon":                {"11-30 09:00", "12-01 09:00", "12-07 09:00"},
		"@hourly":                       {"11-25 13:00", "11-25 14:00", "11-25 15:00"},
		"@midnight":                     {"11-26 00:00", "11-27 00:00", "11-28 00:00"},
		"@weekly":                       {"11-29 00:00", "12-06 00:00", "12-13 00:00"},
		"@monthly":                      {"12-01 00:00", "01-01 00:00", "02-01 00:00"},
		"@annually":                     {"01-01 00:00", "01-01 00:00", "01-01 00:00"},
		"@yearly":                       {"01-01 00:00", "01-01 00:00", "01-01 00:00"},
		"@every 90m":                    {"11-25 13:30", "11-25 15:00", "11-25 16:30"},
		"TZ=America/New_York 0 9 * * *": {"11-25 14:00", "11-26 14:00", "11-27 14:00"},
		"CRON_TZ=Asia/Tokyo 30 0 1 * *": {"11-30 15:30", "12-31 15:30", "01-31 15:30"},
	} {
		s, err := cron.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		at := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
		for n, w := range want {
			if at = s.Next(at); at.Format("01-02 15:04") != w || at.Location() != time.UTC {
				t.Errorf("%s: time %d is %v, want %s", text, n, at, w)
			}
		}
		if s.String() != text || s.IsZero() || s.Interval() != map[bool]time.Duration{true: 90 * time.Minute}[text == "@every 90m"] {
			t.Errorf("%s: %s, every %v", text, s, s.Interval())
		}
	}
}

// TestEvery checks the ends of an interval that is written, and its times from a part of a second.
func TestEvery(t *testing.T) {
	from := time.Date(2026, 11, 25, 12, 0, 0, 500, time.UTC)
	for text, want := range map[string]time.Duration{"1s": time.Second, "1ns": time.Second, "1500ms": time.Second, "2900ms": 2 * time.Second, "24h": 24 * time.Hour} {
		s, err := cron.Parse("@every " + text)
		if err != nil || s.Interval() != want || !s.Next(from).Equal(from.Add(want-500)) || !s.Previous(from).Equal(from.Add(-want)) {
			t.Errorf("%s: every %v, next %v, before %v, %v", text, s.Interval(), s.Next(from), s.Previous(from), err)
		}
	}
	for text, want := range map[string]string{"0s": `@every: expected a duration above 0, such as 90m, got "0s"`, "-1s": `@every: expected a duration above 0, such as 90m, got "-1s"`, "x": `@every: expected a duration above 0, such as 90m, got "x"`} {
		if _, err := cron.Parse("@every " + text); err == nil || err.Error() != want {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestMalformed checks the whole error of each value of a field that is out of range, at both of its ends.
func TestMalformed(t *testing.T) {
	for text, want := range map[string]string{
		"60 * * * *": `minute: expected 0 to 59, got "60"`, "-1 * * * *": `minute: expected 0 to 59, got ""`, "* 24 * * *": `hour: expected 0 to 23, got "24"`, "* * 0 * *": `day of the month: expected 1 to 31, got "0"`,
		"* * 32 * *": `day of the month: expected 1 to 31, got "32"`, "* * * 0 *": `month: expected 1 to 12 or jan to dec, got "0"`, "* * * 13 *": `month: expected 1 to 12 or jan to dec, got "13"`,
		"* * * * 7": `day of the week: expected 0 to 6 or sun to sat (Sunday is 0), got "7"`, "* * * * 8": `day of the week: expected 0 to 6 or sun to sat, got "8"`, "7 * * 7 monday": `day of the week: expected 0 to 6 or sun to sat, got "monday"`,
		"*/0 * * * *": `minute: expected a step of at least 1, such as */5, got "*/0"`, "*/60 * * * *": `minute: expected a step of at most 59, got "*/60": it is larger than its range`, "*/x * * * *": `minute: expected a step of at least 1, such as */5, got "*/x"`,
		"5-4 * * * *": `minute: expected a range from low to high, got "5-4"`, "5-60 * * * *": `minute: expected 0 to 59, got "60"`, "1-2/2 * * * *": `minute: expected a step of at most 1, got "1-2/2": it is larger than its range`,
		", * * * *": `minute: expected a value, got ","`, "* * * *": "expected 5 fields (minute, hour, day of the month, month, day of the week), got 4", "* * * * * *": "expected 5 fields (minute, hour, day of the month, month, day of the week), got 6",
		"* * 30 2 *": "it never comes: no February has such a day of the month; use one from 1 to 29", "* * 31 4,6 *": "it never comes: no April, June has such a day of the month; use one from 1 to 30", "@never": "@never is unknown; known: @yearly, @monthly, @weekly, @daily, @hourly, @every 90m",
		"TZ=UTC": `expected a schedule behind the time zone, such as "TZ=UTC 0 6 * * *"`, "TZ=Mars 0 6 * * *": `expected a time zone such as Europe/Berlin, got "Mars"`,
	} {
		if _, err := cron.Parse(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	for _, text := range []string{"* * 29 2 *", "* * 30 4 *", "* * 31 1 *", "* * 31 3 *", "* * 31 5 *", "* * 31 7 *", "* * 31 8 *", "* * 31 10 *", "* * 31 12 *", "* * 30 6 *", "* * 30 9 *", "* * 30 11 *", "* * 31 2 mon", "0-59/59 0-23 1-31 1-12 0-6", "5-5 * * * *"} {
		if _, err := cron.Parse(text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{"* * 31 6 *", "* * 31 9 *", "* * 31 11 *"} {
		if _, err := cron.Parse(text); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}

// TestBefore checks the last time before an instant, near and far, and where there is none within a year.
func TestBefore(t *testing.T) {
	at := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	if got := (cron.Schedule{}).Previous(at); !got.Equal(at.AddDate(0, 0, -366)) {
		t.Errorf("of no schedule: %v", got)
	}
	for text, want := range map[string]string{
		"* * * * *": "2026-11-25 11:59", "0 12 * * *": "2026-11-24 12:00", "30 11 * * *": "2026-11-25 11:30", "0 9 * * sun": "2026-11-22 09:00", "0 0 1 * *": "2026-11-01 00:00", "0 0 26 11 *": "2025-11-26 00:00",
		"0 0 29 2 *": "2025-11-24 12:00",
	} {
		s, err := cron.Parse(text)
		if got := s.Previous(at).Format("2006-01-02 15:04"); err != nil || got != want {
			t.Errorf("%s: %s, %v, want %s", text, got, err, want)
		}
	}
}
