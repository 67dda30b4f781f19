package paging

import (
	"cmp"
	"context"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
)

// Joined is the event that another pager, which stood in on another table, hands over what it has done. Base is what it
// had begun from: what it has added to that, or taken away, is its doing.
type Joined struct{ Theirs, Base NotificationState }

// Join brings what another table's pager has done into this one's route. Whoever has acknowledged there is not called from
// here; what was sent there counts as sent.
func (p *Pager) Join(ctx context.Context, theirs, base NotificationState) error {
	return p.step(ctx, Joined{theirs, base})
}

func (r *NotificationState) join(e Joined, now time.Time) {
	theirs := *e.Theirs.clone()
	r.Past = slices.Clone(r.Past)
	for _, in := range theirs.Incidents {
		r.joinIncident(in, &theirs)
	}
	for _, p := range theirs.Pages {
		r.joinPage(p)
	}
	slices.SortStableFunc(r.Pages, func(a, b incident.Page) int { return a.PlannedAt.Compare(b.PlannedAt) })
	if cmp.Or(cmp.Compare(theirs.Escalation.Round, r.Escalation.Round), cmp.Compare(theirs.Escalation.Next, r.Escalation.Next)) > 0 {
		r.Escalation = theirs.Escalation
	}
	r.Seq = max(r.Seq, theirs.Seq)
	r.joinMutes(theirs.Mutes, e.Base.Mutes, now)
	r.joinOverrides(theirs.Overrides, e.Base.Overrides)
	r.joinDelivery(theirs)
}

// joinDelivery takes in what the other has spent, and which drills it has held. One that is under way there goes on here.
func (r *NotificationState) joinDelivery(theirs NotificationState) {
	if theirs.Meter.Month > r.Meter.Month || theirs.Meter.Month == r.Meter.Month && theirs.Meter.Calls+theirs.Meter.Texts > r.Meter.Calls+r.Meter.Texts {
		r.Meter = theirs.Meter
	}
	if r.Drill.ID == "" {
		r.Drill.ID, r.Drill.To = theirs.Drill.ID, theirs.Drill.To
	}
	r.Drill.Slot = incident.Latest(r.Drill.Slot, theirs.Drill.Slot)
}

// joinIncident takes in an incident. One that is the same matter as one of ours passes its pages, and who has
// acknowledged, on to that.
func (r *NotificationState) joinIncident(in incident.Incident, theirs *NotificationState) {
	if have := r.incident(in.ID); have != nil {
		joinStories(have, in)
		return
	}
	if in.Runs <= r.past(in.ID).Runs {
		return
	}
	if in.State != incident.Resolved {
		if have := r.sameMatter(in); have != nil {
			inherit(have, in)
			have.Rev = max(have.Rev, in.Rev) + 1
			theirs.relabel(in.ID, have.ID)
			r.Past = append(r.Past, Past{in.ID, in.Runs, in.Rev})
			return
		}
	}
	in.Rev = max(in.Rev, r.past(in.ID).Rev) + 1
	r.works(in.ID, theirs.Fine[in.ID])
	r.Incidents = append(r.Incidents, in)
	r.Joined = append(slices.Clone(r.Joined), in.ID)
}

// sameMatter is the unresolved incident that is the same matter under another id; nil when there is none.
func (r *NotificationState) sameMatter(in incident.Incident) *incident.Incident {
	for i := range r.Incidents {
		if have := &r.Incidents[i]; have.ID != in.ID && have.State != incident.Resolved && have.SameCause(in) {
			return have
		}
	}
	return nil
}

// joinStories brings two stories of one incident together: of the runs, the later one; and who has acknowledged, in either,
// unless it came back after that.
func joinStories(i *incident.Incident, in incident.Incident) {
	before, winner, other := *i, *i, in
	if in.IsNewerThan(*i) {
		winner, other = in, *i
	}
	winner.Runs, winner.Rev = max(i.Runs, in.Runs), max(i.Rev, in.Rev)
	winner.Reopened = incident.Latest(i.Reopened, in.Reopened)
	*i = winner
	inherit(i, other)
	if i.State != before.State || i.Runs != before.Runs || i.AckedBy != before.AckedBy {
		i.Rev++
	}
}

