package paging

import (
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/message"
	"valkyrie/alerts/oncall"
)

// expire gives up waiting for what did not come: a sender that died with the lease, a carrier that never said how it
// went.
func (r *NotificationState) expire(now time.Time) {
	for _, p := range slices.Clone(r.Pages) {
		switch {
		case p.State == incident.Claimed && !now.Before(p.LeaseUntil):
			r.lost(p.ID, "the sender stopped in the middle")
		case p.State != incident.Accepted || now.Before(p.LeaseUntil):
		case p.Channel == incident.Call:
			r.end(p.ID, incident.NoAnswer, "the carrier never said how the call went", now)
		default:
			r.end(p.ID, "", "the carrier never said whether it arrived", now)
		}
	}
}

// cancel drops planned pages that nobody needs any more, and from those that somebody needs what is settled.
func (r *NotificationState) cancel(at evalContext) {
	for i := range r.Pages {
		p := &r.Pages[i]
		outdated := p.Maintenance != nil && len(r.badAfterMaintenance(*p.Maintenance, at)) == 0
		if p.State != incident.Planned || p.Purpose == incident.Notice && !outdated {
			continue
		}
		needed := slices.DeleteFunc(slices.Clone(p.Incidents), func(id string) bool {
			if p.Purpose == incident.AllClear {
				return !r.over(id)
			}
			return r.answered(id, at)
		})
		if len(needed) > 0 {
			p.Incidents = needed
			continue
		}
		p.State, p.EndedAt = incident.Cancelled, at.now
		r.touch(*p)
	}
}

// answered reports whether nobody has to be told of the incident any more, or for now.
func (r *NotificationState) answered(id string, at evalContext) bool {
	i := r.incident(id)
	return i == nil || !i.Unacknowledged() || i.Kind != incident.Drilled && r.isMuted(i.Journey, at)
}

// over reports whether the incident is, and has not come back.
func (r *NotificationState) over(id string) bool {
	i := r.incident(id)
	return i != nil && i.State == incident.Resolved
}

// plan intends the pages that are due.
func (r *NotificationState) plan(at evalContext) {
	chain := at.onCall.EscalationAt(at.now)
	if len(chain) == 0 {
		return
	}
	r.planCalls(chain, at)
	r.planTexts(chain, at)
	r.planAllClears(at)
}

// planCalls tries the next in the chain as soon as the one before has not acknowledged: one call at a time, about all
// that is unanswered. After the last it begins again, after a pause, and never gives up.
func (r *NotificationState) planCalls(chain []oncall.ResolvedStep, at evalContext) {
	now := at.now
	var ids []string
	for _, i := range r.Incidents {
		if r.shouldNotify(i, oncall.Wake, at) {
			ids = append(ids, i.ID)
		}
	}
	if len(ids) == 0 {
		r.Escalation = Escalation{}
		return
	}
	if r.drillCallActive(now) {
		return
	}
	if r.calling() {
		r.gather(ids, at)
		return
	}
	fresh := slices.ContainsFunc(ids, r.uncalled)
	if fresh && !r.Escalation.Pause.IsZero() {
		r.Escalation = Escalation{} // the first call about an incident does not wait for others
	}
	if now.Before(r.Escalation.Pause) {
		return
	}
	who := chain[r.Escalation.Next%len(chain)].Person
	var wait time.Time
	if fresh && at.onCall.Gather > 0 {
		wait, r.Escalation.Gathers = now.Add(at.onCall.Gather), now.Add(oncall.MaxGather)
	}
	r.add(incident.Call, incident.Alarm, who, ids, now).NotBefore = wait
	if untold := r.untold(who, ids); len(untold) > 0 {
		r.write(incident.Page{Purpose: incident.Alarm, Incidents: untold, NotBefore: wait}, who, at) // the same facts to look at; once, as nobody wants them repeated
	}
	r.Escalation.Next++
	if r.Escalation.Next >= len(chain) {
		r.Escalation = Escalation{Round: r.Escalation.Round + 1, Pause: now.Add(at.onCall.RepeatAfter), Gathers: r.Escalation.Gathers}
		return
	}
	r.Escalation.Pause = time.Time{}
	if after := chain[r.Escalation.Next].Step.After; after > 0 {
		r.Escalation.Pause = now.Add(after)
	}
}

// uncalled reports whether nobody was called about the incident yet, or not since it came back.
func (r *NotificationState) uncalled(id string) bool {
	return !slices.ContainsFunc(r.Pages, func(p incident.Page) bool {
		return p.Channel == incident.Call && p.State != incident.Cancelled && r.concerns(p, id)
	})
}

// untold are those of ids that who has had no text about.
func (r *NotificationState) untold(who oncall.Person, ids []string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		return slices.ContainsFunc(r.Pages, func(p incident.Page) bool {
			return p.Channel == incident.Text && p.Purpose == incident.Alarm && p.Person == who.Name && p.State != incident.Cancelled && r.concerns(p, id)
		})
	})
}

func (r *NotificationState) add(c incident.Channel, why incident.Purpose, who oncall.Person, ids []string, now time.Time) *incident.Page {
	p := incident.Page{ID: r.pageID(now), Incidents: ids, Purpose: why, Channel: c, Person: who.Name, To: who.Phone, State: incident.Planned, PlannedAt: now}
	if why == incident.Alarm {
		p.Round = r.Escalation.Round
	}
	p.Slot = r.decided(ids)
	r.Pages = append(r.Pages, p)
	r.touch(p)
	return &r.Pages[len(r.Pages)-1]
}

// decided is the slot of the run for which people are told of incidents, the latest of theirs: for one that was told of
// before, that of its first page.
func (r *NotificationState) decided(ids []string) (slot time.Time) {
	for _, id := range ids {
		first := time.Time{}
		if i := r.incident(id); i != nil {
			first = i.Last
			if first.IsZero() || i.State == incident.Resolved {
				first = i.Opened
			}
		}
		for _, p := range r.Pages {
			if !p.Slot.IsZero() && r.concerns(p, id) && p.Purpose != incident.AllClear {
				first = p.Slot
				break
			}
		}
		if first.After(slot) {
			slot = first
		}
	}
	return slot
}

// round is that of a page.
func (r *NotificationState) round(p incident.Page) message.Round {
	round := message.Round{Before: p.Round}
	if p.Round == 0 {
		return round
	}
	for _, o := range r.Pages {
		about := slices.ContainsFunc(p.Incidents, func(id string) bool { return r.concerns(o, id) })
		if o.ID != p.ID && o.Channel == incident.Call && o.Purpose == incident.Alarm && o.State == incident.Ended && about && !slices.Contains(round.Called, o.Person) {
			round.Called = append(round.Called, o.Person)
		}
	}
	return round
}
