package paging

import (
	"errors"
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

// muteFor is the duration of a mute by key.
const muteFor = time.Hour

// Prompt lists the keys at the end of a call.
const Prompt = "Press 4 to acknowledge, 6 to mute it for an hour, 9 to pass it to the next person, or star to hear it again."

// drillPrompt lists the keys at the end of a drill's call.
const drillPrompt = "Press 4 to acknowledge, 9 to pass it to the next person, or star to hear it again."

func prompt(p incident.Page) string {
	if p.Purpose == incident.Drill {
		return drillPrompt
	}
	return Prompt
}

// handleKey applies a key press, once per key and page: a provider may report a key twice, and a signed request may be sent
// again later.
func (r *NotificationState) handleKey(p *incident.Page, key string, at evalContext) {
	if p.Pressed(key) {
		return
	}
	if p.Purpose == incident.Drill {
		r.handleDrillKey(p, key, at.now)
		return
	}
	switch key {
	case AckKey:
		r.acknowledge(p.Incidents, p.Person, at.now)
	case MuteKey:
		for _, journey := range r.unresolvedJourneys(*p) {
			r.muteForAnHour(journey, p.Person, at.now)
		}
	case PassKey:
		r.passToNext(p.Person, at)
	}
}

// unresolvedJourneys returns the journeys of a page's unresolved incidents.
func (r *NotificationState) unresolvedJourneys(p incident.Page) []string {
	var names []string
	for _, id := range p.Incidents {
		if i := r.incident(id); i != nil && i.State != incident.Resolved && !slices.Contains(names, i.Journey) {
			names = append(names, i.Journey)
		}
	}
	return names
}

// passToNext advances the escalation to another person, who is called when this call ends. The last person of a round passes
// into the next round, after its pause: otherwise two people who both pass would be called without end. With only one
// person the pause stays.
func (r *NotificationState) passToNext(from string, at evalContext) {
	steps := at.onCall.EscalationAt(at.now)
	next, again, ok := r.Escalation.nextAfter(from, steps)
	switch {
	case !ok:
	case !again:
		r.Escalation.Next, r.Escalation.Pause = next, time.Time{}
	case r.Escalation.Next == 0: // its pause is set
		r.Escalation.Next = next
	default:
		r.Escalation.Next, r.Escalation.Round, r.Escalation.Pause = next, r.Escalation.Round+1, at.now.Add(at.onCall.RepeatAfter)
	}
}

// nextAfter returns the index of the first person other than from, starting with the next in turn. again reports whether
// everyone was called in this round, so that the person is called in the next one.
func (c Escalation) nextAfter(from string, steps []oncall.ResolvedStep) (next int, again, ok bool) {
	for i := range steps {
		at := c.Next + i
		if next := at % len(steps); steps[next].Person.Name != from {
			return next, at >= len(steps) || !c.Pause.IsZero() && c.Next == 0, true
		}
	}
	return 0, false, false
}

// errElsewhere is returned for a report about a page that a table has which does not answer.
var errElsewhere = errors.New("the page is not in this table, and the other region's table does not answer: the report is not stored")

// notStored is the answer to a key press about such a page.
var notStored = Answer{
	Say:    []string{"Your key was not stored, because a region does not answer. Nothing has changed."},
	Prompt: "Press it again in a moment. Until it is stored, you will be called again.",
}

// An Answer is the speech after a key press.
type Answer struct {
	Say      []string // sentences
	Prompt   string   // the keys, if the call goes on; empty: the call ends
	Details  []string // further sentences, after the keys
	Language string   // of the voice; empty: the provider's default
}

// answerKey returns the speech after a key press, from the state before it.
func answerKey(before NotificationState, rep Report, at evalContext) Answer {
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
		a.Say = []string{fmt.Sprintf("Thank you, %s. %s You will get a text when it is over.", page.Person, before.describeOwners(*page))}
	case MuteKey:
		a.Say = []string{fmt.Sprintf("Thank you, %s. It is muted for %s. If it is still bad then, it calls again.", page.Person, before.muteByKey(*page, at.now))}
	case PassKey:
		a.Say = []string{describeNext(before, page.Person, at)}
	case RepeatKey:
		a.Prompt = prompt(*page)
		a.Say, a.Details = spoken(page.Words)
		return a
	default:
		a.Say, a.Prompt = []string{fmt.Sprintf("The key %s does nothing.", rep.Key)}, prompt(*page)
		return a
	}
	if page.Purpose == incident.Drill {
		return answerDrillKey(a, *page, rep.Key)
	}
	if len(before.unresolvedJourneys(*page)) == 0 {
		a.Say = []string{fmt.Sprintf("Thank you, %s. It is over already.", page.Person)}
	}
	return a
}

// muteByKey returns how long a page's journeys are muted after the key, in words.
func (r *NotificationState) muteByKey(p incident.Page, now time.Time) string {
	journeys := r.unresolvedJourneys(p)
	if slices.ContainsFunc(r.Mutes, func(m incident.Mute) bool {
		return slices.Contains(journeys, m.Journey) && m.Until.After(now.Add(muteFor))
	}) {
		return "an hour or longer, as it was muted before"
	}
	return "an hour"
}

// describeOwners says who holds the page's incidents after its person acknowledged: an earlier acknowledgement stands.
func (r *NotificationState) describeOwners(p incident.Page) string {
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

// answerDrillKey returns the speech after a key press in a drill, which accepts fewer keys.
func answerDrillKey(a Answer, page incident.Page, key string) Answer {
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

func describeNext(before NotificationState, from string, at evalContext) string {
	steps := at.onCall.EscalationAt(at.now)
	next, again, ok := before.Escalation.nextAfter(from, steps)
	switch {
	case !ok:
		return fmt.Sprintf("Thank you, %s. There is nobody else, so you will be called again.", from)
	case again:
		return fmt.Sprintf("Thank you, %s. Everyone has been called. %s is called again after a pause.", from, steps[next].Person.Name)
	}
	return fmt.Sprintf("Thank you, %s. %s is called next.", from, steps[next].Person.Name)
}

// acknowledge assigns incidents to a person and stops their escalation. A person's repeated acknowledgement renews its
// expiry; another person's stands.
func (r *NotificationState) acknowledge(ids []string, who string, now time.Time) {
	stopped := false
	for _, id := range ids {
		inc := r.incident(id)
		if inc == nil || !inc.AcknowledgeableBy(who) || inc.State == incident.Acknowledged && !now.After(inc.AckedAt) {
			continue
		}
		if inc.Unacknowledged() {
			stopped = true
			inc.Acks, inc.AckCostMS = inc.Acks+1, inc.CostMS
		}
		inc.State, inc.AckedBy, inc.AckedAt = incident.Acknowledged, who, now
		inc.Rev++
	}
	if stopped {
		r.restart()
	}
}
