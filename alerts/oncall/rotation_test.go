package oncall_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"valkyrie/alerts/config"
	"valkyrie/alerts/oncall"
)

// rota parses a file with three people and these rotations.
func rota(t rapid.TB, rotations string) oncall.OnCall {
	t.Helper()
	text := `
on_call:
  people: [{name: Ada, phone: "+12025550143"}, {name: Grace, phone: "+12025550187"}, {name: Linus, phone: "+12025550188"}]
  escalation: [Ada]
  rotations:
` + rotations + `
phone: {from: "+12025550100"}
`
	c, err := config.Parse("alerts.yaml", []byte(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	return c.OnCall
}

// TestHandOver: the hand-over is at the same wall clock time in summer and in winter.
func TestHandOver(t *testing.T) {
	o := rota(t, `
    - {name: primary, zone: Europe/Berlin, every: week, hand_over: "Monday 09:00", start: 2026-01-05, people: [Ada, Grace]}
    - {name: late, zone: Europe/Berlin, every: week, hand_over: "Wednesday 18:45", start: 2026-01-07, people: [Ada, Grace]}
    - {name: daily, zone: Asia/Kathmandu, every: day, hand_over: "00:30", start: 2026-01-05, people: [Ada, Grace]}
    - {name: unset, zone: Europe/Berlin, every: week, start: 2026-01-05, people: [Ada, Grace]}
    - {name: table, zone: Europe/Berlin, shifts: [{who: Ada, from: Mon 09:00, to: Fri 18:00}, {who: Grace, from: Fri 18:00, to: Mon 09:00}]}`)
	for _, c := range []struct{ rotation, at, want string }{
		{"primary", "2026-01-05T07:59:59Z", "Grace until 2026-01-05T08:00:00Z"},
		{"primary", "2026-01-05T08:00:00Z", "Ada until 2026-01-12T08:00:00Z"},
		{"primary", "2026-03-29T12:00:00Z", "Grace until 2026-03-30T07:00:00Z"}, // the clocks went forward that morning
		{"primary", "2026-10-25T12:00:00Z", "Grace until 2026-10-26T08:00:00Z"},
		{"primary", "2025-12-28T12:00:00Z", "Ada until 2025-12-29T08:00:00Z"}, // turns before the start are extrapolated
		{"late", "2026-01-14T17:44:59Z", "Ada until 2026-01-14T17:45:00Z"},
		{"late", "2026-01-14T17:45:00Z", "Grace until 2026-01-21T17:45:00Z"},
		{"late", "2026-04-01T12:00:00Z", "Grace until 2026-04-01T16:45:00Z"}, // in summer time
		{"daily", "2026-01-05T18:44:59Z", "Ada until 2026-01-05T18:45:00Z"},
		{"unset", "2026-01-12T07:59:59Z", "Ada until 2026-01-12T08:00:00Z"}, // 09:00 by default
		{"table", "2026-03-27T16:59:00Z", "Ada until 2026-03-27T17:00:00Z"},
		{"table", "2026-03-27T17:00:00Z", "Grace until 2026-03-30T07:00:00Z"},
		{"table", "2026-10-31T12:00:00Z", "Grace until 2026-11-02T08:00:00Z"},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		p, d, _ := o.Duty(c.rotation, at)
		if got := p.Name + " until " + d.Until.UTC().Format(time.RFC3339); got != c.want {
			t.Errorf("%s at %s: got %s, want %s", c.rotation, c.at, got, c.want)
		}
	}
}

// TestExactlyOne: over two years, exactly one person is on duty at any time, in zones whose clocks change by an hour, by half an
// hour, at midnight or never. Turns follow each other without a gap.
func TestExactlyOne(t *testing.T) {
	zones := []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Havana", "UTC"}
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(zones).Draw(t, "zone")
		clock := rapid.SampledFrom([]string{"00:00", "00:30", "01:30", "01:45", "02:00", "02:30", "09:00"})
		every := rapid.SampledFrom([]string{"day", "week", "3 days", "2 weeks"}).Draw(t, "every")
		a, b := clock.Draw(t, "first"), clock.Draw(t, "second")
		o := rota(t, `
    - {name: turns, zone: `+zone+`, every: `+every+`, hand_over: "`+a+`", start: 2026-06-01, people: [Ada, Grace, Linus]}
    - {name: table, zone: `+zone+`, shifts: [{who: Ada, from: Sun `+a+`, to: Wed `+b+`}, {who: Grace, from: Wed `+b+`, to: Sun `+a+`}]}`)
		for _, rotation := range []string{"turns", "table"} {
			follow(t, o, rotation)
		}
	})
}

