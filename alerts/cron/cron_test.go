package cron_test

import (
	"fmt"
	"testing"
	"time"

	"valkyrie/alerts/cron"
)

func ExampleSchedule_Next() {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := cron.Parse("30 2 * * mon-fri,sun")
	if err != nil {
		fmt.Println(err)
		return
	}
	t := time.Date(2026, 3, 27, 12, 0, 0, 0, berlin)
	for range 3 {
		t = s.Next(t)
		fmt.Println(t.Format("Mon 2 Jan 15:04 MST"))
	}
	// Output:
	// Sun 29 Mar 03:00 CEST
	// Mon 30 Mar 02:30 CEST
	// Tue 31 Mar 02:30 CEST
}

// TestNext: each form of a field, both days together, names, descriptors and time zones.
func TestNext(t *testing.T) {
	for _, c := range []struct{ text, from, want string }{
		{"* * * * *", "2026-11-29T16:05:30", "2026-11-29T16:06:00"},
		{"* * * * *", "2026-11-29T16:05:00", "2026-11-29T16:06:00"},
		{"0 6 * * *", "2026-11-29T06:00:00", "2026-11-30T06:00:00"},
		{"*/15 8-9 * * *", "2026-11-29T08:46:00", "2026-11-29T09:00:00"},
		{"10/20 * * * *", "2026-11-29T08:31:00", "2026-11-29T08:50:00"},
		{"0-20/10,59 5 * * *", "2026-11-29T05:20:00", "2026-11-29T05:59:00"},
		{"0,,30, * * * *", "2026-11-29T05:20:00", "2026-11-29T05:30:00"},
		{"0 0 * FEB mon", "2026-11-29T05:20:00", "2027-02-01T00:00:00"},
		{"0 0 1 jan-mar,dec ?", "2026-11-29T05:20:00", "2026-12-01T00:00:00"},
		{"0 0 13 * fri", "2026-11-29T00:00:00", "2026-12-04T00:00:00"},   // a Friday
		{"0 0 13 * fri", "2026-12-11T00:00:00", "2026-12-13T00:00:00"},   // a Sunday
		{"0 0 */2 * mon", "2026-12-01T00:00:00", "2026-12-03T00:00:00"},  // a step restricts the day: either
		{"0 0 */1 * mon", "2026-12-01T00:00:00", "2026-12-07T00:00:00"},  // each day does not
		{"0 0 31 2,4,5 *", "2026-12-01T00:00:00", "2027-05-31T00:00:00"}, // some months have the day
		{"0 6 30 2 1", "2026-12-01T00:00:00", "2027-02-01T06:00:00"},     // Mondays have no such limit
		{"0 6 29 2 *", "2096-02-29T06:00:00", "2104-02-29T06:00:00"},     // 2100 has no such day
		{"@yearly", "2026-11-29T05:20:00", "2027-01-01T00:00:00"},
		{"@annually", "2026-11-29T05:20:00", "2027-01-01T00:00:00"},
		{"@monthly", "2026-11-29T05:20:00", "2026-12-01T00:00:00"},
		{"@weekly", "2026-11-29T05:20:00", "2026-12-06T00:00:00"},
		{"@daily", "2026-11-29T05:20:00", "2026-11-30T00:00:00"},
		{"@midnight", "2026-11-29T05:20:00", "2026-11-30T00:00:00"},
		{"@hourly", "2026-11-29T05:20:00", "2026-11-29T06:00:00"},
		{"@every 1h30m", "2026-11-29T05:20:07", "2026-11-29T06:50:07"},
		{"@every 5ms", "2026-11-29T05:20:07", "2026-11-29T05:20:08"},
		{"CRON_TZ=Asia/Tokyo 0 6 * * *", "2026-11-29T05:20:00", "2026-11-29T21:00:00"},
		{"TZ=Asia/Tokyo @daily", "2026-11-29T05:20:00", "2026-11-29T15:00:00"},
		{"TZ=Local 0 6 * * *", "2026-11-29T05:20:00", "2026-11-29T06:00:00"},
	} {
		s, err := cron.Parse(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		from, err := time.Parse("2006-01-02T15:04:05", c.from)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Next(from).Format("2006-01-02T15:04:05"); got != c.want || s.String() != c.text {
			t.Errorf("%s after %s: got %s, want %s", s, c.from, got, c.want)
		}
	}
}

// TestClockChanges: skipped and repeated times, of schedules for some hours and for every hour.
func TestClockChanges(t *testing.T) {
	for _, c := range []struct {
		text, zone, from string
		want             []string
	}{
		{"30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00+01:00", []string{"29 03:00 CEST", "30 02:30 CEST"}},
		{"0,10,20 1-3 * * *", "Europe/Berlin", "2026-03-29T01:10:00+01:00", []string{"29 01:20 CET", "29 03:00 CEST", "29 03:10 CEST"}},
		{"*/30 * * * *", "Europe/Berlin", "2026-03-29T01:10:00+01:00", []string{"29 01:30 CET", "29 03:00 CEST", "29 03:30 CEST"}},
		{"30 * * * *", "Europe/Berlin", "2026-03-29T01:10:00+01:00", []string{"29 01:30 CET", "29 03:30 CEST"}},
		{"30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00+02:00", []string{"25 02:30 CEST", "26 02:30 CET"}},
		{"0 3 * * *", "Europe/Berlin", "2026-10-25T01:00:00+02:00", []string{"25 03:00 CET", "26 03:00 CET"}},
		{"30 * * * *", "Europe/Berlin", "2026-10-25T01:40:00+02:00", []string{"25 02:30 CEST", "25 02:30 CET", "25 03:30 CET"}},
		{"*/30 2 * * *", "Europe/Berlin", "2026-10-25T02:10:00+01:00", []string{"26 02:00 CET"}},
		{"15 0 * * *", "Africa/Cairo", "2026-04-23T12:00:00+02:00", []string{"24 01:00 EEST", "25 00:15 EEST"}},                   // midnight is skipped
		{"15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00+10:30", []string{"04 02:30 +11", "05 02:15 +11"}},              // half an hour is
		{"30 2 * * *", "America/New_York", "2052-12-29T12:00:00-05:00", []string{"30 02:30 EST", "31 02:30 EST", "01 02:30 EST"}}, // far, in a leap year
		{"0 6 30 12 *", "Pacific/Apia", "2011-12-29T12:00:00-10:00", []string{"31 00:00 +14", "30 06:00 +14", "30 06:00 +14"}},    // a whole day was
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		s, err := cron.Parse(c.text)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, c.from)
		if err != nil {
			t.Fatal(err)
		}
		at = at.In(zone)
		for _, want := range c.want {
			at = s.Next(at)
			if got := at.Format("02 15:04 MST"); got != want {
				t.Errorf("%s in %s after %s: got %s, want %s of %v", c.text, c.zone, c.from, got, want, c.want)
				break
			}
		}
	}
}

