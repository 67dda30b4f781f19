package message

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/phrase"
)

// The length of two segments of a text (3GPP TS 23.038 and 23.040): 153 characters of the GSM alphabet each, because a
// header takes the rest of their 160; or 67 characters each once any of them is outside that alphabet.
const (
	maxText = 2 * 153
	maxWide = 2 * 67
)

// maxEnding is the part of maxText for handles and addresses; the rest is for words.
const maxEnding = 200

// gsmAlphabet is the basic character set of 3GPP TS 23.038, table 6.2.1, without its controls. Each character counts once.
// The escaped ones (6.2.1.1), which count twice, are replaced but for the euro sign.
const gsmAlphabet = "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"

// FitSMS fits text into two segments of the GSM alphabet, keeping end. Other characters are replaced by similar ones, because
// a single one would shrink a segment to 67 characters.
func FitSMS(text, end string) string { return fitSMS(text, end, "") }

// fitSMS is FitSMS for a text with a title, which must stay readable: if the GSM alphabet has no similar letters for it, as
// for a title in Japanese, the text is in UCS-2, and shorter.
func fitSMS(text, end, title string) string {
	if title != "" && isWide(title) && strings.Contains(text, title) {
		return fitWide(text, end)
	}
	text = inGSM(text)
	if len(end) > maxEnding {
		end = ""
	}
	if room := maxText - len(end); septets(text) > room {
		text = strings.TrimRight(cutSeptets(text, room-len(dots)), " .,;:") + dots
	}
	return text + end
}

const dots = "..."

// isWide reports whether the GSM alphabet has no similar character for any of a title.
func isWide(title string) bool {
	return strings.Count(inGSM(title), "?") > strings.Count(title, "?")
}

// fitWide fits a text into two segments of UCS-2. Of an end that leaves too little room, only the handles are kept.
func fitWide(text, end string) string {
	const enough = 70 // UTF-16 units for words
	text = strings.Join(strings.Fields(phrase.Plain(text)), " ")
	if wideUnits(end) > maxWide-enough {
		end = end[max(0, strings.LastIndex(end, " #")):]
	}
	if wideUnits(end) > maxWide-enough {
		end = ""
	}
	room := maxWide - wideUnits(end)
	if wideUnits(text) <= room {
		return text + end
	}
	cut := 0
	for i, r := range text {
		if wideUnits(text[:i+utf8.RuneLen(r)]) > room-1 {
			break
		}
		cut = i + utf8.RuneLen(r)
	}
	return strings.TrimRight(text[:cut], " .,;:…") + "…" + end
}

// wideUnits counts the UTF-16 units of a text, as its segments do. A pair may not be divided between segments, so that the
// first segment may end early.
func wideUnits(s string) int {
	const segment = maxWide / 2
	n := 0
	for _, r := range s {
		size := max(1, utf16.RuneLen(r))
		if n < segment && n+size > segment {
			n = segment
		}
		n += size
	}
	return n
}

// septets counts the characters of a text in the GSM alphabet. One that counts twice may not be divided between segments,
// so that the first segment may end early.
func septets(s string) int {
	const segment = maxText / 2
	n := 0
	for _, r := range s {
		size := 1
		if r == '€' {
			size = 2
		}
		if n < segment && n+size > segment {
			n = segment
		}
		n += size
	}
	return n
}

// cutSeptets keeps the first n characters.
func cutSeptets(s string, n int) string {
	end := 0
	for i, r := range s {
		if septets(s[:i+utf8.RuneLen(r)]) > n {
			break
		}
		end = i + utf8.RuneLen(r)
	}
	return s[:end]
}

// inGSM replaces the characters that the alphabet lacks, or counts twice.
func inGSM(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(gsmAlphabet, r), r == '€':
			return r
		case unicode.Is(unicode.Mn, r): // an accent of its own
			return -1
		}
		return '?'
	}, gsm.Replace(text))
}

var gsm = strings.NewReplacer(append([]string{
	"…", "...", "“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`, "‘", "'", "’", "'", "–", "-", "—", "-", "\u00a0", " ", "\u202f", " ", "\n", " ", "\t", " ",
	"`", "'", "^", " ", "{", "(", "}", ")", "[", "(", "]", ")", "~", "-", "|", "/", `\`, "/", "°", " deg", "µ", "u", "→", "->", "×", "x", "œ", "oe", "Œ", "OE",
}, similar()...)...)

// similar returns pairs of a letter that the alphabet lacks and the letter that looks most like it.
func similar() (pairs []string) {
	for plain, accented := range map[string]string{
		"a": "áâãāăą", "A": "ÀÁÂÃĀĂĄ", "c": "çćčĉ", "C": "ĆČĈ", "d": "ďđð", "D": "ĎĐÐ", "e": "êëēėęě", "E": "ÈÊËĒĖĘĚ", "g": "ğģ", "G": "ĞĢ",
		"i": "íîïīįı", "I": "ÌÍÎÏĪĮİ", "k": "ķ", "K": "Ķ", "l": "łļľĺ", "L": "ŁĻĽĹ", "n": "ńňņ", "N": "ŃŇŅ", "o": "óôõōő", "O": "ÒÓÔÕŌŐ",
		"r": "řŕ", "R": "ŘŔ", "s": "śšşș", "S": "ŚŠŞȘ", "t": "ťţț", "T": "ŤŢȚ", "u": "úûūůűų", "U": "ÙÚÛŪŮŰŲ", "y": "ýÿ", "Y": "ÝŸ", "z": "źžż", "Z": "ŹŽŻ",
	} {
		for _, r := range accented {
			pairs = append(pairs, string(r), plain)
		}
	}
	return pairs
}

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
	return fitSMS(strings.Join(append(said, t.also(v)...), " "), t.ending(), taskOf(t.About[0]))
}

// ending returns the part of a text that is never cut: the handles for replies, and the addresses of evidence and
// runbook, as far as they fit.
func (t Content) ending() string {
	end := handles(t.About)
	if t.OneWay {
		end += " To acknowledge: " + ackCommand(t.About)
	}
	for _, i := range slices.Backward(t.About) {
		for _, addresses := range [][]string{t.evidence(i), {t.OnCall.Journeys[i.Journey].Runbook}} {
			for _, address := range addresses {
				if longer := " " + address + end; address != "" && len(longer) <= maxEnding {
					end = longer
					break
				}
			}
		}
	}
	return end
}

// evidence returns addresses of the most useful evidence, the screenshot if there is one, the best address first: one that opens
// without signing in, which is longer. Evidence on the web already has an address.
func (t Content) evidence(i incident.Incident) (addresses []string) {
	best := ""
	for _, e := range i.Evidence {
		if e.Path != "" && (best == "" || e.Kind == "screenshot") {
			best = e.Path
		}
	}
	if best == "" {
		return nil
	}
	if t.OnCall.EvidenceLink != nil {
		if signed := t.OnCall.EvidenceLink(best, t.Now); signed != "" {
			addresses = append(addresses, doubled.Replace(signed))
		}
	}
	switch {
	case strings.HasPrefix(best, "https://"):
		addresses = append(addresses, doubled.Replace(best))
	case t.OnCall.EvidenceURL != "":
		u := url.URL{Path: strings.TrimPrefix(best, "/")}
		addresses = append(addresses, strings.TrimSuffix(t.OnCall.EvidenceURL, "/")+"/"+doubled.Replace(u.EscapedPath()))
	}
	return addresses
}

// doubled escapes the characters that count twice in the GSM alphabet.
var doubled = strings.NewReplacer("~", "%7E", "[", "%5B", "]", "%5D", "^", "%5E", "|", "%7C")
