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
