package paging

import (
	"context"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
)

// cancelUnneeded cancels planned pages that have become unnecessary, and removes resolved or acknowledged incidents
// from the others.
func (r *NotificationState) cancelUnneeded(at evalContext) {
	for i := range r.Pages {
		p := &r.Pages[i]
		outdated := p.Maintenance != nil && len(r.badAfterMaintenance(*p.Maintenance, at)) == 0
		if p.State != incident.Planned || p.Purpose == incident.Notice && !outdated {
			continue
		}
		needed := slices.DeleteFunc(slices.Clone(p.Incidents), func(id string) bool {
			if p.Purpose == incident.AllClear {
				return !r.isResolved(id)
			}
			return r.needsNoPage(id, at) || !r.isSevereEnough(*p, id, at)
		})
		if len(needed) > 0 {
			p.Incidents = needed
			p.Waking = p.Waking || p.Purpose == incident.Alarm && !r.anyCalls(needed, at)
			continue
		}
		p.State, p.EndedAt = incident.Cancelled, at.now
		r.bumpRevision(*p)
	}
}

// readdress follows changes of the people in alerts.yaml: a planned page goes to its person's present name and address. An
// alarm to a person who is on call no more is cancelled, so that one to another person is planned; a notice goes to the first
// on call; an all-clear is owed to them all the same.
func (r *NotificationState) readdress(at evalContext) {
	steps := at.onCall.EscalationAt(at.now)
	for i := range r.Pages {
		p := &r.Pages[i]
		if p.State != incident.Planned {
			continue
		}
		who, known := at.onCall.FindAddressee(*p)
		if !known && p.Purpose == incident.Notice && len(steps) > 0 {
			who, known = steps[0].Person, true
		}
		switch {
		case p.Channel == incident.Email && !(known && at.onCall.CanEmail(who)), !known && p.Purpose != incident.AllClear:
			p.State, p.EndedAt = incident.Cancelled, at.now
			r.bumpRevision(*p)
		case known && p.Channel == incident.Email:
			p.Person, p.To = who.Name, who.Email
		case known:
			p.Person, p.To = who.Name, who.Phone
		}
	}
}

// needsNoPage reports whether the incident needs no page at present: it is acknowledged, resolved, suppressed or
// unknown.
func (r *NotificationState) needsNoPage(id string, at evalContext) bool {
	i := r.incident(id)
	return i == nil || !i.Unacknowledged() || i.Kind != incident.Drilled && r.isSuppressed(i.Journey, at)
}

// isSevereEnough reports whether an incident deserves a page over its channel. The file may have changed since it was planned.
func (r *NotificationState) isSevereEnough(p incident.Page, id string, at evalContext) bool {
	i := r.incident(id)
	if i == nil || p.Purpose != incident.Alarm {
		return true
	}
	severity := at.onCall.Severity(*i)
	return severity == oncall.Wake || severity == oncall.Notify && p.Channel != incident.Call
}

// anyCalls reports whether one of the incidents calls people.
func (r *NotificationState) anyCalls(ids []string, at evalContext) bool {
	return slices.ContainsFunc(ids, func(id string) bool {
		i := r.incident(id)
		return i != nil && at.onCall.Severity(*i) == oncall.Wake
	})
}

// isResolved reports whether the incident is resolved and has not reopened.
func (r *NotificationState) isResolved(id string) bool {
	i := r.incident(id)
	return i != nil && i.State == incident.Resolved
}

// A Hanger is a [Phone] that can end its calls.
type Hanger interface {
	// HangUp ends a queued, ringing or answered call. Ending a call that is over is no error. It returns when ctx ends.
	HangUp(ctx context.Context, sid string) error
}

// hangUpRetryAfter is the time without a report of a call's end after which the call is hung up again.
const hangUpRetryAfter = 10 * time.Second

// endCallsFor is the time since its acceptance for which the provider is asked to end a call that was given up: it queues
// calls for a day at most.
const endCallsFor = 24 * time.Hour

