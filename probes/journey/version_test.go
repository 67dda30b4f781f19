package journey_test

import (
	"testing"

	"valkyrie/probes/journey"
)

func TestAgent(t *testing.T) {
	if got, want := "v"+journey.Agent()[len("Valkyrie/"):], journey.Version; got != want || journey.Agent() != "Valkyrie/0.1.0" {
		t.Errorf("got %q of version %s", journey.Agent(), want)
	}
}
