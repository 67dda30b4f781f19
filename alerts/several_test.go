package alerts_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"valkyrie/alerts"
)

var andMore = regexp.MustCompile(` (\d+) more\.`)

// wantsAllNamed checks that a text fits into two segments, names incidents in order, with their handles, and says truthfully
// how many it does not name.
func wantsAllNamed(t *rapid.T, text string, about []alerts.Incident) {
	more := 0
	if m := andMore.FindStringSubmatch(text); m != nil {
		more, _ = strconv.Atoi(m[1])
	}
	named := 0
	for _, i := range about[:len(about)-more] {
		short := strings.Contains(text, i.Journey+" "+string(i.Kind)) || len(i.Journey) > 40 && strings.Contains(text, string(i.Kind))
		if (short || strings.Contains(text, ", since ")) && strings.Contains(text, "#"+i.Short()) {
			named++
		}
	}
	if len(text) > 306 || named+more != len(about) || more > 0 && len(about) <= 3 {
		t.Fatalf("of %d, %d are named, and it says %d more; %d characters: %s", len(about), named, more, len(text), text)
	}
}

// manyIncidents are so many, of all kinds; with names as long as people make them.
func manyIncidents(t *rapid.T, least int) []alerts.Incident {
	var all []alerts.Incident
	for n := range rapid.IntRange(least, 60).Draw(t, "incidents") {
		name := rapid.StringMatching(`[a-z]{1,12}(-[a-z]{1,12}){0,6}`).Draw(t, "name")
		i := incident(fmt.Sprint(name, "-", n), rapid.SampledFrom(alerts.Kinds()).Draw(t, "kind"), 1, false)
		i.Title = rapid.SampledFrom([]string{"", "print a card", "ein Kärtchen drücken …", strings.Repeat("buy ", 30)}).Draw(t, "title")
		all = append(all, i)
	}
	return all
}

// TestTextNamesAll: however many incidents a text is about, whoever gets it, it names all of them or says how many more there
// are; and one that cannot be replied to says what to do.
func TestTextNamesAll(t *testing.T) {
	named := map[bool]int{}
	rapid.Check(t, func(t *rapid.T) {
		told := alerts.Telling{
			To: onCall.People[0], About: manyIncidents(t, 2), OneWay: rapid.Bool().Draw(t, "one way"), Now: start,
			Round: alerts.Round{Before: rapid.IntRange(0, 30).Draw(t, "rounds"), Called: rapid.SliceOfN(rapid.StringMatching(`[A-Z][a-z]{2,15}`), 0, 20).Draw(t, "called")},
		}
		text := told.Text()
		wantsAllNamed(t, text, told.About)
		if !strings.HasPrefix(text, "VALKYRIE: ") || !strings.Contains(text, fmt.Sprintf("%d things are wrong.", len(told.About))) {
			t.Fatal(text)
		}
		if told.OneWay && !strings.HasSuffix(text, " To acknowledge: valkyrie ack") && !strings.HasSuffix(text, " To acknowledge: valkyrie ack "+told.About[0].Short()) {
			t.Fatal(text)
		}
		named[andMore.MatchString(text)]++
	})
	if named[true] == 0 || named[false] == 0 {
		t.Errorf("with more than are named, and without: %v", named)
	}
}

// TestNoticeNamesAll: so do the texts that tell that a mute, or a maintenance, has ended.
func TestNoticeNamesAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		about := manyIncidents(t, 1)
		w := &world{now: start}
		w.route.Incidents = about
		for i := range w.route.Incidents {
			w.route.Incidents[i].State = alerts.Acknowledged
		}
		w.route.Windows = []alerts.Window{{Until: start}}
		w.route.Mutes = []alerts.Mute{{Until: start, By: "Ada"}}
		w.step(alerts.Tick{})
		if got := names(w.sent); got != "[notice text Ada notice text Ada]" {
			t.Fatal(got)
		}
		for _, p := range w.sent {
			wantsAllNamed(t, p.Words, about)
		}
	})
}
