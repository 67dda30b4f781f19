package main

import (
	"strings"
	"testing"
	"time"

	"valkyrie/functions/valkyrie/cli"
)

// TestAnyDay answers on days of all kinds, and today, what depends on the day. The full calendar is that of make test-dates.
func TestAnyDay(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	days := []time.Time{time.Now()}
	for _, day := range []string{
		"2026-12-28T07:59:30Z", "2026-12-28T08:00:30Z", // on either side of a handover, in winter
		"2027-03-28T00:59:30Z", "2027-03-29T07:00:30Z", // clocks are put forward, and the handover after that
		"2027-10-31T00:30:00Z", "2027-10-31T01:30:00Z", // the hour that is there twice
		"2026-12-31T23:30:00Z", "2028-02-29T12:00:00Z", "2038-01-19T03:14:30Z",
	} {
		at, err := time.Parse(time.RFC3339, day)
		if err != nil {
			t.Fatal(err)
		}
		days = append(days, at)
	}
	for _, now := range days {
		t.Run(now.UTC().Format(time.RFC3339), func(t *testing.T) {
			dir := rotaFolder(t)
			i := openIncident(t, dir, now)
			first := "Ada"
			for week := 1; !time.Date(2026, 1, 12+7*week, 9, 0, 0, 0, berlin).After(now); week++ {
				first = []string{"Ada", "Grace"}[week%2]
			}
			for _, c := range []struct{ args, want string }{
				{"oncall --alerts DIR/alerts.yaml --zone Europe/Berlin", now.In(berlin).Format("Monday 2 January 2006, 15:04 MST") + "\n1.  " + first + " "},
				{"ack --alerts DIR/alerts.yaml", "Thank you, " + first + ". Yours: print-card down #" + i.Short()},
				{"mark v1 --at 10m", "marked v1 at " + now.Add(-10*time.Minute).Local().Format("2006-01-02 15:04")},
				{"mute all --for 6d", now.Add(6 * 24 * time.Hour).Local().Format("until Mon 2 Jan 15:04:05 MST")},
				{"history --since yesterday --until today", ""},
			} {
				out, errs, code := typedAt(t, now, dir, append(strings.Fields(c.args), "--db", "DIR/valkyrie.db")...)
				if !strings.Contains(out, c.want) || code != cli.ExitOK {
					t.Errorf("%s: got %q, %q, code %d; want %q", c.args, out, errs, code, c.want)
				}
			}
		})
	}
}
