package regions_test

import (
	"strings"
	"testing"
)

// TestStandbyPagesAndHomeTakesOver: the workers die, people are called, and the home goes down before an answer. The
// standby continues from the home's state and gets an acknowledgement; when the home is back no call is repeated, and at
// the end each person who was called gets one all-clear.
func TestStandbyPagesAndHomeTakesOver(t *testing.T) {
	w := play(t.Context(), story{siteFrom: 2, siteTo: 40, homeFrom: 4, homeTo: 20, tableToo: true, deaf: 2, homeProbe: true}, func(what string, err error) {
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	})
	var at []string
	for _, c := range w.calls {
		from := "home"
		if c.from == w.standby {
			from = "standby"
		}
		at = append(at, c.at.Format("15:04")+" "+from)
	}
	if got, want := strings.Join(at, ", "), "12:03 home, 12:03 home, 12:08 standby, 12:09 standby"; got != want {
		t.Errorf("called at %s; expected %s\n%s", got, want, w.history())
	}
	texts := map[string]int{}
	for _, x := range w.texts {
		texts[x.String()]++
	}
	for text, n := range texts {
		if n != 1 {
			t.Errorf("%d texts: %s", n, text)
		}
	}
	if !strings.Contains(strings.Join(w.assignments, "; "), "here from 12:0") || !strings.HasPrefix(w.assignments[len(w.assignments)-1], "nowhere from 12:20:00") {
		t.Errorf("the standby was %q", w.assignments)
	}
}

// TestStandbyWorksAtHome: only the home's pager dies; the standby pages from the home's table, and its own table stays a
// copy.
func TestStandbyWorksAtHome(t *testing.T) {
	w := play(t.Context(), story{siteFrom: 10, siteTo: 30, homeFrom: 5, homeTo: 40, deaf: 1, homeProbe: true}, func(what string, err error) {
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	})
	if len(w.calls) != 2 || w.calls[0].from != w.home || len(w.assignments) != 3 || !strings.HasPrefix(w.assignments[1], "at home from 12:0") {
		t.Error(w.history())
	}
}
