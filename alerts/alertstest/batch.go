package alertstest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"pgregory.net/rapid"

	"valkyrie/alerts/incident"
)

// AndMore matches the number of incidents that a text does not name.
var AndMore = regexp.MustCompile(` (\d+) more\.`)

// WantAllNamed checks that a text fits into two segments, names incidents in order with their handles, and states the correct
// number of incidents that it does not name.
func WantAllNamed(t *rapid.T, text string, about []incident.Incident) {
	more := 0
	if m := AndMore.FindStringSubmatch(text); m != nil {
		more, _ = strconv.Atoi(m[1])
	}
	named := 0
	for _, i := range about[:len(about)-more] {
		short := strings.Contains(text, i.Journey+" "+string(i.Kind)) || len(i.Journey) > 40 && strings.Contains(text, string(i.Kind))
		if (short || strings.Contains(text, ", since ")) && strings.Contains(text, "#"+i.Short()) {
			named++
		}
	}
	if utf8.RuneCountInString(text) > 306 || named+more != len(about) || more > 0 && len(about) <= 3 {
		t.Fatalf("of %d, %d are named, and it says %d more; %d characters: %s", len(about), named, more, len(text), text)
	}
}

// ManyIncidents draws up to 60 incidents of all kinds, at least least, with short and long names.
func ManyIncidents(t *rapid.T, least int) []incident.Incident {
	var all []incident.Incident
	for n := range rapid.IntRange(least, 60).Draw(t, "incidents") {
		name := rapid.StringMatching(`[a-z]{1,12}(-[a-z]{1,12}){0,6}`).Draw(t, "name")
		i := Incident(fmt.Sprint(name, "-", n), rapid.SampledFrom(incident.Kinds()).Draw(t, "kind"), 1, false)
		i.Title = rapid.SampledFrom([]string{"", "print a card", "ein Kärtchen drücken …", strings.Repeat("buy ", 30)}).Draw(t, "title")
		all = append(all, i)
	}
	return all
}
