package config_test

import (
	"testing"

	"valkyrie/alerts/config"
)

func TestNearest(t *testing.T) {
	known := []string{"run", "watch", "history", "incidents", "silent_after"}
	for typed, want := range map[string]string{
		"rnu": "run", "wach": "watch", "histroy": "history", "incident": "incidents", "silentafter": "silent_after",
		"demo": "", "repeat_after": "", "": "", "print": "",
	} {
		if got := config.Nearest(typed, known); got != want {
			t.Errorf("%q: got %q, want %q", typed, got, want)
		}
	}
}
