package message

import (
	"strings"
	"unicode"

	"valkyrie/alerts/incident"
)

// Email returns an e-mail: the facts of a text, one per line and none left out, with all addresses.
func (t Content) Email() string {
	v := t.voice(false)
	said := []string{"VALKYRIE: " + lowerFirst(v.headline(t.About[0]))}
	if len(t.About) > 1 {
		said[0] = "VALKYRIE: " + things(len(t.About))
	}
	said = append(said, "")
	if round := t.Round.String(); round != "" {
		said = append(said, round)
	}
	for _, i := range t.About {
		said = append(said, t.sentences(i, v)...)
		for _, address := range append([]string{t.OnCall.Journeys[i.Journey].Runbook}, t.evidence(i)...) {
			if address != "" {
				said = append(said, address)
			}
		}
		said = append(said, "To acknowledge: "+ackCommand([]incident.Incident{i}), "")
	}
	return strings.Join(append(said, t.also(v)...), "\n")
}

// ackCommand returns the command that acknowledges incidents, for channels without keys or replies.
func ackCommand(about []incident.Incident) string {
	if len(about) == 1 {
		return "valkyrie ack " + about[0].Short()
	}
	return "valkyrie ack"
}

// EmailSubject returns the first line of an e-mail. SNS limits a subject to less than 100 ASCII characters without
// control characters.
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
