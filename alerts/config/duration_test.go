package config_test

import (
	"testing"
	"time"

	"valkyrie/alerts/config"
)

// TestParseDuration: weeks and days come before the smaller units, and never with a negative one.
func TestParseDuration(t *testing.T) {
	const day = 24 * time.Hour
	for text, want := range map[string]time.Duration{
		"90s": 90 * time.Second, "1h30m": 90 * time.Minute, "-1h": -time.Hour, "0s": 0, "7d": 7 * day, "2w": 14 * day,
		"1w2d": 9 * day, "1d12h": 36 * time.Hour, "0d": 0, "1w30m": 7*day + 30*time.Minute,
	} {
		if got, err := config.ParseDuration(text); err != nil || got != want {
			t.Errorf("%q: got %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "d", "5", "1.5", "7x", "1d-2h", "2d1w", "1.5d", "10000d", "9999w2562047h", " 1h", "1h\n", "7d\n1h", "-7d", "soon"} {
		if got, err := config.ParseDuration(text); err == nil {
			t.Errorf("%q: got %v, want an error", text, got)
		}
	}
}