// inherit takes over how far people have got with another story of the incident.
func inherit(i *incident.Incident, from incident.Incident) {
	taken := from.AckedBy != "" && !from.AckedAt.Before(i.Reopened)
	switch {
	case i.Unacknowledged() && from.State == incident.Acknowledged && taken:
		i.State, i.AckedBy, i.AckedAt = incident.Acknowledged, from.AckedBy, from.AckedAt
	case i.State == incident.Open && from.State == incident.Notified:
		i.State = incident.Notified
	case i.State == incident.Resolved && i.AckedBy == "" && taken:
		i.AckedBy, i.AckedAt = from.AckedBy, from.AckedAt
	}
}

// relabel makes the pages of an incident those of another.
func (r *NotificationState) relabel(from, to string) {
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

// supersede gives the place of an incident that came from another table to another id of the same matter: that is under
// which it is judged here.
func (r *NotificationState) supersede(in incident.Incident) incident.Incident {
	old := r.sameMatter(in)
	if old == nil || in.State == incident.Resolved || !slices.Contains(r.Joined, old.ID) {
		return in
	}
	inherit(&in, *old)
	in.Rev = max(in.Rev, old.Rev) + 1
	in.Reopened = old.Reopened
	r.relabel(old.ID, in.ID)
	r.drop(*old)
	return in
}

// progress orders the states of a page.
var progress = map[incident.PageState]int{incident.Planned: 0, incident.Cancelled: 1, incident.Claimed: 2, incident.Unknown: 3, incident.Accepted: 4, incident.Ended: 5}

// joinPage takes in a page, or how far it has got there. One about incidents that are not known here is of the past.
func (r *NotificationState) joinPage(p incident.Page) {
	if have := r.page(p.ID); have != nil {
		if progress[p.State] > progress[have.State] {
			p.Incidents = have.Incidents
			*have = p
			r.touch(p)
		}
		return
	}
	known := slices.ContainsFunc(p.Incidents, func(id string) bool { return r.incident(id) != nil })
	if known || p.Purpose == incident.Notice && p.Live() {
		r.Pages = append(r.Pages, p)
		r.touch(p)
	}
}

// joinMutes takes in the mutes that were begun, and those that were ended.
func (r *NotificationState) joinMutes(theirs, base []incident.Mute, now time.Time) {
	for _, m := range theirs {
		if !slices.ContainsFunc(base, m.Equal) && now.Before(m.Until) {
			r.mute(m)
		}
	}
	r.Mutes = slices.DeleteFunc(r.Mutes, func(m incident.Mute) bool {
		return slices.ContainsFunc(base, m.Equal) && !slices.ContainsFunc(theirs, m.Equal) && now.Before(m.Until)
	})
}

func (r *NotificationState) joinOverrides(theirs, base []oncall.Override) {
	for _, v := range theirs {
		if !slices.ContainsFunc(base, v.Equal) && !slices.ContainsFunc(r.Overrides, v.Equal) {
			r.Overrides = append(r.Overrides, v)
		}
	}
	r.Overrides = slices.DeleteFunc(r.Overrides, func(v oncall.Override) bool {
		return slices.ContainsFunc(base, v.Equal) && !slices.ContainsFunc(theirs, v.Equal)
	})
}

// Two tables that have gone different ways are brought together by joining the states of the one, which stood in, into
// those of the other. Joining is idempotent, and loses nothing of either.

// StateKeys are the keys of the items that judging and paging of these journeys need: what a standby keeps a copy of. The
// route is last, so that a copy that was made in this order holds no incident that is neither in an outbox nor in the route.
func StateKeys(journeys []string) []string {
	var keys []string
	for _, name := range journeys {
		keys = append(keys, incident.JourneyKey(name))
	}
	return append(keys, incident.NotificationKey)
}
