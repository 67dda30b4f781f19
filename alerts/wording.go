package alerts

import (
	"fmt"
	"strings"
	"time"
)

// Speech is what a call about the incidents says, sentence by sentence: which journey, which step, what was expected and
// seen, since when, from where, how many in a row.
func Speech(incidents []Incident, now time.Time) []string {
	said := []string{"This is Valkyrie."}
	if len(incidents) > 1 {
		said = append(said, fmt.Sprintf("%d things are wrong.", len(incidents)))
	}
	for _, i := range incidents {
		said = append(said, headline(i)+".", facts(i, now)+".")
		if i.Error != "" {
			said = append(said, sentence(i.Error))
		}
	}
	return said
}

// Prompt says what the keys do.
const Prompt = "Press 4 to acknowledge."

// headline is the incident in one line.
func headline(i Incident) string {
	title := i.Title
	if title == "" {
		title = "do " + i.Journey
	}
	if said := headlines[i.Kind]; said != "" {
		return fmt.Sprintf(said, title)
	}
	switch i.Kind {
	case Degraded:
		return "It is slow to " + title
	case Ours:
		return "Valkyrie cannot tell whether customers can " + title
	}
	return "Customers cannot " + title
}

// facts is where it goes wrong, how often, since when and seen from where.
func facts(i Incident, now time.Time) string {
	if say := factsOf[i.Kind]; say != nil {
		return say(i, now)
	}
	what := "The probe broke"
	if i.Step != "" {
		what = fmt.Sprintf("The step %q failed", i.Step)
	}
	switch i.Kind {
	case Degraded:
		return fmt.Sprintf("The step %q was slow %s lately, since %s, seen from %s", i.Step, times(i.Streak), clock(i.Since), list(i.Regions))
	case Ours:
		what = strings.Replace(what, "failed", "could not be run", 1)
	}
	return fmt.Sprintf("%s %s in a row, since %s, that is %s, seen from %s", what, times(i.Streak), clock(i.Since), spell(now.Sub(i.Since)), list(i.Regions))
}

// sentence makes a sentence of an error's text.
func sentence(s string) string {
	s = strings.ReplaceAll(strings.TrimSpace(s), "\n", " ")
	if s == "" {
		return ""
	}
	return strings.TrimSuffix(strings.ToUpper(s[:1])+s[1:], ".") + "."
}

// AlarmText is a text with the same facts, in at most two segments.
func AlarmText(incidents []Incident, now time.Time) string {
	var parts []string
	for _, i := range incidents {
		parts = append(parts, fmt.Sprintf("%s. %s. %s", headline(i), facts(i, now), sentence(i.Error)))
	}
	return fitText("VALKYRIE: "+strings.Join(parts, " "), handles(incidents))
}

// AllClearText is the notice that it is over.
func AllClearText(i Incident) string {
	over := fmt.Sprintf("VALKYRIE: all clear. It works again: %s. It was %s from %s to %s (%s).",
		i.Title, i.Kind, clock(i.Since), clock(i.ResolvedAt), spell(i.ResolvedAt.Sub(i.Since)))
	if i.AckedBy != "" {
		over += fmt.Sprintf(" %s had acknowledged.", i.AckedBy)
	}
	return fitText(over, handles([]Incident{i}))
}

func handles(incidents []Incident) string {
	var all []string
	for _, i := range incidents {
		all = append(all, i.Short())
	}
	return " #" + strings.Join(all, " #")
}

// maxText is what fits into two segments of a text in the GSM alphabet: 153 characters each, as a header takes the rest
// of their 160 (3GPP TS 23.038 and 23.040).
const maxText = 306

// fitText makes text fit into two segments, keeping end; letters that the GSM alphabet lacks, or counts twice, become
// their nearest plain ones, since a single one would shrink a segment to 67.
func fitText(text, end string) string {
	text = gsm.Replace(text)
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, text)
	if len(end) > maxText/2 {
		end = ""
	}
	if room := maxText - len(end); len(text) > room {
		text = text[:room-3] + "..."
	}
	return text + end
}

var gsm = strings.NewReplacer(
	"…", "...", "“", `"`, "”", `"`, "‘", "'", "’", "'", "–", "-", "—", "-", " ", " ", "\n", " ", "\t", " ",
	"`", "'", "^", " ", "{", "(", "}", ")", "[", "(", "]", ")", "~", "-", "|", "/", `\`, "/", "é", "e", "ä", "a", "ö", "o", "ü", "u",
)
