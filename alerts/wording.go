package alerts

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// headline is the incident in one line.
func headline(i Incident) string {
	title := i.title()
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

// title is what a customer would call the journey.
func (i Incident) title() string {
	if i.Title == "" {
		return "do " + i.Journey
	}
	return i.Title
}

// facts is where it goes wrong, how often, since when and seen from where.
func facts(i Incident, v voice) string {
	if say := factsOf[i.Kind]; say != nil {
		return say(i, v)
	}
	what := "The probe broke"
	switch {
	case i.Kind == Degraded:
		return fmt.Sprintf("The step %q was slow %s lately, since %s, seen from %s", i.Step, times(i.Streak), v.clock(i.Since), v.regions(i.Regions)) + v.bouts(i)
	case i.Step == "":
	case i.Kind == Ours:
		what = fmt.Sprintf("The step %q could not be run", i.Step)
	default:
		what = fmt.Sprintf("The step %q failed", i.Step)
	}
	now, before := i, ""
	if i.Kind == Down && len(i.Spells) > 1 {
		now.Since = i.Spells[len(i.Spells)-1].Since // the streak is this spell's
		before = "; " + v.plain(story(i.Spells, v.clock))
	}
	return fmt.Sprintf("%s %s in a row, %s, seen from %s", what, times(i.Streak), v.since(now), v.regions(i.Regions)) + before
}

// bouts says how often a journey has become slow lately, if more than once.
func (v voice) bouts(i Incident) string {
	if len(i.Bouts) < 2 {
		return ""
	}
	return fmt.Sprintf("; it comes and goes, %s since %s", times(len(i.Bouts)), v.clock(i.Bouts[0]))
}

// sentence makes a sentence of a text, on one line; of one that says nothing, nothing.
func sentence(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "?")), " ")
	if s == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(s)
	return strings.TrimSuffix(string(unicode.ToUpper(first))+s[size:], ".") + "."
}

// maintainedText announces that a maintenance is over, and what is still wrong.
func maintainedText(w Window, who Person, bad []Incident, now time.Time) string {
	const longest = 150 // characters of the journeys' names; more would leave room for nothing else
	head := "VALKYRIE: the maintenance is over."
	if of := list(w.Journeys); of != "" && len(of) <= longest {
		head = fmt.Sprintf("VALKYRIE: the maintenance of %s is over.", of)
	}
	return noticeText(head, "Still: ", who, bad, now)
}

// unmutedText announces that a mute is over, and what is wrong now.
func unmutedText(m Mute, who Person, bad []Incident, now time.Time) string {
	head := fmt.Sprintf("VALKYRIE: %s is no longer muted.", m.what())
	if len(bad) == 0 {
		return fitText(head+" Nothing is wrong with it.", "")
	}
	return noticeText(head, "", who, bad, now)
}

// noticeText says after head what is wrong, a sentence about each, or, where there is no room for that, their names.
func noticeText(head, before string, who Person, bad []Incident, now time.Time) string {
	if text, ok := spelledOut(head, before, bad, voice{zone: who.Zone.Location(), now: now}, handles(bad)); ok {
		return fitText(text, handles(bad))
	}
	return named([]string{fmt.Sprintf("%s %d things are wrong:", head, len(bad))}, bad, handles)
}

func handles(incidents []Incident) string {
	said := ""
	for _, i := range incidents {
		said += " #" + i.Short()
	}
	return said
}

// maxText is what fits into two segments of a text in the GSM alphabet: 153 characters each, as a header takes the rest
// of their 160 (3GPP TS 23.038 and 23.040).
const maxText = 306

// maxEnding is how much of that may be handles and addresses; the words need the rest.
const maxEnding = 200

// fitText makes text fit into two segments, keeping end; letters that the GSM alphabet lacks, or counts twice, become
// their nearest plain ones, since a single one would shrink a segment to 67.
func fitText(text, end string) string {
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
