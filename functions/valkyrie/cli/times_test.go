package cli

import (
	"testing"
	"time"
)

func TestParseTime(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 21, 3, 30, 0, 0, time.UTC) // a Saturday, 04:30 in Berlin
	for in, want := range map[string]string{
		"now": "2026-11-21T03:30:00Z", "03:00": "2026-11-22T02:00:00Z", "05:00": "2026-11-21T04:00:00Z",
		"Sunday 03:00": "2026-11-22T02:00:00Z", "sat 03:00": "2026-11-28T02:00:00Z", "sat 05:00": "2026-11-21T04:00:00Z",
		"tomorrow 03:00": "2026-11-22T02:00:00Z", "2026-06-01 03:00": "2026-06-01T01:00:00Z", "2026-06-01T03:00:00-04:00": "2026-06-01T07:00:00Z",
	} {
		got, err := ParseTime(in, now, berlin)
		if err != nil || got.UTC().Format(time.RFC3339) != want {
			t.Errorf("%s: got %v %v, want %s", in, got, err, want)
		}
	}
}

func TestParsePast(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 10, 25, 12, 0, 0, 0, time.UTC) // a Sunday; at 01:00 UTC the clocks in Berlin went back to 02:00
	for in, want := range map[string]string{
		"90m": "2026-10-25T10:30:00Z", "24h": "2026-10-24T12:00:00Z", "7d": "2026-10-18T12:00:00Z", "2w": "2026-10-11T12:00:00Z",
		"1d12h": "2026-10-24T00:00:00Z", "today": "2026-10-24T22:00:00Z", "yesterday": "2026-10-23T22:00:00Z",
		"13:00": "2026-10-25T12:00:00Z", "13:01": "2026-10-24T11:01:00Z", "2026-10-25": "2026-10-24T22:00:00Z",
		"2026-10-25 03:00": "2026-10-25T02:00:00Z", "2026-10-25T03:00:00+02:00": "2026-10-25T01:00:00Z",
	} {
		got, err := ParsePast(in, now, berlin)
		if err != nil || got.UTC().Format(time.RFC3339) != want {
			t.Errorf("%s: got %v %v, want %s", in, got, err, want)
		}
	}
	for _, in := range []string{"", "5", "0s", "-1h", "7days", "tomorrow", "2026-10-26", "25:00"} {
		if got, err := ParsePast(in, now, berlin); err == nil {
			t.Errorf("%q: got %v, want an error", in, got)
		}
	}
}

func TestParseUntil(t *testing.T) {
	now := time.Date(2026, 11, 21, 3, 30, 0, 0, time.UTC)
	for in, want := range map[string]string{"90m": "2026-11-21T05:00:00Z", "2d": "2026-11-23T03:30:00Z", "18:00": "2026-11-21T18:00:00Z", "monday 09:00": "2026-11-23T09:00:00Z"} {
		got, err := ParseUntil(in, now, time.UTC)
		if err != nil || got.Format(time.RFC3339) != want {
			t.Errorf("%s: got %v %v, want %s", in, got, err, want)
		}
	}
	if got, err := ParseUntil("teatime", now, time.UTC); err == nil {
		t.Errorf("teatime is %v", got)
	}
}

func TestFormatDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 90 * time.Second: "1m30s", 5 * time.Minute: "5m", time.Hour: "1h", 90 * time.Minute: "1h30m", Day: "24h", 2 * Day: "2d", 400 * Day: "400d", Day + time.Hour: "25h",
	} {
		if got := FormatDuration(d); got != want {
			t.Errorf("%v: got %s, want %s", d, got, want)
		}
	}
}

// TestPastTime: the period of a relative time keeps its words, that of an absolute one shows UTC.
func TestPastTime(t *testing.T) {
	now := func() time.Time { return time.Date(2026, 11, 21, 3, 30, 0, 0, time.UTC) }
	p := Ago("24h", now)
	if got := p.Since(); got != "in the last 24h" || !p.At.Equal(now().Add(-Day)) {
		t.Errorf("got %q, %v", got, p.At)
	}
	if err := p.Set("2026-11-20T04:05:00+01:00"); err != nil || p.Since() != "since 2026-11-20 03:05 UTC" {
		t.Errorf("got %q, %v", p.Since(), err)
	}
}
