package message

import (
	"strings"

	"valkyrie/alerts/incident"
)

// maxText is what fits into two segments of a text in the GSM alphabet: 153 characters each, as a header takes the rest
// of their 160 (3GPP TS 23.038 and 23.040).
const maxText = 306

// maxEnding is how much of that may be handles and addresses; the words need the rest.
const maxEnding = 200

// FitSMS makes text fit into two segments, keeping end; letters that the GSM alphabet lacks, or counts twice, become
// their nearest plain ones, since a single one would shrink a segment to 67.
func FitSMS(text, end string) string {
	text = inGSM(text)
	if len(end) > maxEnding {
		end = ""
	}
	if room := maxText - len(end); len(text) > room {
		text = text[:room-3] + "..."
	}
	return text + end
}

// inGSM writes text in letters that count once each.
func inGSM(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, gsm.Replace(text))
}

var gsm = strings.NewReplacer(
	"…", "...", "“", `"`, "”", `"`, "‘", "'", "’", "'", "–", "-", "—", "-", " ", " ", "\n", " ", "\t", " ",
	"`", "'", "^", " ", "{", "(", "}", ")", "[", "(", "]", ")", "~", "-", "|", "/", `\`, "/", "é", "e", "ä", "a", "ö", "o", "ü", "u",
)

func handles(incidents []incident.Incident) string {
	said := ""
	for _, i := range incidents {
		said += " #" + i.Short()
	}
	return said
}
