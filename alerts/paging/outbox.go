package paging

import (
	"context"
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

// drainOutbox moves the incidents in a journey's outbox to the notification state, then empties the outbox. A crash
// between the two writes repeats the move, which is idempotent.
func (p *Pager) drainOutbox(ctx context.Context, name string) error {
	var s judge.JourneyState
	if _, err := incident.LoadItem(ctx, p.Store, incident.JourneyKey(name), &s); err != nil {
		return err
	}
	if len(s.Outbox) == 0 {
		return nil
	}
	moved := map[string]int{}
	for _, i := range s.Outbox {
		_, after, err := p.fold(ctx, IncidentUpdated{Incident: i, WorkingRegions: s.WorkingRegions(i)})
		if err != nil {
			return err
		}
		if after.holds(i) {
			moved[i.ID] = i.Runs
		}
	}
	return incident.UpdateItem(ctx, p.Store, incident.JourneyKey(name), func(s *judge.JourneyState) bool {
		had := len(s.Outbox)
		s.Outbox = slices.DeleteFunc(s.Outbox, func(i incident.Incident) bool { runs, ok := moved[i.ID]; return ok && i.Runs <= runs })
		return len(s.Outbox) != had
	})
}

// holds reports whether the state has an incident's update, or had it; without room for it, it does not.
func (r *NotificationState) holds(i incident.Incident) bool {
	have := r.incident(i.ID)
	return have != nil || i.State == incident.Resolved || i.Runs <= r.tombstone(i.ID).Runs || r.takesIncident()
}

// WouldSend returns the pages that a pager of these journeys and batches would send from a store at a time. It sends and stores
// nothing.
func WouldSend(ctx context.Context, items incident.Items, o oncall.OnCall, names []string, now time.Time) ([]incident.Page, error) {
	r, err := LoadState(ctx, items)
	if err != nil {
		return nil, err
	}
	var commands []Command
	step := func(e Event) {
		var more []Command
		r, more = r.Step(e, o, now)
		commands = append(commands, more...)
	}
	for _, name := range names {
		var s judge.JourneyState
		if _, err := incident.LoadItem(ctx, items, incident.JourneyKey(name), &s); err != nil {
			return nil, err
		}
		for _, i := range s.Outbox {
			step(IncidentUpdated{Incident: i, WorkingRegions: s.WorkingRegions(i)})
		}
	}
	step(Tick{Watched: names})
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
