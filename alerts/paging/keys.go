package paging

import (
	"fmt"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/phrase"
)

// The keys that a person may press in a call.
const (
	AckKey    = "4"
	MuteKey   = "6"
	PassKey   = "9"
	RepeatKey = "*"
)

// muteFor is how long the key mutes.
const muteFor = time.Hour

// Prompt says what the keys do.
const Prompt = "Press 4 to acknowledge, 6 to mute it for an hour, 9 to pass it to the next person, or star to hear it again."

// drillPrompt is the same in a drill.
const drillPrompt = "Press 4 to acknowledge, 9 to pass it to the next person, or star to hear it again."

func prompt(p incident.Page) string {
	if p.Purpose == incident.Drill {
		return drillPrompt
	}
	return Prompt
}

// press does what a key says. Carriers may report it twice, to the same effect as once.
func (r *NotificationState) press(p *incident.Page, key string, at evalContext) {
	if p.Purpose == incident.Drill {
		r.pressInDrill(p, key, at.now)
		return
	}
	switch key {
	case AckKey:
		if p.Key != AckKey { // else it would take on again what has expired meanwhile
			r.acknowledge(p.Incidents, p.Person, at.now)
		}
	case MuteKey:
		for _, journey := range r.journeys(*p) {
			r.mute(incident.Mute{Journey: journey, Until: at.now.Add(muteFor), By: p.Person})
		}
	case PassKey:
		if p.Key != PassKey {
			r.pass(p.Person, at)
		}
	}
}

// journeys are those that a page tells of.
func (r *NotificationState) journeys(p incident.Page) []string {
	var names []string
	for _, id := range p.Incidents {
		if i := r.incident(id); i != nil && i.State != incident.Resolved && !slices.Contains(names, i.Journey) {
			names = append(names, i.Journey)
		}
	}
	return names
}

// pass makes it somebody else's turn, as soon as this call has ended. Where there is nobody else the pause stays.
func (r *NotificationState) pass(from string, at evalContext) {
	chain := at.onCall.EscalationAt(at.now)
	if next, ok := r.Escalation.after(from, chain); ok {
		r.Escalation.Next, r.Escalation.Pause = next, time.Time{}
	}
}

// after is the place in the chain, from whose turn it is on, of the first who is not from.
func (c Escalation) after(from string, chain []oncall.ResolvedStep) (int, bool) {
	for i := range chain {
		if next := (c.Next + i) % len(chain); chain[next].Person.Name != from {
			return next, true
		}
	}
	return 0, false
}

// An Answer is what a person hears after pressing a key.
type Answer struct {
	Say      []string // sentences
	Prompt   string   // what the keys do, if the call goes on; empty: it ends
	Language string   // of the voice; empty: the carrier's
}

// answer is what a person hears after pressing a key, by the state before that.
func answer(before NotificationState, rep Report, at evalContext) Answer {
	page := before.page(rep.PageID)
	if rep.Key == "" {
		return Answer{}
	}
	if page == nil {
		return Answer{Say: []string{"This call is no longer known. Nothing was changed."}}
	}
	who, _ := at.onCall.FindPerson(page.Person)
	a := Answer{Language: who.Language}
	switch rep.Key {
	case AckKey:
		a.Say = []string{fmt.Sprintf("Thank you, %s. %s You will get a text when it is over.", page.Person, before.whose(*page))}
	case MuteKey:
		a.Say = []string{fmt.Sprintf("Thank you, %s. It is muted for an hour. If it is still bad then, it calls again.", page.Person)}
	case PassKey:
		a.Say = []string{passed(before, page.Person, at)}
	case RepeatKey:
		a.Say, a.Prompt = phrase.Lines(page.Words), prompt(*page)
		return a
	default:
		a.Say, a.Prompt = []string{fmt.Sprintf("The key %s does nothing.", rep.Key)}, prompt(*page)
		return a
	}
	if page.Purpose == incident.Drill {
		return answerInDrill(a, *page, rep.Key)
	}
	if len(before.journeys(*page)) == 0 {
		a.Say = []string{fmt.Sprintf("Thank you, %s. It is over already.", page.Person)}
	}
	return a
}

// whose says whose the incidents of a page are once its person has pressed the key: who was quicker keeps what they have.
func (r *NotificationState) whose(p incident.Page) string {
	var others []string
	left := false
	for _, id := range p.Incidents {
		switch i := r.incident(id); {
		case i == nil || i.State == incident.Resolved:
		case i.State == incident.Acknowledged && i.AckedBy != p.Person:
			others = incident.AddName(others, i.AckedBy)
		default:
			left = true
		}
	}
	switch {
	case len(others) == 0:
		return "It is yours."
	case left:
		return fmt.Sprintf("It is yours, but for what is with %s already.", phrase.List(others))
	}
	return fmt.Sprintf("It is with %s already.", phrase.List(others))
}

// answerInDrill is the same in a drill, in which less can be done.
func answerInDrill(a Answer, page incident.Page, key string) Answer {
	switch key {
	case AckKey:
		a.Say = []string{fmt.Sprintf("Thank you, %s. The drill is over.", page.Person)}
	case PassKey:
		a.Say = []string{fmt.Sprintf("Thank you, %s. The next person is called.", page.Person)}
	default:
		a.Say, a.Prompt = []string{fmt.Sprintf("The key %s does nothing in a drill.", key)}, drillPrompt
	}
	return a
}

func passed(before NotificationState, from string, at evalContext) string {
	chain := at.onCall.EscalationAt(at.now)
	next, ok := before.Escalation.after(from, chain)
	if !ok {
		return fmt.Sprintf("Thank you, %s. There is nobody else, so you will be called again.", from)
	}
	return fmt.Sprintf("Thank you, %s. %s is called next.", from, chain[next].Person.Name)
}
