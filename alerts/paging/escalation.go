package paging

import (
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/message"
	"valkyrie/alerts/oncall"
)

// planPages plans the calls, texts and all-clears that are due.
func (r *NotificationState) planPages(at evalContext) {
	steps := at.onCall.EscalationAt(at.now)
	if len(steps) == 0 {
		return
	}
	r.planCalls(steps, at)
	r.planTexts(steps, at)
	r.planAllClears(at)
}

// planCalls plans one call at a time about all unacknowledged incidents, and moves to the next person as soon as a call
// ends without an acknowledgement. After the last person it pauses and starts again, without limit. An incident that joins
// during a pause is called about at once, and does not set the escalation back.
func (r *NotificationState) planCalls(steps []oncall.ResolvedStep, at evalContext) {
	now := at.now
	var ids []string
	for _, i := range r.Incidents {
		if r.shouldNotify(i, oncall.Wake, at) {
			ids = append(ids, i.ID)
		}
	}
	if len(ids) == 0 {
		if !slices.ContainsFunc(r.Incidents, func(i incident.Incident) bool { return i.Calmed && i.Unacknowledged() }) {
			r.Escalation = Escalation{}
		}
		return // one whose calls are suspended goes on with the next person, so that the first is not called each time
	}
	if r.drillCallActive(now) {
		return
	}
	if r.callInProgress() {
		r.gather(ids, at)
		return
	}
	fresh, pausing := slices.ContainsFunc(ids, r.uncalled), now.Before(r.Escalation.Pause)
	if pausing && !fresh {
		return
	}
	extra := pausing && r.Escalation.Next > 0
	who := steps[r.Escalation.Next%len(steps)].Person
	if extra {
		who = steps[0].Person // a first call waits out no pause, and delays no person who is called later
	}
	var wait time.Time
	if fresh && at.onCall.Gather > 0 {
		wait, r.Escalation.Gathers = now.Add(at.onCall.Gather), now.Add(oncall.MaxGather)
	}
	r.addPage(incident.Call, incident.Alarm, who, ids, now).NotBefore = wait
	if untexted := r.untexted(who, ids); len(untexted) > 0 {
		r.planText(incident.Page{Purpose: incident.Alarm, Incidents: untexted, NotBefore: wait}, who, at) // the same facts in writing, once per person
	}
	if extra {
		return
	}
	r.Escalation.Next++
	if r.Escalation.Next >= len(steps) {
		r.Escalation = Escalation{Round: r.Escalation.Round + 1, Pause: now.Add(at.onCall.RepeatAfter), Gathers: r.Escalation.Gathers}
		return
	}
	r.Escalation.Pause = time.Time{}
	if after := steps[r.Escalation.Next].Step.After; after > 0 {
		r.Escalation.Pause = now.Add(after)
	}
}

// uncalled reports whether no call was made about the incident, or none since it reopened or was last acknowledged.
func (r *NotificationState) uncalled(id string) bool {
	var acked time.Time
	if i := r.incident(id); i != nil {
		acked = i.AckedAt
	}
	return !slices.ContainsFunc(r.Pages, func(p incident.Page) bool {
		return p.Channel == incident.Call && p.State != incident.Cancelled && r.concerns(p, id) && !p.PlannedAt.Before(acked)
	})
}

// restart begins the escalation again with the first person, unless a person was called about an incident that is still
// unacknowledged: the later people are called in time whatever is acknowledged or joins.
func (r *NotificationState) restart() {
	if !slices.ContainsFunc(r.Incidents, func(i incident.Incident) bool { return i.Unacknowledged() && !r.uncalled(i.ID) }) {
		r.Escalation = Escalation{}
	}
}

// untexted returns the incidents of ids that the person was not texted about.
func (r *NotificationState) untexted(who oncall.Person, ids []string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		return slices.ContainsFunc(r.Pages, func(p incident.Page) bool {
			return p.Channel == incident.Text && p.Purpose == incident.Alarm && p.Person == who.Name && p.State != incident.Cancelled && r.concerns(p, id) && !(p.Undeliverable() && p.Via == incident.Primary && r.switchedSince(incident.Text, p.EndedAt))
		})
	})
}

func (r *NotificationState) addPage(c incident.Channel, why incident.Purpose, who oncall.Person, ids []string, now time.Time) *incident.Page {
	p := incident.Page{ID: r.pageID(now), Incidents: ids, Purpose: why, Channel: c, Person: who.Name, To: who.Phone, State: incident.Planned, PlannedAt: now}
	if why == incident.Alarm {
		p.Round = r.Escalation.Round
	}
	p.Slot = r.decisionSlot(ids)
	r.Pages = append(r.Pages, p)
	r.bumpRevision(p)
	return &r.Pages[len(r.Pages)-1]
}

// decisionSlot returns the slot of the run that caused the page, the latest of its incidents': for an incident paged
// before, that of its first page.
func (r *NotificationState) decisionSlot(ids []string) (slot time.Time) {
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

// escalationRound returns the page's round, and the people called in earlier ones.
func (r *NotificationState) escalationRound(p incident.Page) message.Round {
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

// expireAcks removes acknowledgements that are older than the journey's limit from incidents that call people and are
// still bad. Incidents that only text are exempt: their text is sent once, so an acknowledgement suppresses nothing.
func (r *NotificationState) expireAcks(at evalContext) {
	for i := range r.Incidents {
		inc := &r.Incidents[i]
		after := at.onCall.AckExpiryFor(inc.Journey)
		if inc.State != incident.Acknowledged || after == 0 || at.onCall.Severity(*inc) != oncall.Wake || !inc.IsBadAfter(inc.AckedAt.Add(inc.AckExpiry(after)), at.now) {
			continue
		}
		inc.State = incident.Notified
		inc.Rev++
	}
}

// gather adds new incidents to a planned call and its text, so that many simultaneous incidents make one call. Each
// addition defers the call, up to the limit in Escalation.Gathers.
func (r *NotificationState) gather(ids []string, at evalContext) {
	for i := range r.Pages {
		p := &r.Pages[i]
		if p.State != incident.Planned || p.Purpose != incident.Alarm || p.Channel != incident.Call {
			continue
		}
		more := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return r.concerns(*p, id) })
		if len(more) == 0 {
			return
		}
		p.AddIncidents(more, at.now)
		if p.Tries == 0 && at.onCall.Gather > 0 {
			p.NotBefore = incident.Earliest(at.now.Add(at.onCall.Gather), r.Escalation.Gathers)
		}
		r.bumpRevision(*p)
		r.gatherText(*p, at)
	}
}

// gatherText adds the call's incidents to the text that accompanies it.
func (r *NotificationState) gatherText(call incident.Page, at evalContext) {
	who, _ := at.onCall.FindPerson(call.Person)
	untexted := r.untexted(who, call.Incidents)
	if len(untexted) == 0 {
		return
	}
	found := false
	for i := range r.Pages {
		p := &r.Pages[i]
		with := !slices.ContainsFunc(p.Incidents, func(id string) bool { return !slices.Contains(call.Incidents, id) })
		if p.State == incident.Planned && p.Purpose == incident.Alarm && p.Channel != incident.Call && p.Person == call.Person && p.Tries == 0 && with {
			p.AddIncidents(untexted, at.now)
			p.NotBefore, found = call.NotBefore, true
		}
	}
	if !found {
		r.planText(incident.Page{Purpose: incident.Alarm, Incidents: untexted, NotBefore: call.NotBefore}, who, at)
	}
}
