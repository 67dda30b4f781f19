package paging

import (
	"slices"
	"strings"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/message"
	"valkyrie/alerts/oncall"
)

// dispatch plans and claims what is due. What a cap holds back may be somebody else's turn, so it is planned again.
func (r *NotificationState) dispatch(at evalContext) []Command {
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
func (r *NotificationState) claim(at evalContext) (commands []Command, holds []hold) {
	now := at.now
	for i := range r.Pages {
		p := &r.Pages[i]
		if p.State != incident.Planned || now.Before(p.NotBefore) || !r.awake(p, at) {
			continue
		}
		if h, held := r.held(*p, at); held {
			r.holdBack(p, h, at)
			holds = append(holds, h)
			continue
		}
		p.Via = r.carrier(*p, at)
		p.State, p.ClaimedAt, p.LeaseUntil = incident.Claimed, now, now.Add(lease)
		if p.Tries++; p.Tries == 1 {
			p.TriedAt = now
		}
		p.Words = r.compose(*p, at)
		commands = append(commands, Command{"send", *p})
	}
	return commands, holds
}

// awake reports whether a page may go out at this hour. One that may not waits for its person's morning, however often it
// was tried before.
func (r *NotificationState) awake(p *incident.Page, at evalContext) bool {
	who, ok := at.onCall.FindPerson(p.Person)
	if !p.Waking || !ok || !who.Reachable(at.now).After(at.now) {
		return true
	}
	p.NotBefore = who.Reachable(at.now)
	return false
}

// compose is what the page says: for a call a sentence a line.
func (r *NotificationState) compose(p incident.Page, at evalContext) string {
	var about []incident.Incident
	for _, id := range p.Incidents {
		if i := r.incident(id); i != nil {
			about = append(about, *i)
		}
	}
	who, _ := at.onCall.FindPerson(p.Person)
	t := message.Content{To: who, About: about, Also: r.besides(p, at), Fine: r.Fine, Marks: r.Releases, Round: r.round(p), OneWay: p.Via == incident.Failover, OnCall: at.onCall, Now: at.now}
	switch {
	case p.Mute != nil:
		return message.MuteEnded(*p.Mute, who, r.unresolved(p.Mute.Journey), at.now) // what is wrong when it is sent, not when it ended
	case p.Maintenance != nil:
		return message.MaintenanceEnded(*p.Maintenance, who, r.badAfterMaintenance(*p.Maintenance, at), at.now)
	case len(about) == 0:
		return p.Words // a notice brings its own
	case p.Purpose == incident.Drill:
		return strings.Join(drillSpeech, "\n")
	case p.Purpose == incident.AllClear:
		return t.AllClear()
	case p.Channel == incident.Email:
		return t.Email()
	case at.onCall.IsWritten(p):
		return t.Text()
	}
	return strings.Join(t.Speech(), "\n")
}

// besides are the incidents that a page is not about, and people are told of.
func (r *NotificationState) besides(p incident.Page, at evalContext) []incident.Incident {
	return slices.DeleteFunc(r.unresolved(""), func(i incident.Incident) bool {
		return slices.Contains(p.Incidents, i.ID) || at.onCall.Severity(i) == oncall.Keep || r.isMuted(i.Journey, at)
	})
}

// lostPages are those whose outcome the carrier has to be asked about.
func (r *NotificationState) lostPages() []Command {
	var commands []Command
	for _, p := range r.Pages {
		if p.State == incident.Unknown {
			commands = append(commands, Command{"find", p})
		}
	}
	return commands
}

// Due is when the passing of time alone makes something due: when to tick next. Zero: nothing does. What a carrier or a
// person says may make something due before.
func (r NotificationState) Due() time.Time {
	var first time.Time
	at := func(t time.Time) {
		if first.IsZero() || t.Before(first) {
			first = t
		}
	}
	for _, p := range r.Pages {
		switch p.State {
		case incident.Planned:
			if p.NotBefore.IsZero() {
				p.NotBefore = p.PlannedAt
			}
			at(p.NotBefore)
		case incident.Claimed, incident.Accepted:
			at(p.LeaseUntil)
			if !p.HangUpAt.IsZero() {
				at(p.HangUpAt.Add(hangUpAgain))
			}
		case incident.Unknown:
			at(p.ClaimedAt) // the carrier is asked at each tick
		}
	}
	if !r.Escalation.Pause.IsZero() {
		at(r.Escalation.Pause)
	}
	return first
}
