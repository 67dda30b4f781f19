package message

import (
	"fmt"
	"strings"
	"unicode"

	"valkyrie/alerts/incident"
)

// Email is an e-mail: the facts of a text, a line each and none left out, with all that can be opened.
func (t Content) Email() string {
	v := t.voice(false)
	said := []string{"VALKYRIE: " + lowerFirst(headline(t.About[0]))}
	if len(t.About) > 1 {
		said[0] = fmt.Sprintf("VALKYRIE: %d things are wrong", len(t.About))
	}
	said = append(said, "")
	if round := t.Round.String(); round != "" {
		said = append(said, round)
	}
	for _, i := range t.About {
		said = append(said, t.sentences(i, v)...)
		for _, address := range []string{t.OnCall.Journeys[i.Journey].Runbook, t.evidence(i)} {
			if address != "" {
				said = append(said, address)
			}
		}
		said = append(said, "To acknowledge: "+ackCommand([]incident.Incident{i}), "")
	}
	return strings.Join(append(said, t.also(v)...), "\n")
}

// ackCommand is what acknowledges incidents where nothing can be pressed or replied.
func ackCommand(about []incident.Incident) string {
	if len(about) == 1 {
		return "valkyrie ack " + about[0].Short()
	}
	return "valkyrie ack"
}

// EmailSubject is an e-mail's: its first line. SNS takes less than 100 characters of ASCII, and no control characters.
func EmailSubject(words string) string {
	const most = 99
	line, _, _ := strings.Cut(words, "\n")
	line = strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII || unicode.IsControl(r) {
			return '?'
		}
		return r
	}, line)
	return line[:min(len(line), most)]
}
