package message

import (
	"fmt"
	"slices"
	"strings"

	"valkyrie/alerts/incident"
)

// batchText returns a text about several incidents: all of them first, then as much about each as fits. If a sentence
// about each does not fit, it names as many as possible and counts the rest.
func (t Content) batchText(v voice) string {
	count := things(len(t.About)) + "."
	heads := []string{"VALKYRIE: " + count}
	if round := t.Round.String(); round != "" {
		heads = []string{"VALKYRIE: " + round + " " + count, heads[0]}
	}
	var rest []string
	for _, i := range t.About {
		rest = append(rest, t.sentences(i, v)[1:]...)
	}
	tail := " " + strings.Join(append(rest, t.also(v)...), " ")
	wide := slices.ContainsFunc(t.About, func(i incident.Incident) bool { return isWide(taskOf(i)) }) // its title would be lost, its name is not
	if text, ok := withSentences(heads[0], "", t.About, v, t.ending()); ok && !wide {
		return FitSMS(text+tail, t.ending())
	}
	return withNames(heads, t.About, func(of []incident.Incident) string {
		if t.OneWay {
			return handles(of) + " To acknowledge: " + ackCommand(t.About)
		}
		return handles(of)
	})
}

// withSentences appends a sentence about each incident to head, and reports whether the result fits before end.
func withSentences(head, before string, about []incident.Incident, v voice, end string) (string, bool) {
	for _, i := range about {
		line := v.headline(i)
		if before != "" {
			line = before + lowerFirst(line)
		}
		head += fmt.Sprintf(" %s, since %s.", line, v.clock(i.Since))
	}
	return head, len(end) <= maxEnding && septets(inGSM(head))+len(end) <= maxText
}

// withNames appends the incidents' journeys and kinds, as many as fit, and counts the rest. It uses the first of heads
// that leaves room for enough names, or the last. end returns the handles: of all incidents, or, if they are many, of
// the named ones.
func withNames(heads []string, about []incident.Incident, end func([]incident.Incident) string) string {
	const enough, many = 3, 12
	for h, head := range heads {
		for n := len(about); n >= 0; n-- {
			text, with := inGSM(head+nameFirst(about, n)), end(about[:n])
			if len(about) <= many {
				with = end(about)
			}
			last := h == len(heads)-1
			if fits := septets(text)+len(with) <= maxText; fits && (last || n >= min(enough, len(about))) || last && n == 0 {
				return FitSMS(text, with)
			}
		}
	}
	return ""
}

// nameFirst names the first n incidents.
func nameFirst(about []incident.Incident, n int) string {
	const longest = 60 // characters of one name; a longer one would leave room for few
	var names []string
	for _, i := range about[:n] {
		name := fmt.Sprintf("%s %s", i.Journey, i.Kind)
		if len(name) > longest {
			name = string(i.Kind)
		}
		names = append(names, name)
	}
	switch more := len(about) - n; {
	case n == 0:
		return fmt.Sprintf(" %d more.", more)
	case more > 0:
		return fmt.Sprintf(" %s and %d more.", strings.Join(names, ", "), more)
	}
	return " " + strings.Join(names, ", ") + "."
}
