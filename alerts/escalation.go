package alerts

import (
	"slices"
	"time"
)

// expire gives up waiting for what did not come: a sender that died with the lease, a carrier that never said how it
// went.
func (r *Route) expire(now time.Time) {
	for _, p := range slices.Clone(r.Pages) {
		switch {
		case p.State == Claimed && !now.Before(p.LeaseUntil):
			r.lost(p.ID, "the sender stopped in the middle")
		case p.State != Accepted || now.Before(p.LeaseUntil):
		case p.Channel == Call:
			r.end(p.ID, NoAnswer, "the carrier never said how the call went", now)
		default:
			r.end(p.ID, "", "the carrier never said whether it arrived", now)
		}
	}
}

// cancel drops planned pages that nobody needs any more, and from those that somebody needs what is settled.
func (r *Route) cancel(at hour) {
	for i := range r.Pages {
		p := &r.Pages[i]
		outdated := p.Window != nil && len(r.badAfter(*p.Window, at)) == 0
		if p.State != Planned || p.Purpose == Notice && !outdated {
			continue
		}
		needed := slices.DeleteFunc(slices.Clone(p.Incidents), func(id string) bool {
			if p.Purpose == AllClear {
				return !r.over(id)
			}
			return r.answered(id, at)
		})
		if len(needed) > 0 {
			p.Incidents = needed
			continue
		}
		p.State, p.EndedAt = Cancelled, at.now
		r.touch(*p)
	}
}

// answered reports whether nobody has to be told of the incident any more, or for now.
func (r *Route) answered(id string, at hour) bool {
	i := r.incident(id)
	return i == nil || !i.Awaits() || i.Kind != Drilled && r.quiet(i.Journey, at)
}

// over reports whether the incident is, and has not come back.
func (r *Route) over(id string) bool {
	i := r.incident(id)
	return i != nil && i.State == Resolved
}

// plan intends the pages that are due.
func (r *Route) plan(at hour) {
	chain := at.onCall.Chain(at.now)
	if len(chain) == 0 {
		return
	}
	r.planCalls(chain, at)
	r.planTexts(chain, at)
	r.planAllClears(at)
}

// planCalls tries the next in the chain as soon as the one before has not acknowledged: one call at a time, about all
// that is unanswered. After the last it begins again, after a pause, and never gives up.
func (r *Route) planCalls(chain []Turned, at hour) {
	now := at.now
	var ids []string
	for _, i := range r.Incidents {
		if r.tells(i, Wake, at) {
			ids = append(ids, i.ID)
		}
	}
	if len(ids) == 0 {
		r.Chain = Chain{}
		return
	}
	if r.drilling(now) {
		return
	}
	if r.calling() {
		r.gather(ids, at)
		return
	}
	fresh := slices.ContainsFunc(ids, r.uncalled)
	if fresh && !r.Chain.Pause.IsZero() {
		r.Chain = Chain{} // the first call about an incident does not wait for others
	}
	if now.Before(r.Chain.Pause) {
		return
	}
	who := chain[r.Chain.Next%len(chain)].Person
	var wait time.Time
	if fresh && at.onCall.Gather > 0 {
		wait, r.Chain.Gathers = now.Add(at.onCall.Gather), now.Add(gatherMost)
	}
	r.add(Call, Alarm, who, ids, now).NotBefore = wait
	if untold := r.untold(who, ids); len(untold) > 0 {
		r.write(Page{Purpose: Alarm, Incidents: untold, NotBefore: wait}, who, at) // the same facts to look at; once, as nobody wants them repeated
	}
	r.Chain.Next++
	if r.Chain.Next >= len(chain) {
		r.Chain = Chain{Round: r.Chain.Round + 1, Pause: now.Add(at.onCall.RepeatAfter), Gathers: r.Chain.Gathers}
		return
	}
	r.Chain.Pause = time.Time{}
	if after := chain[r.Chain.Next].Rung.After; after > 0 {
		r.Chain.Pause = now.Add(after)
	}
}

// uncalled reports whether nobody was called about the incident yet, or not since it came back.
func (r *Route) uncalled(id string) bool {
	return !slices.ContainsFunc(r.Pages, func(p Page) bool {
		return p.Channel == Call && p.State != Cancelled && r.concerns(p, id)
	})
}

// untold are those of ids that who has had no text about.
func (r *Route) untold(who Person, ids []string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		return slices.ContainsFunc(r.Pages, func(p Page) bool {
			return p.Channel == Text && p.Purpose == Alarm && p.Person == who.Name && p.State != Cancelled && r.concerns(p, id)
		})
	})
}

func (r *Route) add(c Channel, why Purpose, who Person, ids []string, now time.Time) *Page {
	p := Page{ID: r.pageID(now), Incidents: ids, Purpose: why, Channel: c, Person: who.Name, To: who.Phone, State: Planned, PlannedAt: now}
	if why == Alarm {
		p.Round = r.Chain.Round
	}
	p.Slot = r.decided(ids)
	r.Pages = append(r.Pages, p)
	r.touch(p)
	return &r.Pages[len(r.Pages)-1]
}

// decided is the slot of the run for which people are told of incidents, the latest of theirs: for one that was told of
// before, that of its first page.
func (r *Route) decided(ids []string) (slot time.Time) {
	for _, id := range ids {
		first := time.Time{}
		if i := r.incident(id); i != nil {
			first = i.Last
			if first.IsZero() || i.State == Resolved {
				first = i.Opened
			}
		}
		for _, p := range r.Pages {
			if !p.Slot.IsZero() && r.concerns(p, id) && p.Purpose != AllClear {
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
