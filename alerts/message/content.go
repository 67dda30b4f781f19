package message

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
)

// A Content is what one person is told at one time.
type Content struct {
	To     oncall.Person
	About  []incident.Incident // what it is about
	Also   []incident.Incident // what else is wrong
	Fine   map[string][]string // by id of an incident: regions from which it works
	Round  Round               // how often everybody has been tried about it
	OneWay bool                // nothing can be pressed, or replied
	Marks  []incident.Release  // what was released lately, oldest first
	OnCall oncall.OnCall       // notes on the journeys, where evidence is found
	Now    time.Time
}

func (t Content) voice(aloud bool) voice {
	return voice{zone: t.To.Zone.Location(), now: t.Now, aloud: aloud}
}

// Speech is what a call says, sentence by sentence: who calls, which journey, which step, what was expected and seen, since
// when, from where and from where not, what to do, and what else is wrong.
func (t Content) Speech() []string {
	v := t.voice(true)
	said := []string{"This is Valkyrie."}
	if round := t.Round.String(); round != "" {
		said = append(said, round)
	}
	if len(t.About) > 1 {
		said = append(said, fmt.Sprintf("%d things are wrong.", len(t.About)))
	}
	for _, i := range t.About {
		said = append(said, t.sentences(i, v)...)
	}
	said = append(said, t.also(v)...)
	if t.OneWay {
		said = append(said, "This call takes no key. To acknowledge, run the command: "+ackCommand(nil)+".")
	}
	return said
}

// sentences tell of one incident.
func (t Content) sentences(i incident.Incident, v voice) []string {
	said := []string{sentence(headline(i)), v.again(i), sentence(facts(i, v))}
	if began := v.began(i, t.Marks); began != "" {
		said = append(said, "It "+began+".")
	}
	if fine := t.Fine[i.ID]; len(fine) > 0 {
		said = append(said, fmt.Sprintf("It is fine from %s.", v.regions(fine)))
	}
	said = append(said, v.detail(i.Error), sentence(t.OnCall.Journeys[i.Journey].Say))
	return slices.DeleteFunc(said, func(s string) bool { return s == "" })
}

// also names what else is wrong, and whose it is: as many as one can take in.
func (t Content) also(v voice) []string {
	const enough = 3
	var said []string
	for n, i := range t.Also {
		if n == enough {
			said = append(said, fmt.Sprintf("And %d more.", len(t.Also)-enough))
			break
		}
		s := fmt.Sprintf("Also: %s, since %s", lowerFirst(headline(i)), v.clock(i.Since))
		if i.State == incident.Acknowledged {
			s += "; it is with " + i.AckedBy
		}
		said = append(said, s+".")
	}
	return said
}

// Text is a text with the same facts, in at most two segments: what is least needed comes last, and is cut first.
func (t Content) Text() string {
	v := t.voice(false)
	if len(t.About) > 1 {
		return t.several(v)
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

// ending is what is never cut: the handles to reply with, and what can be opened, as far as there is room for it.
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

// evidence is the address of what is best looked at: the screenshot, if there is one. What was kept on the web has an
// address of its own.
func (t Content) evidence(i incident.Incident) string {
	best := ""
	for _, e := range i.Evidence {
		if e.Path != "" && (best == "" || e.Kind == "screenshot") {
			best = e.Path
		}
	}
	switch {
	case strings.HasPrefix(best, "https://"):
		return twofold.Replace(best)
	case best == "" || t.OnCall.EvidenceURL == "":
		return ""
	}
	u := url.URL{Path: strings.TrimPrefix(best, "/")}
	return strings.TrimSuffix(t.OnCall.EvidenceURL, "/") + "/" + twofold.Replace(u.EscapedPath())
}

// twofold escapes the characters that count twice in the GSM alphabet.
var twofold = strings.NewReplacer("~", "%7E", "[", "%5B", "]", "%5D", "^", "%5E", "|", "%7C")

func lowerFirst(s string) string {
	if rest, ok := strings.CutPrefix(s, "Valkyrie"); ok {
		return "Valkyrie" + rest
	}
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(first)) + s[size:]
}
