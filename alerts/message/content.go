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

// Speech returns the sentences of a call: the caller, journey, step, expectation and observation, start, regions
// affected and not, instructions, and other incidents.
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

// sentences returns the sentences about one incident.
func (t Content) sentences(i incident.Incident, v voice) []string {
	said := []string{sentence(headline(i)), v.ackExpired(i), sentence(facts(i, v))}
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
		s := fmt.Sprintf("Also: %s, since %s", lowerFirst(headline(i)), v.clock(i.Since))
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
