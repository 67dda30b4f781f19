package message

import (
	"fmt"
	"strings"

	"valkyrie/alerts/incident"
)

// several is a text about more than one incident: all of them first, and then as much of each as there is room for. Where there
// is no room for a sentence about each, they are only named, as many as can be, and it says how many more there are.
func (t Content) several(v voice) string {
	count := fmt.Sprintf("%d things are wrong.", len(t.About))
	heads := []string{"VALKYRIE: " + count}
	if round := t.Round.String(); round != "" {
		heads = []string{"VALKYRIE: " + round + " " + count, heads[0]}
	}
	var rest []string
	for _, i := range t.About {
		rest = append(rest, t.sentences(i, v)[1:]...)
	}
	tail := " " + strings.Join(append(rest, t.also(v)...), " ")
	if text, ok := spelledOut(heads[0], "", t.About, v, t.ending()); ok {
		return FitSMS(text+tail, t.ending())
	}
	return named(heads, t.About, func(of []incident.Incident) string {
		if t.OneWay {
			return handles(of) + " To acknowledge: " + ackCommand(t.About)
		}
		return handles(of)
	})
}

// spelledOut is head and a sentence about each incident, and whether there is room for all of it before end.
func spelledOut(head, before string, about []incident.Incident, v voice, end string) (string, bool) {
	for _, i := range about {
		line := headline(i)
		if before != "" {
			line = before + lowerFirst(line)
		}
		head += fmt.Sprintf(" %s, since %s.", line, v.clock(i.Since))
	}
	return head, len(end) <= maxEnding && len(inGSM(head))+len(end) <= maxText
}

// named names incidents by journey and kind, as many as there is room for, and says how many more there are. It begins with the
// first of heads that leaves enough room, or with the last; end has the handles: of all, or, if they are many, of the named.
func named(heads []string, about []incident.Incident, end func([]incident.Incident) string) string {
	const enough, many = 3, 12
	for h, head := range heads {
		for n := len(about); n >= 0; n-- {
			text, with := inGSM(head+nameFirst(about, n)), end(about[:n])
			if len(about) <= many {
				with = end(about)
			}
			last := h == len(heads)-1
			if fits := len(text)+len(with) <= maxText; fits && (last || n >= min(enough, len(about))) || last && n == 0 {
				return FitSMS(text, with)
			}
		}
	}
	return ""
}

// nameFirst names the first n of incidents.
func nameFirst(about []incident.Incident, n int) string {
	const longest = 60 // characters of one's name; more would leave room for few
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
