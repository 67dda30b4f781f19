package alerts

import (
	"slices"
	"strings"
)

// dispatch plans and claims what is due. What a cap holds back may be somebody else's turn, so it is planned again.
func (r *Route) dispatch(at hour) []Command {
	var commands []Command
	for range len(at.onCall.Escalation) + 1 {
		r.plan(at)
		claimed, holds := r.claim(at)
		commands = append(commands, claimed...)
		for _, h := range holds {
			r.sayHeld(h, at)
		}
		if len(holds) == 0 {
			break
		}
	}
	return commands
}

// claim takes the lease on what is due, so that no other pager sends it too; except for what a cap holds back.
func (r *Route) claim(at hour) (commands []Command, holds []hold) {
	now := at.now
	for i := range r.Pages {
		p := &r.Pages[i]
		if p.State != Planned || now.Before(p.NotBefore) || !r.awake(p, at) {
			continue
		}
		if h, held := r.held(*p, at); held {
			r.holdBack(p, h, at)
			holds = append(holds, h)
			continue
		}
		p.Via = r.carrier(*p, at)
		p.State, p.ClaimedAt, p.LeaseUntil = Claimed, now, now.Add(lease)
		if p.Tries++; p.Tries == 1 {
			p.TriedAt = now
		}
		p.Words = r.words(*p, at)
		commands = append(commands, Command{"send", *p})
	}
	return commands, holds
}

// awake reports whether a page may go out at this hour. One that may not waits for its person's morning, however often it
// was tried before.
func (r *Route) awake(p *Page, at hour) bool {
	who, ok := at.onCall.person(p.Person)
	if !p.Waking || !ok || !who.Reachable(at.now).After(at.now) {
		return true
	}
	p.NotBefore = who.Reachable(at.now)
	return false
}

// words is what the page says: for a call a sentence a line.
func (r *Route) words(p Page, at hour) string {
	var about []Incident
	for _, id := range p.Incidents {
		if i := r.incident(id); i != nil {
			about = append(about, *i)
		}
	}
	who, _ := at.onCall.person(p.Person)
	t := Telling{To: who, About: about, Also: r.besides(p, at), Fine: r.Fine, Marks: r.Marks, Round: r.round(p), OneWay: p.Via == Second, OnCall: at.onCall, Now: at.now}
	switch {
	case p.Mute != nil:
		return unmutedText(*p.Mute, who, r.badNow(p.Mute.Journey), at.now) // what is wrong when it is sent, not when it ended
	case p.Window != nil:
		return maintainedText(*p.Window, who, r.badAfter(*p.Window, at), at.now)
	case len(about) == 0:
		return p.Words // a notice brings its own
	case p.Purpose == Drill:
		return strings.Join(drillSpeech, "\n")
	case p.Purpose == AllClear:
		return t.AllClear()
	case p.Channel == Email:
		return t.Letter()
	case at.onCall.written(p):
		return t.Text()
	}
	return strings.Join(t.Speech(), "\n")
}

// besides are the incidents that a page is not about, and people are told of.
func (r *Route) besides(p Page, at hour) []Incident {
	return slices.DeleteFunc(r.badNow(""), func(i Incident) bool {
		return slices.Contains(p.Incidents, i.ID) || at.onCall.Severity(i) == Keep || r.quiet(i.Journey, at)
	})
}

// lostPages are those whose outcome the carrier has to be asked about.
func (r *Route) lostPages() []Command {
	var commands []Command
	for _, p := range r.Pages {
		if p.State == Unknown {
			commands = append(commands, Command{"find", p})
		}
	}
	return commands
}
