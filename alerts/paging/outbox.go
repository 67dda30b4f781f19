package paging

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/message"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/phrase"
)

// sendDue plans and claims the due pages. A call dropped by a cap passes to the next person, so planning is repeated.
func (r *NotificationState) sendDue(at evalContext) []Command {
	var commands []Command
	for range len(at.onCall.Escalation) + 1 {
		r.planPages(at)
		claimed, holds := r.claim(at)
		commands = append(commands, claimed...)
		for _, h := range holds {
			r.announceCap(h, at)
		}
		if len(holds) == 0 {
			break
		}
	}
	return commands
}

// compose returns the text of a page; for a call, one sentence per line.
func (r *NotificationState) compose(p incident.Page, at evalContext) string {
	var about []incident.Incident
	for _, id := range p.Incidents {
		if i := r.incident(id); i != nil {
			about = append(about, *i)
		}
	}
	who, _ := at.onCall.FindPerson(p.Person)
	t := message.Content{To: who, About: about, Also: r.otherIncidents(p, at), WorkingRegions: r.WorkingRegions, Releases: r.Releases, Round: r.escalationRound(p), OneWay: p.Via == incident.Failover, OnCall: at.onCall, Now: at.now}
	switch {
	case p.Mute != nil:
		return message.MuteEnded(*p.Mute, who, r.unresolved(p.Mute.Journey), at.now) // as of now, not of the mute's end
	case p.Maintenance != nil:
		return message.MaintenanceEnded(*p.Maintenance, who, r.badAfterMaintenance(*p.Maintenance, at), at.now)
	case len(about) == 0:
		return p.Words // a notice was composed when it was planned
	case p.Purpose == incident.Drill:
		return strings.Join(drillSpeech, "\n")
	case p.Purpose == incident.AllClear:
		return t.AllClear()
	case p.Channel == incident.Email:
		return t.Email()
	case at.onCall.IsWritten(p):
		return t.SMS()
	}
	heads, details := t.Spoken()
	return strings.Join(heads, "\n") + keysHere + strings.Join(details, "\n")
}

// keysHere is the place of the keys in a call's text: an empty line, after the headlines.
const keysHere = "\n\n"

// spoken divides a call's text into the sentences before the keys and those after them.
func spoken(words string) (heads, details []string) {
	before, after, found := strings.Cut(words, keysHere)
	if found && after != "" {
		details = phrase.Lines(after)
	}
	return phrase.Lines(before), details
}

// otherIncidents returns the unresolved, unsuppressed incidents that the page is not about.
func (r *NotificationState) otherIncidents(p incident.Page, at evalContext) []incident.Incident {
	return slices.DeleteFunc(r.unresolved(""), func(i incident.Incident) bool {
		return slices.Contains(p.Incidents, i.ID) || at.onCall.Severity(i) == oncall.Keep || r.isSuppressed(i.Journey, at)
	})
}

// Due returns the time of the next Tick that has work; zero: none. A callback or a reply may create work earlier.
func (r NotificationState) Due() time.Time {
	var first time.Time
	at := func(t time.Time) {
		if first.IsZero() || t.Before(first) {
			first = t
		}
	}
	for _, p := range r.Pages {
		if !p.GivenUpAt.IsZero() {
			at(p.HangUpAt.Add(hangUpRetryAfter))
		}
		switch p.State {
		case incident.Planned:
			if p.NotBefore.IsZero() {
				p.NotBefore = p.PlannedAt
			}
			at(p.NotBefore)
		case incident.Claimed, incident.Accepted:
			at(p.LeaseUntil)
			if !p.HangUpAt.IsZero() {
				at(p.HangUpAt.Add(hangUpRetryAfter))
			}
		case incident.Unknown:
			at(p.ClaimedAt) // the provider is asked at each tick
		}
	}
	if !r.Escalation.Pause.IsZero() {
		at(r.Escalation.Pause)
	}
	return first
}

// An outbox is the content of a journey's outbox, and its changes of incidents as the pager takes them.
type outbox struct {
	journey   string
	incidents []incident.Incident
	updates   []IncidentUpdated
}

// readOutboxes reads the outboxes of the journeys that are not empty. A state that cannot be read does not stop the others.
func readOutboxes(ctx context.Context, items incident.Items, names []string) ([]outbox, error) {
	var keys []string
	for _, name := range names {
		keys = append(keys, incident.JourneyKey(name))
	}
	states, err := incident.LoadItems[judge.JourneyState](ctx, items, keys)
	var all []outbox
	for n, s := range states {
		if s == nil || len(s.Outbox) == 0 {
			continue
		}
		box := outbox{journey: names[n], incidents: s.Outbox}
		for _, i := range s.Outbox {
			box.updates = append(box.updates, IncidentUpdated{Incident: i, WorkingRegions: s.WorkingRegions(i)})
		}
		all = append(all, box)
	}
	return all, err
}

// tickOf returns the tick that takes over the outboxes.
func tickOf(names []string, boxes []outbox) Tick {
	t := Tick{Watched: names}
	for _, b := range boxes {
		t.Updates = append(t.Updates, b.updates...)
	}
	return t
}

// emptyOutboxes removes the incidents that the notification state has taken over from the outboxes. A crash before it repeats the
// move, which is idempotent.
func (p *Pager) emptyOutboxes(ctx context.Context, boxes []outbox, before, after NotificationState) error {
	room := before.takesIncidents(len(tickOf(nil, boxes).Updates)) // for all of them
	var errs []error
	for _, b := range boxes {
		moved := map[string]int{}
		for _, i := range b.incidents {
			if room || after.holds(i) {
				moved[i.ID] = i.Runs
			}
		}
		errs = append(errs, incident.UpdateItem(ctx, p.Store, incident.JourneyKey(b.journey), func(s *judge.JourneyState) bool {
			had := len(s.Outbox)
			s.Outbox = slices.DeleteFunc(s.Outbox, func(i incident.Incident) bool { runs, ok := moved[i.ID]; return ok && i.Runs <= runs })
			return len(s.Outbox) != had
		}))
	}
	return errors.Join(errs...)
}

// holds reports whether the state has an incident's update, or had it. An incident that found no room stays in its outbox, also
// when there is room by now.
func (r *NotificationState) holds(i incident.Incident) bool {
	return r.incident(i.ID) != nil || i.State == incident.Resolved || i.Runs <= r.tombstone(i.ID).Runs
}

// WouldSend returns the pages that a pager of these journeys and batches would send from a store at a time. It sends and stores
// nothing.
func WouldSend(ctx context.Context, items incident.Items, o oncall.OnCall, names []string, now time.Time) ([]incident.Page, error) {
	r, err := LoadState(ctx, items)
	if err != nil {
		return nil, err
	}
	boxes, err := readOutboxes(ctx, items, names)
	if err != nil {
		return nil, err
	}
	r, commands := r.Step(tickOf(names, boxes), o, now)
	var pages []incident.Page
	for _, c := range commands {
		if c.Verb == "send" {
			pages = append(pages, c.Page)
		}
	}
	for _, p := range r.Pages {
		if p.State == incident.Planned {
			p.Words = r.compose(p, evalContext{o.With(r.Overrides), now})
			pages = append(pages, p) // it is gathered, or waits for the morning
		}
	}
	return pages, nil
}
