package message

import (
	"net/url"
	"slices"
	"strings"

	"valkyrie/alerts/incident"
)

// maxText is the length of two segments of a text in the GSM alphabet: 153 characters each, because a header takes the
// rest of their 160 (3GPP TS 23.038 and 23.040).
const maxText = 306

// maxEnding is the part of maxText for handles and addresses; the rest is for words.
const maxEnding = 200

// FitSMS fits text into two segments, keeping end. Letters that the GSM alphabet lacks, or counts twice, are replaced
// by similar ones, because a single one would shrink a segment to 67 characters.
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

// inGSM replaces the characters that do not count once.
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

// SMS returns a text with the same facts, in at most two segments. The least important facts come last and are cut
// first.
func (t Content) SMS() string {
	v := t.voice(false)
	if len(t.About) > 1 {
		return t.batchText(v)
	}
	said := []string{"VALKYRIE:"}
	if round := t.Round.String(); round != "" {
		said = append(said, round)
	}
	for _, i := range t.About {
		said = append(said, t.sentences(i, v)...)
	}
	return FitSMS(strings.Join(append(said, t.also(v)...), " "), t.ending())
}

// ending returns the part of a text that is never cut: the handles for replies, and the addresses of evidence and
// runbook, as far as they fit.
func (t Content) ending() string {
	end := handles(t.About)
	if t.OneWay {
		end += " To acknowledge: " + ackCommand(t.About)
	}
	for _, i := range slices.Backward(t.About) {
		for _, address := range []string{t.evidence(i), t.OnCall.Journeys[i.Journey].Runbook} {
			if longer := " " + address + end; address != "" && len(longer) <= maxEnding {
				end = longer
			}
		}
	}
	return end
}

// evidence returns the address of the most useful evidence, the screenshot if there is one. Evidence on the web already
// has an address.
func (t Content) evidence(i incident.Incident) string {
	best := ""
	for _, e := range i.Evidence {
		if e.Path != "" && (best == "" || e.Kind == "screenshot") {
			best = e.Path
		}
	}
	switch {
	case strings.HasPrefix(best, "https://"):
		return doubled.Replace(best)
	case best == "" || t.OnCall.EvidenceURL == "":
		return ""
	}
	u := url.URL{Path: strings.TrimPrefix(best, "/")}
	return strings.TrimSuffix(t.OnCall.EvidenceURL, "/") + "/" + doubled.Replace(u.EscapedPath())
}

// doubled escapes the characters that count twice in the GSM alphabet.
var doubled = strings.NewReplacer("~", "%7E", "[", "%5B", "]", "%5D", "^", "%5E", "|", "%7C")
