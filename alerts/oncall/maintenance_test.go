package oncall_test

import (
	"testing"
	"time"

	"valkyrie/alerts/config"
)

// TestWindowsOnClockChanges: a maintenance window begins with the job that cron starts at its time, east and west of Greenwich: right
// after the change if the clock skips the time, and at the first of two such times. A single window keeps its length.
func TestWindowsOnClockChanges(t *testing.T) {
	for _, c := range []struct{ window, from, until string }{
		{`{zone: Europe/Berlin, every: "02:30", for: 30m}`, "2026-03-29T03:00:00+02:00", "2026-03-29T03:30:00+02:00"},
		{`{zone: America/New_York, every: "02:30", for: 30m}`, "2026-03-08T03:00:00-04:00", "2026-03-08T03:30:00-04:00"},
		{`{zone: Europe/Berlin, every: "Sunday 02:30", for: 30m}`, "2026-10-25T02:30:00+02:00", "2026-10-25T02:00:00+01:00"},
		{`{zone: America/New_York, every: "Sunday 01:30", for: 30m}`, "2026-11-01T01:30:00-04:00", "2026-11-01T01:00:00-05:00"},
		{`{zone: Europe/Berlin, every: "00:30", for: 4h}`, "2026-10-25T00:30:00+02:00", "2026-10-25T03:30:00+01:00"},
		{`{zone: Africa/Cairo, every: "00:15", for: 1h}`, "2026-04-24T01:00:00+03:00", "2026-04-24T02:00:00+03:00"},
		{`{zone: Europe/Berlin, every: "03:00", for: 1h}`, "2026-03-29T03:00:00+02:00", "2026-03-29T04:00:00+02:00"},
		{`{zone: Australia/Lord_Howe, every: "02:15", for: 1h}`, "2026-10-04T02:30:00+11:00", "2026-10-04T03:30:00+11:00"},
		{`{zone: America/New_York, from: 2026-03-08 02:15, to: 2026-03-08 02:45}`, "2026-03-08T03:15:00-04:00", "2026-03-08T03:45:00-04:00"},
		{`{zone: Europe/Berlin, from: 2026-03-29 02:15, to: 2026-03-29 02:45}`, "2026-03-29T03:15:00+02:00", "2026-03-29T03:45:00+02:00"},
		{`{zone: Europe/Berlin, from: 2026-10-25 02:15, to: 2026-10-25 02:45}`, "2026-10-25T02:15:00+02:00", "2026-10-25T02:45:00+02:00"},
	} {
		file, err := config.Parse("alerts.yaml", []byte(`
on_call:
  people: [{name: Ada, phone: "+12025550143"}]
  escalation: [Ada]
  maintenance: [`+c.window+`]
phone: {from: "+12025550100"}
`), nil)
		if err != nil {
			t.Fatal(err)
		}
		window := file.OnCall.Maintenance[0]
		from, until := instant(t, c.from), instant(t, c.until)
		for at := from.Add(-3 * time.Hour); at.Before(until.Add(3 * time.Hour)); at = at.Add(time.Minute) {
			end, on := window.ActiveUntil(at)
			if want := !at.Before(from) && at.Before(until); on != want || on && !end.Equal(until) {
				t.Errorf("%s: at %s it is open: %t until %s, want %s to %s", c.window, at, on, end, c.from, c.until)
				break
			}
		}
	}
}

func instant(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