// TestFaults: each fault names the field, the expected and the actual value.
func TestFaults(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "expected 5 fields (minute, hour, day of the month, month, day of the week), got 0",
		"6 am":                         "expected 5 fields (minute, hour, day of the month, month, day of the week), got 2",
		"0 0 6 * * *":                  "expected 5 fields (minute, hour, day of the month, month, day of the week), got 6",
		"60 * * * *":                   `minute: expected 0 to 59, got "60"`,
		"-1 * * * *":                   `minute: expected 0 to 59, got ""`,
		"99999999999999999999 * * * *": `minute: expected 0 to 59, got "99999999999999999999"`,
		"* 24 * * *":                   `hour: expected 0 to 23, got "24"`,
		"* 5-2 * * *":                  `hour: expected a range from low to high, got "5-2"`,
		"* 1-2-3 * * *":                `hour: expected 0 to 23, got "2-3"`,
		"* * 0 * *":                    `day of the month: expected 1 to 31, got "0"`,
		"* * L * *":                    `day of the month: expected 1 to 31, got "L"`,
		"* * * 13 *":                   `month: expected 1 to 12 or jan to dec, got "13"`,
		"* * * january *":              `month: expected 1 to 12 or jan to dec, got "january"`,
		"* * * * 7":                    `day of the week: expected 0 to 6 or sun to sat (Sunday is 0), got "7"`,
		"*-5 * * * *":                  `minute: expected 0 to 59, got "*"`,
		"*/0 * * * *":                  `minute: expected a step of at least 1, such as */5, got "*/0"`,
		"*/5/5 * * * *":                `minute: expected a step of at least 1, such as */5, got "*/5/5"`,
		", * * * *":                    `minute: expected a value, got ","`,
		"0 6 30 2 *":                   "it never comes: no February has such a day of the month; use one from 1 to 29",
		"0 6 31 4,6,9,11 ?":            "it never comes: no April, June, September, November has such a day of the month; use one from 1 to 30",
		"@dayly":                       "@dayly is unknown; known: @yearly, @monthly, @weekly, @daily, @hourly, @every 90m",
		"@every":                       "@every is unknown; known: @yearly, @monthly, @weekly, @daily, @hourly, @every 90m",
		"@every soon":                  `@every: expected a duration above 0, such as 90m, got "soon"`,
		"@every -1h":                   `@every: expected a duration above 0, such as 90m, got "-1h"`,
		"TZ=Europe/Berlin":             `expected a schedule behind the time zone, such as "TZ=Europe/Berlin 0 6 * * *"`,
		"CRON_TZ=Mars @daily":          `expected a time zone such as Europe/Berlin, got "Mars"`,
		"TZ=Europe/Berlin 0 6":         "expected 5 fields (minute, hour, day of the month, month, day of the week), got 2",
	} {
		if s, err := cron.Parse(text); err == nil || err.Error() != want || !s.IsZero() {
			t.Errorf("%q:\n got %v, %v\nwant %s", text, s, err, want)
		}
	}
}

// TestZeroSchedule: the zero schedule has no times.
func TestZeroSchedule(t *testing.T) {
	if next := (cron.Schedule{}).Next(time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)); !next.IsZero() {
		t.Errorf("got %v", next)
	}
}
