package message_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/message"
)

// TestTextNamesAll checks that a text about any number of incidents names all of them or counts the rest, and that one
// without replies contains the command.
func TestTextNamesAll(t *testing.T) {
	named := map[bool]int{}
	rapid.Check(t, func(t *rapid.T) {
		content := message.Content{
			To: alertstest.OnCall.People[0], About: alertstest.ManyIncidents(t, 2), OneWay: rapid.Bool().Draw(t, "one way"), Now: alertstest.Start,
			Round: message.Round{Before: rapid.IntRange(0, 30).Draw(t, "rounds"), Called: rapid.SliceOfN(rapid.StringMatching(`[A-Z][a-z]{2,15}`), 0, 20).Draw(t, "called")},
		}
		text := content.SMS()
		alertstest.WantAllNamed(t, text, content.About)
		if !strings.HasPrefix(text, "VALKYRIE: ") || !strings.Contains(text, fmt.Sprintf("%d things are wrong.", len(content.About))) {
			t.Fatal(text)
		}
		if content.OneWay && !strings.HasSuffix(text, " To acknowledge: valkyrie ack") && !strings.HasSuffix(text, " To acknowledge: valkyrie ack "+content.About[0].Short()) {
			t.Fatal(text)
		}
		named[alertstest.AndMore.MatchString(text)]++
	})
	if named[true] == 0 || named[false] == 0 {
		t.Errorf("with more than are named, and without: %v", named)
	}
}
