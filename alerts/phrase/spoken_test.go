package phrase_test

import (
	"testing"

	"valkyrie/alerts/phrase"
)

// TestDurations checks the durations that people write, and texts that only look like one.
func TestDurations(t *testing.T) {
	for s, want := range map[string]string{
		"two hours": "2 hours", "mute two hours please": "mute 2 hours please", "half an hour": "0.5 hour", "an hour": "1 hour", "a day": "1 day", "half a day": "0.5 day",
		"an hour and a half": "1.5 hour", "one and a half hours": "1.5 hours", "2 hours and a half": "2.5 hours", "three-day": "3 day", "forty-five minutes": "45 minutes",
		"a quarter of an hour": "15m", "a couple of days": "2 days", "half hour": "0.5 hour", "1½ hours": "1.5 hours", "½h": "0.5h",
		"1,5h": "1.5h", "1,5 hours": "1.5 hours", "x 2,25h": "x 2.25h", ".5h": "0.5h", "1:30": "1h30m", "for 1:30 h, thanks": "for 1h30m, thanks", "1h30": "1h30m", "1hr5": "1h5m",
		"ca97,3e23": "ca97,3e23", "ca97,3 h": "ca97,3 h", "18:00": "18:00", "until 9:75": "until 9:75", "1h75": "1h75", "1h30m": "1h30m", "the print": "the print",
		"zero hours": "zero hours", "many hours": "many hours", "a hand": "a hand", "a house": "a house",
	} {
		if got := phrase.Durations(s); got != want {
			t.Errorf("%q: got %q, want %q", s, got, want)
		}
	}
}
