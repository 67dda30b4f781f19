package paging

import (
	"cmp"
	"context"
	"slices"
	"time"

	"valkyrie/alerts/incident"
)

// StateMerged is the event that a pager on another table hands over its state. Its changes of settings are the differences from
// the settings in Theirs.Copied, or from those of Base if an earlier version has copied the state.
type StateMerged struct{ Theirs, Base NotificationState }

// Merge merges the state of another table's pager into this one's. Incidents acknowledged there are not called about
// here, and pages sent there count as sent. Merging is idempotent and keeps the changes of both; merging again undoes no later
// change of a setting.
func (p *Pager) Merge(ctx context.Context, theirs, base NotificationState) error {
	return p.applyEvent(ctx, StateMerged{theirs, base})
}

func (r *NotificationState) merge(e StateMerged, now time.Time) {
	theirs := *e.Theirs.clone()
	r.Tombstones = slices.Clone(r.Tombstones)
	for _, in := range theirs.Incidents {
		r.mergeIncident(in.Bounded(), &theirs)
	}
	for _, p := range theirs.Pages {
		r.mergePage(p)
	}
	slices.SortStableFunc(r.Pages, func(a, b incident.Page) int { return a.PlannedAt.Compare(b.PlannedAt) })
	if cmp.Or(cmp.Compare(theirs.Escalation.Round, r.Escalation.Round), cmp.Compare(theirs.Escalation.Next, r.Escalation.Next)) > 0 {
		r.Escalation = theirs.Escalation
	}
	r.Seq = max(r.Seq, theirs.Seq)
	r.mergeSettings(theirs, e.Base, now)
	r.mergeDelivery(theirs)
	r.Replies.merge(theirs.Replies)
}

// mergeDelivery merges the meter and the drills. A drill in progress there continues here.
func (r *NotificationState) mergeDelivery(theirs NotificationState) {
	if theirs.Meter.Month > r.Meter.Month || theirs.Meter.Month == r.Meter.Month && theirs.Meter.Calls+theirs.Meter.Texts > r.Meter.Calls+r.Meter.Texts {
		r.Meter = theirs.Meter
	}
	if len(r.ChannelFailures) == 0 {
		r.ChannelFailures = theirs.ChannelFailures
	}
	if r.Drill.ID == "" {
		r.Drill.ID, r.Drill.To = theirs.Drill.ID, theirs.Drill.To
	}
	r.Drill.Slot = incident.Latest(r.Drill.Slot, theirs.Drill.Slot)
}

// mergeIncident merges an incident. If an incident here has the same cause under another id, it takes over the pages
// and the acknowledgement.
func (r *NotificationState) mergeIncident(in incident.Incident, theirs *NotificationState) {
	if have := r.incident(in.ID); have != nil {
		mergeIncidentStates(have, in)
		return
	}
	if in.Runs <= r.tombstone(in.ID).Runs {
		return
	}
	if have := r.sameOutage(in, theirs); have != nil {
		unite(have, in)
		theirs.repointPages(in.ID, have.ID)
		r.Tombstones = append(r.Tombstones, Tombstone{in.ID, in.Runs, in.Rev})
		return
	}
	in.Rev = max(in.Rev, r.tombstone(in.ID).Rev) + 1
	r.setWorkingRegions(in.ID, theirs.WorkingRegions[in.ID])
	r.Incidents = append(r.Incidents, in)
	r.Merged = append(slices.Clone(r.Merged), in.ID)
}

// sameOutage returns the incident about the same outage under another id, which the other table does not know; or nil.
func (r *NotificationState) sameOutage(in incident.Incident, theirs *NotificationState) *incident.Incident {
	for i := range r.Incidents {
		have := &r.Incidents[i]
		if known := theirs.incident(have.ID) != nil; have.SameOutage(in) && !known || in.State != incident.Resolved && have.State != incident.Resolved && have.SameCause(in) {
			return have
		}
	}
	return nil
}

// unite merges an incident into the one about the same outage, whose id stays. The one with later runs says whether it has ended, so that
// no one is called about an outage that the other table saw end; judging here confirms it.
func unite(have *incident.Incident, in incident.Incident) {
	before := *have
	one := before.Unite(in, in.IsNewerThan(before))
	one.Runs = before.Runs // judging counts them
	if one.State != incident.Resolved && one.State != before.State {
		one.State = before.State
		if before.State == incident.Resolved {
			one.State = incident.Open
		}
	}
	if one.State == incident.Resolved {
		one.AckedBy, one.AckedAt = before.AckedBy, before.AckedAt
	}
	inheritProgress(&one, in)
	one.Rev = max(before.Rev, in.Rev) + 1
	*have = one
}

