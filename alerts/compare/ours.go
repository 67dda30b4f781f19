package compare

import (
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/message"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/paging"
)

// shipped judges and pages as a deployment does: a person acknowledges each call a minute after it.
type shipped struct {
	policy judge.JourneyPolicy
	state  judge.JourneyState
	route  paging.NotificationState
	onCall oncall.OnCall
	acks   []ack
	ticked time.Time
	since  time.Time
	sent   []Message
}

// An ack is a key press that is due.
type ack struct {
	at   time.Time
	page string
}

// Shipped returns judging and paging under a policy.
func Shipped(p judge.JourneyPolicy) Rule {
	return &shipped{policy: p, onCall: oncall.OnCall{
		People:      []oncall.Person{{Name: "Ada", Phone: "+12025550143"}, {Name: "Grace", Phone: "+12025550187"}},
		Escalation:  []oncall.EscalationStep{{Call: "Ada"}, {Call: "Grace"}},
		RepeatAfter: 5 * time.Minute, AckExpires: 30 * time.Minute,
	}}
}

// Judge implements [Rule].
func (s *shipped) Judge(a Arrival) []Message {
	s.sent = nil
	if s.since.IsZero() {
		s.since = a.Slot
	}
	s.watch(a.At)
	s.state.Fold(s.policy, a.Run, "place an order")
	s.handOver(a.At)
	return s.sent
}

// watch passes the time until now, with a check for missing runs and a tick of the pager each minute.
func (s *shipped) watch(now time.Time) {
	for len(s.acks) > 0 && !s.acks[0].at.After(now) {
		due := s.acks[0]
		s.acks = s.acks[1:]
		s.step(paging.Report{PageID: due.page, Key: paging.AckKey}, due.at)
		s.step(paging.Report{PageID: due.page, Result: incident.Human}, due.at)
	}
	if now.Sub(s.ticked) < time.Minute {
		return
	}
	s.ticked = now
	s.state, _ = s.state.Watch(s.policy, "create-order", "place an order", now, s.since)
	s.handOver(now)
	if len(s.route.Incidents) > 0 {
		s.step(paging.Tick{}, now)
	}
}

// handOver empties the outbox of judging into paging.
func (s *shipped) handOver(now time.Time) {
	for _, i := range s.state.Outbox {
		s.step(paging.IncidentUpdated{Incident: i, WorkingRegions: s.state.WorkingRegions(i)}, now)
	}
	s.state.Outbox = s.state.Outbox[:0]
}

// step applies an event, and answers the pages that follow from it: each is accepted at once.
func (s *shipped) step(e paging.Event, now time.Time) {
	var commands []paging.Command
	s.route, commands = s.route.Step(e, s.onCall, now)
	for _, c := range commands {
		if c.Verb != "send" {
			continue
		}
		call := c.Page.Channel == incident.Call
		s.sent = append(s.sent, Message{At: now, Call: call, Text: s.text(c.Page, now)})
		s.step(paging.Sent{PageID: c.Page.ID, SID: "SM" + c.Page.ID}, now)
		if call {
			s.acks = append(s.acks, ack{now.Add(time.Minute), c.Page.ID})
		} else {
			s.step(paging.Report{PageID: c.Page.ID, SID: "SM" + c.Page.ID, Result: incident.Delivered}, now)
		}
	}
	if _, ok := e.(paging.Tick); ok {
		for _, i := range s.route.Archivable() {
			s.route, _ = s.route.Step(paging.Archived{IncidentID: i.ID}, s.onCall, now)
		}
	}
}

// text returns the words of a page.
func (s *shipped) text(p incident.Page, now time.Time) string {
	who, _ := s.onCall.FindPerson(p.Person)
	var about []incident.Incident
	for _, i := range s.route.Incidents {
		for _, id := range p.Incidents {
			if i.ID == id {
				about = append(about, i)
			}
		}
	}
	if len(about) == 0 {
		return ""
	}
	c := message.Content{To: who, About: about, WorkingRegions: s.route.WorkingRegions, OnCall: s.onCall, Now: now}
	if p.Purpose == incident.AllClear {
		return c.AllClear()
	}
	return c.SMS()
}