// giveUpCall ends the page of a call without a report, so that the next person is called. The call may still be in the
// provider's queue, and would ring hours later: the provider is asked to end it, until it has.
func (r *NotificationState) giveUpCall(id string, now time.Time) {
	r.endPage(id, incident.NoAnswer, "no report from the provider of how the call ended", now)
	if p := r.page(id); p.Via == incident.Primary && p.SID != "" {
		p.GivenUpAt, p.HangUpAt = now, time.Time{}
	}
}

// CallEnded is the provider's confirmation that a call which was given up is over.
type CallEnded struct{ PageID string }

// confirmEnd records how a call that was given up ended: one that never rang counts as not delivered, as one that the
// provider has refused.
func (r *NotificationState) confirmEnd(id, result, why string) {
	p := r.page(id)
	if p == nil || p.GivenUpAt.IsZero() {
		return
	}
	p.GivenUpAt = time.Time{}
	if p.AnsweredAt.IsZero() && result != incident.Busy && result != incident.NoAnswer {
		if p.Why = "the call had not rung when it was given up"; why != "" {
			p.Why += " (" + why + ")"
		}
		queued := *p
		queued.Result = incident.FailedCall
		r.recordUndelivered(queued)
	}
	r.bumpRevision(*p)
}

// hangUps returns the commands that end unnecessary calls: their incidents were acknowledged or muted by another
// person, or are resolved.
func (r *NotificationState) hangUps(at evalContext) []Command {
	var commands []Command
	for i := range r.Pages {
		p := &r.Pages[i]
		asked := !p.HangUpAt.IsZero() && at.now.Before(p.HangUpAt.Add(hangUpRetryAfter))
		if !p.GivenUpAt.IsZero() {
			if at.now.Sub(p.GivenUpAt) > endCallsFor || !p.AcceptedAt.IsZero() && at.now.Sub(p.AcceptedAt) > endCallsFor {
				p.GivenUpAt = time.Time{}
			} else if !asked {
				p.HangUpAt = at.now
				commands = append(commands, Command{"hang up", *p})
			}
			continue
		}
		if p.Channel != incident.Call || p.Via != incident.Primary || p.State != incident.Accepted || p.SID == "" || asked || !r.callUnneeded(*p, at) {
			continue
		}
		p.HangUpAt = at.now
		commands = append(commands, Command{"hang up", *p})
	}
	return commands
}

// callUnneeded reports whether a call in progress serves no purpose. A person who has just pressed a key still hears
// the answer, and a person who has picked up hears a resolved incident's call to its end.
func (r *NotificationState) callUnneeded(p incident.Page, at evalContext) bool {
	if slices.Contains([]string{AckKey, MuteKey, PassKey}, p.Key) || p.Purpose != incident.Alarm && p.Purpose != incident.Drill {
		return false
	}
	over := !slices.ContainsFunc(p.Incidents, func(id string) bool { i := r.incident(id); return i != nil && i.State != incident.Resolved })
	needed := slices.ContainsFunc(p.Incidents, func(id string) bool { return !r.needsNoPage(id, at) })
	return !needed && (!over || p.AnsweredAt.IsZero() || p.Purpose == incident.Drill)
}

// hangUp ends a call. A failure is only logged, because the command is repeated until the call is over. The end of a call
// that was given up is an event, as no report of it may come.
func (p *Pager) hangUp(ctx context.Context, page incident.Page) Event {
	phone, ok := p.Phone.(Hanger)
	if !ok {
		return nil
	}
	if err := phone.HangUp(ctx, page.SID); err != nil {
		p.Log.Warn("hanging up an unneeded call failed", "page", page.ID, "person", page.Person, "err", err)
		return nil
	}
	p.Log.Info("unneeded call hung up", "page", page.ID, "person", page.Person)
	if page.GivenUpAt.IsZero() {
		return nil
	}
	return CallEnded{page.ID}
}
