package message

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
)

// A Content is the content of one page: the recipient, the incidents and the settings to word them with.
type Content struct {
	To             oncall.Person
	About          []incident.Incident // the incidents that the page is about
	Also           []incident.Incident // other unresolved incidents
	WorkingRegions map[string][]string // by incident id: regions from which the journey works
	Round          Round               // the round of the escalation
	OneWay         bool                // no key and no reply is possible
	Releases       []incident.Release  // recent releases, oldest first
	OnCall         oncall.OnCall       // notes on the journeys, and the evidence's address
	Now            time.Time
}

func (t Content) voice(aloud bool) voice {
	return voice{zone: t.To.Zone.Location(), now: t.Now, aloud: aloud}
}

// Speech returns all sentences of a call: Spoken in one.
func (t Content) Speech() []string {
	heads, details := t.Spoken()
	return append(heads, details...)
}

// Bounds of a call, in words; a voice says 2.5 to 3 words a second. The keys follow the headlines, and their prompt takes 10 s, so
// that they come within 30 s whatever is wrong. The whole, said twice, ends within the time for which a call is waited for.
const (
	maxHeadWords   = 47 // of all sentences before the keys, with a word for the pause after each
	maxDetailWords = 180
	maxSentence    = 30
)

// Spoken returns the sentences of a call: first the caller and the kind of trouble, for the time before the keys are named; then
// the step, expectation and observation, start, regions affected and not, instructions, and other incidents.
func (t Content) Spoken() (heads, details []string) {
	v := t.voice(true)
	heads = []string{"This is Valkyrie."}
	if round := t.Round.String(); round != "" {
		heads = append(heads, brief(round)...)
	}
	if len(t.About) > 1 {
		heads = append(heads, things(len(t.About))+".")
	}
	heads = append(heads, v.sayHeadlines(t.About, maxHeadWords-countHeads(heads))...)
	for n, i := range t.About {
		if len(t.About) > 1 {
			details = append(details, brief(sentence(fmt.Sprintf("Number %d, %s", n+1, taskOf(i))))...)
		}
		for _, s := range t.sentences(i, v)[1:] {
			details = append(details, brief(s)...)
		}
	}
	for _, s := range t.also(v) {
		details = append(details, brief(s)...)
	}
	details = cutWords(details, maxDetailWords)
	if t.OneWay {
		details = append(details, "This call takes no key. To acknowledge, run the command: "+ackCommand(nil)+".")
	}
	return heads, details
}

// things counts the incidents.
func things(n int) string {
	if n == 1 {
		return "1 thing is wrong"
	}
	return fmt.Sprintf("%d things are wrong", n)
}

// sentences returns the sentences about one incident.
func (t Content) sentences(i incident.Incident, v voice) []string {
	said := []string{sentence(v.headline(i)), v.ackExpired(i), sentence(facts(i, v))}
	if began := v.began(i, t.Releases); began != "" {
		said = append(said, "It "+began+".")
	}
	if fine := t.WorkingRegions[i.ID]; len(fine) > 0 {
		said = append(said, fmt.Sprintf("It is fine from %s.", v.regions(fine)))
	}
	said = append(said, v.detail(i.Error), sentence(t.OnCall.Journeys[i.Journey].Say))
	return slices.DeleteFunc(said, func(s string) bool { return s == "" })
}

// also names other incidents and the people who acknowledged them, at most as many as a listener can follow.
func (t Content) also(v voice) []string {
	const enough = 3
	var said []string
	for n, i := range t.Also {
		if n == enough {
			said = append(said, fmt.Sprintf("And %d more.", len(t.Also)-enough))
			break
		}
		if !v.aloud && isWide(taskOf(i)) {
			i.Title = "" // its name is in the alphabet of a text
		}
		s := fmt.Sprintf("Also: %s, since %s", lowerFirst(v.headline(i)), v.clock(i.Since))
		if i.State == incident.Acknowledged {
			s += "; it is with " + i.AckedBy
		}
		said = append(said, s+".")
	}
	return said
}

func lowerFirst(s string) string {
	if rest, ok := strings.CutPrefix(s, "Valkyrie"); ok {
		return "Valkyrie" + rest
	}
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(first)) + s[size:]
}