// follow checks turn after turn through two years.
func follow(t *rapid.T, o oncall.OnCall, rotation string) {
	at := time.Date(2026, 1, 1, 0, rapid.IntRange(0, 10_000).Draw(t, "minute"), 0, 0, time.UTC)
	_, duty, ok := o.Duty(rotation, at)
	for until := at.AddDate(2, 0, 0); at.Before(until); {
		if !ok || duty.From.After(at) || !duty.Until.After(at) {
			t.Fatalf("%s at %v: %+v", rotation, at, duty)
		}
		for _, inside := range []time.Time{duty.From, duty.From.Add(duty.Until.Sub(duty.From) / 2), duty.Until.Add(-1)} {
			if p, d, _ := o.Duty(rotation, inside); d != duty || p.Name != duty.Who {
				t.Fatalf("%s at %v: %+v, but at %v: %+v", rotation, at, duty, inside, d)
			}
		}
		_, next, _ := o.Duty(rotation, duty.Until)
		if next.Who == duty.Who || !next.From.Equal(duty.Until) {
			t.Fatalf("%s: after %+v comes %+v", rotation, duty, next)
		}
		at, duty = duty.Until, next
	}
}

func TestOverride(t *testing.T) {
	o := rota(t, `
    - {name: primary, zone: Europe/Berlin, every: week, start: 2026-11-16, people: [Ada, Grace]}
  overrides:
    - {rotation: primary, who: Linus, from: "2026-11-18 12:00", to: "2026-11-19T12:00:00+01:00"}`)
	var got []string
	for at := time.Date(2026, 11, 16, 8, 0, 0, 0, time.UTC); at.Before(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)); {
		_, d, _ := o.Duty("primary", at)
		got = append(got, d.Who+" from "+d.From.UTC().Format("02 15:04"))
		at = d.Until
	}
	want := []string{"Ada from 16 08:00", "Linus from 18 11:00", "Ada from 19 11:00", "Grace from 23 08:00"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestOverridesMadeLater: an override that was made at run time comes before one of the file, and each is in force from its first moment to
// before its last, for its own rotation.
func TestOverridesMadeLater(t *testing.T) {
	o := rota(t, `
    - {name: primary, zone: Europe/Berlin, every: week, start: 2026-11-16, people: [Ada]}
    - {name: other, zone: Europe/Berlin, every: week, start: 2026-11-16, people: [Ada]}
  overrides:
    - {rotation: primary, who: Linus, from: "2026-11-18 12:00", to: "2026-11-18 18:00"}`)
	wall := func(text string) oncall.WallTime {
		at, err := oncall.ParseWallTime(text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	made := []oncall.Override{{Rotation: "primary", Who: "Grace", From: wall("2026-11-18 14:00"), To: wall("2026-11-18 16:00")}}
	both := o.With(made)
	for at, want := range map[string]string{
		"10:59:59": "Ada", "11:00:00": "Linus", "12:59:59": "Linus", "13:00:00": "Grace", "14:59:59": "Grace", "15:00:00": "Linus", "16:59:59": "Linus", "17:00:00": "Ada", // 12:00 in Berlin is 11:00 UTC
	} {
		when, err := time.Parse(time.RFC3339, "2026-11-18T"+at+"Z")
		if err != nil {
			t.Fatal(err)
		}
		if p, _, _ := both.Duty("primary", when); p.Name != want {
			t.Errorf("at %s: %s, want %s", at, p.Name, want)
		}
		if p, _, _ := both.Duty("other", when); p.Name != "Ada" {
			t.Errorf("at %s the other rotation has %s", at, p.Name)
		}
	}
	utc := func(from, to string) oncall.Override {
		return oncall.Override{Rotation: "primary", From: wall("2026-11-18 " + from), To: wall("2026-11-18 " + to)}
	}
	for _, c := range []struct {
		a, b oncall.Override
		want bool
	}{
		{utc("12:00", "18:00"), utc("14:00", "16:00"), true},
		{utc("12:00", "14:00"), utc("13:00", "16:00"), true},
		{utc("12:00", "14:00"), utc("14:00", "16:00"), false},
		{utc("12:00", "14:00"), utc("15:00", "16:00"), false},
		{utc("12:00", "18:00"), oncall.Override{Rotation: "other", From: wall("2026-11-18 12:00"), To: wall("2026-11-18 18:00")}, false},
	} {
		if c.a.Overlaps(c.b, time.UTC) != c.want || c.b.Overlaps(c.a, time.UTC) != c.want {
			t.Errorf("%+v and %+v overlap: %t, %t, want %t", c.a, c.b, c.a.Overlaps(c.b, time.UTC), c.b.Overlaps(c.a, time.UTC), c.want)
		}
	}
}

// TestAwake: a text waits for the waking hours in the person's own zone.
func TestAwake(t *testing.T) {
	for _, c := range []struct{ zone, hours, at, want string }{
		{"Europe/Berlin", "08:00-22:00", "2026-11-21T03:00:00Z", "2026-11-21T07:00:00Z"},
		{"Europe/Berlin", "08:00-22:00", "2026-11-21T12:00:01Z", "2026-11-21T12:00:01Z"},
		{"Europe/Berlin", "08:00-22:00", "2026-11-21T21:00:00Z", "2026-11-22T07:00:00Z"},
		{"Europe/Berlin", "08:00-22:00", "2026-03-28T22:30:00Z", "2026-03-29T06:00:00Z"}, // the night the clocks go forward
		{"Europe/Berlin", "02:15-02:45", "2026-03-29T00:00:00Z", "2026-03-30T00:15:00Z"}, // 02:15 is skipped
		{"Europe/Berlin", "02:30-09:00", "2026-10-25T01:10:00Z", "2026-10-25T01:30:00Z"}, // 02:30 is repeated
		{"Asia/Kathmandu", "08:00-22:00", "2026-11-21T00:00:00Z", "2026-11-21T02:15:00Z"},
		{"UTC", "22:00-06:00", "2026-11-21T23:00:00Z", "2026-11-21T23:00:00Z"}, // hours across midnight
		{"UTC", "22:00-06:00", "2026-11-21T06:00:00Z", "2026-11-21T22:00:00Z"},
		{"UTC", "22:00-06:00", "2026-11-21T03:00:00Z", "2026-11-21T03:00:00Z"},
	} {
		zone, err := oncall.ParseZone(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		hours, err := oncall.ParseHours(c.hours)
		if err != nil {
			t.Fatal(err)
		}
		at, _ := time.Parse(time.RFC3339, c.at)
		got := oncall.Person{Zone: zone, Awake: hours}.Reachable(at).UTC().Format(time.RFC3339)
		if got != c.want {
			t.Errorf("%s %s at %s: got %s, want %s", c.zone, c.hours, c.at, got, c.want)
		}
	}
}

// TestAnyStart checks that a rotation that starts in any year, also by a slip of the hand in the year 26, has its person on
// duty, and that finding them takes no longer than for one of this year: a search through the days between would not end.
func TestAnyStart(t *testing.T) {
	for _, year := range []int{1, 26, 202, 1600, 2026, 3026, 9999} {
		o := rota(t, fmt.Sprintf("    - {name: primary, zone: Europe/Berlin, every: day, start: %04d-01-05, people: [Ada, Grace]}", year))
		r := o.Rotations[0]
		for n := range 5000 {
			at := time.Date(2026, 11, 21, 0, n*37, 0, 0, time.UTC)
			if d := r.At(at); d.Who == "" || at.Before(d.From) || !at.Before(d.Until) || d.Until.Sub(d.From) > 26*time.Hour {
				t.Fatalf("start in %d: at %v %s is on duty from %v until %v", year, at, d.Who, d.From, d.Until)
			}
		}
	}
}
