package oncall_test

import (
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"valkyrie/alerts/oncall"
)

// TestDrillTimes checks each week and day of the month, from before, at and after the time.
func TestDrillTimes(t *testing.T) {
	for text, want := range map[string][3]string{
		// November 2026 begins on a Sunday, and ends on a Monday. From the 1st at midnight, from its own time, and from the 30th at 23:59.
		"first Sunday 10:00":           {"11-01 10:00", "12-06 10:00", "12-06 10:00"},
		"first Saturday 00:00":         {"11-07 00:00", "12-05 00:00", "12-05 00:00"},
		"second Monday 09:30":          {"11-09 09:30", "12-14 09:30", "12-14 09:30"},
		"third Tuesday 09:30":          {"11-17 09:30", "12-15 09:30", "12-15 09:30"},
		"fourth Wednesday 23:59":       {"11-25 23:59", "12-23 23:59", "12-23 23:59"},
		"last Monday 08:00":            {"11-30 08:00", "12-28 08:00", "12-28 08:00"},
		"last Sun 08:00":               {"11-29 08:00", "12-27 08:00", "12-27 08:00"},
		"monthly first tuesday 10:00":  {"11-03 10:00", "12-01 10:00", "12-01 10:00"},
		"monthly last Saturday 00:00":  {"11-28 00:00", "12-26 00:00", "12-26 00:00"},
		"0 10 * * 2":                   {"11-03 10:00", "11-10 10:00", "12-01 10:00"},
		"@daily":                       {"11-02 00:00", "11-03 00:00", "12-01 00:00"},
		"first Sunday 00:00":           {"12-06 00:00", "01-03 00:00", "12-06 00:00"},
		"monthly fourth Saturday 00:1": {},
	} {
		var d oncall.DrillTime
		if err := yaml.Unmarshal([]byte("'"+text+"'"), &d); err != nil {
			if want != ([3]string{}) {
				t.Errorf("%s: %v", text, err)
			}
			continue
		}
		next := func(at time.Time) string { return d.Next(at).Format("01-02 15:04") }
		begin := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
		got := [3]string{next(begin), next(d.Next(begin)), next(time.Date(2026, 11, 30, 23, 59, 0, 0, time.UTC))}
		if got != want || !d.IsSet() || d.String() != text || !d.Equal(d) || d.Equal(oncall.DrillTime{}) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	if (oncall.DrillTime{}).IsSet() {
		t.Error("a drill that was not written has a time")
	}
}

// TestScalars checks how each value of the on-call file is read, and the whole error of a malformed one.
func TestScalars(t *testing.T) {
	type file struct {
		Drill oncall.DrillTime  `yaml:"drill"`
		Turn  oncall.Turn       `yaml:"turn"`
		Week  oncall.TimeOfWeek `yaml:"week"`
		Start oncall.Date       `yaml:"start"`
		Zone  oncall.Zone       `yaml:"zone"`
	}
	const (
		drill = `expected a time such as "first Tuesday 10:00" (of every month), or five fields as in cron, got `
		turn  = `expected a turn such as "week", "day" or "3 days", got `
		week  = `expected a time such as "09:00" or "Monday 09:00", got `
		start = `expected a date such as 2026-11-23, got `
	)
	for text, want := range map[string]string{
		"turn: day": "1", "turn: week": "7", "turn: 3 days": "3", "turn: 2 weeks": "14", "turn: 366 days": "366", "turn: 1 day": "1",
		"turn: 0 days": turn + `"0 days"`, "turn: 1000 days": turn + `"1000 days"`, "turn: month": turn + `"month"`, "turn: 3  days": turn + `"3  days"`,
		"week: 09:00": "09:00", "week: Monday 09:05": "Monday 09:05", "week: mon 23:59": "Monday 23:59", "week: Sunday 00:00": "Sunday 00:00", "week: sat 00:00": "Saturday 00:00",
		"week: mo 09:00": week + `"mo 09:00"`, "week: Monday": week + `"Monday"`, "week: 9:00": week + `"9:00"`, "week: Monday 24:00": week + `"Monday 24:00"`, "week: Monday  09:00": week + `"Monday  09:00"`,
		"week: Mondays 09:00": week + `"Mondays 09:00"`, `week: " 09:00"`: week + `" 09:00"`,
		"start: 2026-11-23": "2026-11-23", "start: 2026-02-30": start + `"2026-02-30"`, "start: 23.11.2026": start + `"23.11.2026"`,
		"drill: fifth Monday 10:00": drill + `"fifth Monday 10:00"`, "drill: first Monday 25:00": drill + `"first Monday 25:00"`, "drill: first day 10:00": drill + `"first day 10:00"`,
		"drill: first Monday": drill + `"first Monday"`, "drill: 0 10 * *": drill + `"0 10 * *"`, "drill: now": drill + `"now"`,
		"drill: [a]": "expected a single value, got a list", "turn: {a: b}": "expected a single value, got fields (name: value)",
		"zone: Berlin": `expected a time zone such as Europe/Berlin, got "Berlin"`, "zone: Asia/Tokyo": "Asia/Tokyo",
	} {
		var f file
		err := yaml.Unmarshal([]byte(text), &f)
		got := map[string]string{"turn": "", "week": f.Week.String(), "star": f.Start.Format(time.DateOnly), "zone": f.Zone.String()}[text[:4]]
		if text[:4] == "turn" {
			got = time.Duration(f.Turn).String()
			got = strings.TrimSuffix(got, "ns")
		}
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	for text, more := range map[string]string{
		"drill: 0 25 * * *": `"0 25 * * *": `, `drill: "@every 24h"`: `it never comes, as @every has no time of the day; write one, such as "0 10 * * *"`, `drill: "@sometimes"`: `"@sometimes": `,
		"drill: first Monday of the year": `"first Monday of the year": `,
	} {
		var f file
		if err := yaml.Unmarshal([]byte(text), &f); err == nil || !strings.HasPrefix(err.Error(), drill) || !strings.Contains(err.Error(), more) {
			t.Errorf("%s: %v; want %s", text, err, more)
		}
	}
	var f file
	if err := yaml.Unmarshal([]byte("week: Tuesday 09:05"), &f); err != nil || f.Week.MinuteOfWeek() != 2*1440+545 || f.Week.Daily || !f.Week.IsSet() || (oncall.TimeOfWeek{}).IsSet() {
		t.Errorf("%+v, %v", f.Week, err)
	}
	for node, want := range map[string]string{"[]": "a list", "{}": "fields (name: value)", "null": "nothing", "~": "nothing", "text": `"text"`, "5": `"5"`} {
		var n yaml.Node
		if err := yaml.Unmarshal([]byte(node), &n); err != nil || oncall.Describe(n.Content[0]) != want {
			t.Errorf("%s is described as %s, %v", node, oncall.Describe(n.Content[0]), err)
		}
	}
}

// TestTurns checks whose turn it is, long before and after the start, with each setting left out and set; and the gaps of no table.
func TestTurns(t *testing.T) {
	parse := func(text string) (r oncall.Rotation) {
		t.Helper()
		if err := yaml.Unmarshal([]byte(text), &r); err != nil {
			t.Fatal(err)
		}
		return r
	}
	for text, days := range map[string]map[string]string{
		"{start: 2026-11-16, people: [Ada, Grace, Linus]}": {
			"2026-11-16 08:59": "Linus 11-09 09:00 11-16 09:00", "2026-11-16 09:00": "Ada 11-16 09:00 11-23 09:00", "2026-11-23 09:00": "Grace 11-23 09:00 11-30 09:00",
			"2026-11-01 00:00": "Ada 10-26 09:00 11-02 09:00", "2026-12-07 09:00": "Ada 12-07 09:00 12-14 09:00",
		},
		"{start: 2026-11-16, every: 3 days, hand_over: Monday 17:30, people: [Ada, Grace]}": {
			"2026-11-16 17:29": "Grace 11-13 17:30 11-16 17:30", "2026-11-16 17:30": "Ada 11-16 17:30 11-19 17:30", "2026-11-19 17:30": "Grace 11-19 17:30 11-22 17:30",
		},
		"{start: 2026-11-16, every: day, hand_over: 00:00, people: [Ada]}": {"2026-11-16 00:00": "Ada 11-16 00:00 11-17 00:00", "2026-11-15 23:59": "Ada 11-15 00:00 11-16 00:00"},
		"{people: []}": {"2026-11-16 00:00": " 01-01 00:00 01-01 00:00"},
		"{shifts: [{who: Ada, from: Monday 09:00, to: Friday 17:00}, {who: Grace, from: Friday 17:00, to: Monday 09:00}]}": {
			"2026-11-16 08:59": "Grace 11-13 17:00 11-16 09:00", "2026-11-16 09:00": "Ada 11-16 09:00 11-20 17:00", "2026-11-20 16:59": "Ada 11-16 09:00 11-20 17:00",
			"2026-11-20 17:00": "Grace 11-20 17:00 11-23 09:00", "2026-11-22 00:00": "Grace 11-20 17:00 11-23 09:00", "2026-11-21 23:59": "Grace 11-20 17:00 11-23 09:00",
		},
		"{shifts: [{who: Grace, from: Friday 17:00, to: Monday 09:00}, {who: Linus, from: Wednesday 09:00, to: Friday 17:00}, {who: Ada, from: Monday 09:00, to: Wednesday 09:00}]}": { // in any order
			"2026-11-19 12:00": "Linus 11-18 09:00 11-20 17:00", "2026-11-17 12:00": "Ada 11-16 09:00 11-18 09:00", "2026-11-21 12:00": "Grace 11-20 17:00 11-23 09:00",
		},
		"{shifts: [{who: Ada, from: Sunday 00:00, to: Sunday 00:00}]}": {"2026-11-22 00:00": "Ada 11-22 00:00 11-29 00:00", "2026-11-21 23:59": "Ada 11-15 00:00 11-22 00:00"},
	} {
		for at, want := range days {
			when, _ := time.Parse("2006-01-02 15:04", at)
			d := parse(text).At(when)
			if got := d.Who + " " + d.From.Format("01-02 15:04") + " " + d.Until.Format("01-02 15:04"); got != want {
				t.Errorf("%s at %s: %s, want %s", text, at, got, want)
			}
		}
	}
	for text, want := range map[string]int{"{from: Monday 09:00, to: Friday 17:00}": 4*1440 + 480, "{from: Saturday 00:00, to: Sunday 00:00}": 1440, "{from: Sunday 01:00, to: Sunday 01:00}": 10080, "{from: Friday 17:00, to: Monday 09:00}": 2*1440 + 960} {
		var s oncall.Shift
		if err := yaml.Unmarshal([]byte(text), &s); err != nil || s.Minutes() != want {
			t.Errorf("%s lasts %d minutes, %v; want %d", text, s.Minutes(), err, want)
		}
	}
}

// TestMaintenance checks of each form of a window when it is open, at both of its ends, and for which journeys.
func TestMaintenance(t *testing.T) {
	for text, times := range map[string]map[string]string{
		"{from: 2026-11-21 01:00, to: 2026-11-21 03:00}": {"21 00:59": "closed", "21 01:00": "21 03:00", "21 02:59": "21 03:00", "21 03:00": "closed"},
		"{every: 23:30, for: 1h}":                        {"21 23:29": "closed", "21 23:30": "22 00:30", "22 00:29": "22 00:30", "22 00:30": "closed"},
		"{every: Saturday 23:30, for: 1h}":               {"21 23:30": "22 00:30", "22 00:29": "22 00:30", "22 23:30": "closed", "20 23:30": "closed"},
		"{every: Saturday 00:00, for: 167h}":             {"20 22:59": "20 23:00", "20 23:00": "closed", "21 00:00": "27 23:00", "27 22:59": "27 23:00"},
		"{}":                                             {"21 00:00": "closed"},
	} {
		var m oncall.Maintenance
		if err := yaml.Unmarshal([]byte(text), &m); err != nil {
			t.Fatal(err)
		}
		for at, want := range times {
			when, _ := time.Parse("2006-01 02 15:04", "2026-11 "+at)
			got := "closed"
			end, on := m.ActiveUntil(when)
			if on {
				got = end.Format("02 15:04")
			}
			if got != want || m.ActiveAt(when) != on {
				t.Errorf("%s at %s: %s, want %s", text, at, got, want)
			}
		}
	}
	for _, c := range []struct {
		journeys []string
		want     bool
	}{{nil, true}, {[]string{"login"}, false}, {[]string{"login", "card"}, true}} {
		if got := (oncall.Maintenance{Journeys: c.journeys}).Covers("card"); got != c.want {
			t.Errorf("a window of %q covers the journey: %t", c.journeys, got)
		}
	}
}