// sameCause returns the unresolved incident with the same cause and another id, or nil.
func (r *NotificationState) sameCause(in incident.Incident) *incident.Incident {
	for i := range r.Incidents {
		if have := &r.Incidents[i]; have.ID != in.ID && have.State != incident.Resolved && have.SameCause(in) {
			return have
		}
	}
	return nil
}

// mergeIncidentStates merges two states of one incident: the newer one's runs, and an acknowledgement from either
// unless the incident reopened after it.
func mergeIncidentStates(i *incident.Incident, in incident.Incident) {
	before, winner, other := *i, *i, in
	if in.IsNewerThan(*i) {
		winner, other = in, *i
	}
	winner.Runs, winner.Rev = max(i.Runs, in.Runs), max(i.Rev, in.Rev)
	winner.Reopened = incident.Latest(i.Reopened, in.Reopened)
	*i = winner
	inheritProgress(i, other)
	if i.State != before.State || i.Runs != before.Runs || i.AckedBy != before.AckedBy {
		i.Rev++
	}
}

// inheritProgress copies notification and acknowledgement from another state of the incident.
func inheritProgress(i *incident.Incident, from incident.Incident) {
	acked := from.AckedBy != "" && !from.AckedAt.Before(i.Reopened)
	switch {
	case i.Unacknowledged() && from.State == incident.Acknowledged && acked:
		i.State, i.AckedBy, i.AckedAt, i.Acks, i.AckCostMS = incident.Acknowledged, from.AckedBy, from.AckedAt, max(i.Acks, from.Acks), from.AckCostMS
	case i.State == incident.Open && from.State == incident.Notified:
		i.State = incident.Notified
	case i.State == incident.Resolved && i.AckedBy == "" && acked:
		i.AckedBy, i.AckedAt = from.AckedBy, from.AckedAt
	}
}

// repointPages changes the pages about one incident to be about another.
func (r *NotificationState) repointPages(from, to string) {
	for i := range r.Pages {
		p := &r.Pages[i]
		if at := slices.Index(p.Incidents, from); at >= 0 {
			p.Incidents = slices.Clone(p.Incidents)
			if p.Incidents[at] = to; slices.Index(p.Incidents, to) != at {
				p.Incidents = slices.Delete(p.Incidents, at, at+1)
			}
		}
	}
}

// supersede replaces an incident merged from another table by the one judged here for the same cause, whose id stays.
func (r *NotificationState) supersede(in incident.Incident) incident.Incident {
	old := r.sameCause(in)
	if old == nil || in.State == incident.Resolved || !slices.Contains(r.Merged, old.ID) {
		return in
	}
	inheritProgress(&in, *old)
	in.Rev = max(in.Rev, old.Rev) + 1
	in.Reopened = old.Reopened
	r.repointPages(old.ID, in.ID)
	r.removeIncident(*old)
	return in
}

// pageProgress orders the states of a page.
var pageProgress = map[incident.PageState]int{incident.Planned: 0, incident.Cancelled: 1, incident.Claimed: 2, incident.Unknown: 3, incident.Accepted: 4, incident.Ended: 5}

// mergePage adds a page, or advances it to its state in the other table. Pages about archived incidents are ignored.
func (r *NotificationState) mergePage(p incident.Page) {
	if have := r.page(p.ID); have != nil {
		if pageProgress[p.State] > pageProgress[have.State] {
			p.Incidents = have.Incidents
			*have = p
			r.bumpRevision(p)
		}
		return
	}
	known := slices.ContainsFunc(p.Incidents, func(id string) bool { return r.incident(id) != nil })
	if known || p.Purpose == incident.Notice && p.Live() {
		r.Pages = append(r.Pages, p)
		r.bumpRevision(p)
	}
}

// StateKeys returns the keys of the items that judging and paging of these journeys need, and that a standby copies.
// The notification state is last, so that a copy made in this order has every incident in an outbox or in the
// notification state.
func StateKeys(journeys []string) []string {
	var keys []string
	for _, name := range journeys {
		keys = append(keys, incident.JourneyKey(name))
	}
	return append(keys, incident.NotificationKey)
}
