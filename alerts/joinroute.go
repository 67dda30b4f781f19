package alerts

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// Joined is the event that another pager, which stood in on another table, hands over what it has done. Base is what it
// had begun from: what it has added to that, or taken away, is its doing.
type Joined struct{ Theirs, Base Route }

// Join brings what another table's pager has done into this one's route. Whoever has acknowledged there is not called from
// here; what was sent there counts as sent.
func (p *Pager) Join(ctx context.Context, theirs, base Route) error {
	return p.step(ctx, Joined{theirs, base})
}

func (r *Route) join(e Joined, now time.Time) {
	theirs := *e.Theirs.clone()
	r.Past = slices.Clone(r.Past)
	for _, in := range theirs.Incidents {
		r.joinIncident(in, &theirs)
	}
	for _, p := range theirs.Pages {
		r.joinPage(p)
	}
	slices.SortStableFunc(r.Pages, func(a, b Page) int { return a.PlannedAt.Compare(b.PlannedAt) })
	if cmp.Or(cmp.Compare(theirs.Chain.Round, r.Chain.Round), cmp.Compare(theirs.Chain.Next, r.Chain.Next)) > 0 {
		r.Chain = theirs.Chain
	}
	r.Seq = max(r.Seq, theirs.Seq)
	r.joinMutes(theirs.Mutes, e.Base.Mutes, now)
	r.joinOverrides(theirs.Overrides, e.Base.Overrides)
	r.joinDelivery(theirs)
}

// joinDelivery takes in what the other has spent, and which drills it has held. One that is under way there goes on here.
func (r *Route) joinDelivery(theirs Route) {
	if theirs.Meter.Month > r.Meter.Month || theirs.Meter.Month == r.Meter.Month && theirs.Meter.Calls+theirs.Meter.Texts > r.Meter.Calls+r.Meter.Texts {
		r.Meter = theirs.Meter
	}
	if r.Rehearsal.ID == "" {
		r.Rehearsal.ID, r.Rehearsal.To = theirs.Rehearsal.ID, theirs.Rehearsal.To
	}
	r.Rehearsal.Slot = latest(r.Rehearsal.Slot, theirs.Rehearsal.Slot)
}

// joinIncident takes in an incident. One that is the same matter as one of ours passes its pages, and who has
// acknowledged, on to that.
func (r *Route) joinIncident(in Incident, theirs *Route) {
	if have := r.incident(in.ID); have != nil {
		joinStories(have, in)
		return
	}
	if in.Runs <= r.past(in.ID).Runs {
		return
	}
	if in.State != Resolved {
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
func (r *Route) sameMatter(in Incident) *Incident {
	for i := range r.Incidents {
		if have := &r.Incidents[i]; have.ID != in.ID && have.State != Resolved && have.matter(in) {
			return have
		}
	}
	return nil
}

// joinStories brings two stories of one incident together: of the runs, the later one; and who has acknowledged, in either,
// unless it came back after that.
func joinStories(i *Incident, in Incident) {
	before, winner, other := *i, *i, in
	if in.outlives(*i) {
		winner, other = in, *i
	}
	winner.Runs, winner.Rev = max(i.Runs, in.Runs), max(i.Rev, in.Rev)
	winner.Reopened = latest(i.Reopened, in.Reopened)
	*i = winner
	inherit(i, other)
	if i.State != before.State || i.Runs != before.Runs || i.AckedBy != before.AckedBy {
		i.Rev++
	}
}

// inherit takes over how far people have got with another story of the incident.
func inherit(i *Incident, from Incident) {
	taken := from.AckedBy != "" && !from.AckedAt.Before(i.Reopened)
	switch {
	case i.Awaits() && from.State == Acknowledged && taken:
		i.State, i.AckedBy, i.AckedAt = Acknowledged, from.AckedBy, from.AckedAt
	case i.State == Open && from.State == Notified:
		i.State = Notified
	case i.State == Resolved && i.AckedBy == "" && taken:
		i.AckedBy, i.AckedAt = from.AckedBy, from.AckedAt
	}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// relabel makes the pages of an incident those of another.
func (r *Route) relabel(from, to string) {
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
func (r *Route) supersede(in Incident) Incident {
	old := r.sameMatter(in)
	if old == nil || in.State == Resolved || !slices.Contains(r.Joined, old.ID) {
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
var progress = map[PageState]int{Planned: 0, Cancelled: 1, Claimed: 2, Unknown: 3, Accepted: 4, Ended: 5}

// joinPage takes in a page, or how far it has got there. One about incidents that are not known here is of the past.
func (r *Route) joinPage(p Page) {
	if have := r.page(p.ID); have != nil {
		if progress[p.State] > progress[have.State] {
			p.Incidents = have.Incidents
			*have = p
			r.touch(p)
		}
		return
	}
	known := slices.ContainsFunc(p.Incidents, func(id string) bool { return r.incident(id) != nil })
	if known || p.Purpose == Notice && p.Live() {
		r.Pages = append(r.Pages, p)
		r.touch(p)
	}
}

// joinMutes takes in the mutes that were begun, and those that were ended.
func (r *Route) joinMutes(theirs, base []Mute, now time.Time) {
	for _, m := range theirs {
		if !slices.ContainsFunc(base, m.equal) && now.Before(m.Until) {
			r.mute(m)
		}
	}
	r.Mutes = slices.DeleteFunc(r.Mutes, func(m Mute) bool {
		return slices.ContainsFunc(base, m.equal) && !slices.ContainsFunc(theirs, m.equal) && now.Before(m.Until)
	})
}

func (r *Route) joinOverrides(theirs, base []Override) {
	for _, v := range theirs {
		if !slices.ContainsFunc(base, v.equal) && !slices.ContainsFunc(r.Overrides, v.equal) {
			r.Overrides = append(r.Overrides, v)
		}
	}
	r.Overrides = slices.DeleteFunc(r.Overrides, func(v Override) bool {
		return slices.ContainsFunc(base, v.equal) && !slices.ContainsFunc(theirs, v.equal)
	})
}

func (m Mute) equal(other Mute) bool {
	return m.Journey == other.Journey && m.By == other.By && m.Until.Equal(other.Until)
}

func (v Override) equal(other Override) bool {
	return v.Rotation == other.Rotation && v.Who == other.Who && v.From.equal(other.From) && v.To.equal(other.To)
}

func (m Moment) equal(other Moment) bool { return m.exact == other.exact && m.at.Equal(other.at) }
