package alerts

import (
	"slices"
	"strings"
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
		if p.State != Planned || p.Purpose == Notice {
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
	return i == nil || !i.Awaits() || r.quiet(i.Journey, at)
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
	r.planAllClears(at.onCall, at.now)
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
	if r.calling() {
		return
	}
	if slices.ContainsFunc(ids, r.uncalled) && !r.Chain.Pause.IsZero() {
		r.Chain = Chain{} // the first call about an incident does not wait for others
	}
	if now.Before(r.Chain.Pause) {
		return
	}
	who := chain[r.Chain.Next%len(chain)].Person
	r.add(Call, Alarm, who, ids, now)
	if untold := r.untold(who, ids); len(untold) > 0 {
		r.add(Text, Alarm, who, untold, now) // the same facts to look at; once, as nobody wants them repeated
	}
	r.Chain.Next++
	if r.Chain.Next >= len(chain) {
		r.Chain = Chain{Round: r.Chain.Round + 1, Pause: now.Add(at.onCall.RepeatAfter)}
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

// planTexts tells the first in the chain of incidents that do not ring, and the next when a text did not go through. It
// waits for their morning; by then it may be over, and nobody is told.
func (r *Route) planTexts(chain []Turned, at hour) {
	for _, i := range r.Incidents {
		if !r.tells(i, Notify, at) {
			continue
		}
		tried := 0
		var last time.Time
		told := slices.ContainsFunc(r.Pages, func(p Page) bool {
			if p.Purpose != Alarm || p.State == Cancelled || !r.concerns(p, i.ID) {
				return false
			}
			tried, last = tried+1, p.EndedAt
			return p.State != Ended || p.Result != FailedCall && p.Result != Undelivered
		})
		if told || tried > 0 && tried%len(chain) == 0 && at.now.Before(last.Add(at.onCall.RepeatAfter)) {
			continue
		}
		who := chain[tried%len(chain)].Person
		r.add(Text, Alarm, who, []string{i.ID}, at.now).NotBefore = who.Reachable(at.now)
	}
}

// planAllClears tells those who were paged about an incident, and only those, that it is over: those who were called at
// once, since it may have kept them up, the others when they are awake.
func (r *Route) planAllClears(o OnCall, now time.Time) {
	for _, i := range r.Incidents {
		if i.State != Resolved {
			continue
		}
		for _, who := range o.People {
			if r.owed(who, i.ID) {
				p := r.add(Text, AllClear, who, []string{i.ID}, now)
				if !r.called(who, i.ID) {
					p.NotBefore = who.Reachable(now)
				}
			}
		}
	}
}

// owed reports whether who was paged about the incident, and since then not told, nor is to be, that it is over.
func (r *Route) owed(who Person, id string) bool {
	owed := false
	for _, p := range r.Pages {
		switch {
		case p.Person != who.Name || !slices.Contains(p.Incidents, id):
		case p.Purpose == Alarm && p.Sent():
			owed = true
		case p.Purpose == AllClear && p.State != Cancelled:
			owed = false
		}
	}
	return owed
}

// called reports whether who was called about the incident, not only texted.
func (r *Route) called(who Person, id string) bool {
	return slices.ContainsFunc(r.Pages, func(p Page) bool {
		return p.Person == who.Name && p.Purpose == Alarm && p.Channel == Call && p.Sent() && r.concerns(p, id)
	})
}

func (r *Route) add(c Channel, why Purpose, who Person, ids []string, now time.Time) *Page {
	p := Page{ID: r.pageID(now), Incidents: ids, Purpose: why, Channel: c, Person: who.Name, To: who.Phone, State: Planned, PlannedAt: now}
	r.Pages = append(r.Pages, p)
	r.touch(p)
	return &r.Pages[len(r.Pages)-1]
}

// claim takes the lease on what is due, so that no other pager sends it too.
func (r *Route) claim(at hour) []Command {
	now := at.now
	var commands []Command
	for i := range r.Pages {
		p := &r.Pages[i]
		if p.State != Planned || now.Before(p.NotBefore) {
			continue
		}
		p.State, p.ClaimedAt, p.LeaseUntil = Claimed, now, now.Add(lease)
		p.Tries++
		p.Words = r.words(*p, at)
		commands = append(commands, Command{"send", *p})
	}
	return commands
}

// words is what the page says: for a call a sentence a line.
func (r *Route) words(p Page, at hour) string {
	var about []Incident
	for _, id := range p.Incidents {
		if i := r.incident(id); i != nil {
			about = append(about, *i)
		}
	}
	who, _ := at.onCall.person(p.Person)
	t := Telling{To: who, About: about, Also: r.besides(p, at), Fine: r.Fine, Marks: r.Marks, OnCall: at.onCall, Now: at.now}
	switch {
	case p.Mute != nil:
		return unmutedText(*p.Mute, who, r.badNow(p.Mute.Journey), at.now) // what is wrong when it is sent, not when it ended
	case len(about) == 0:
		return p.Words // a notice brings its own
	case p.Purpose == AllClear:
		return t.AllClear()
	case p.Channel == Text:
		return t.Text()
	}
	return strings.Join(t.Speech(), "\n")
}

// besides are the incidents that a page is not about, and people are told of.
func (r *Route) besides(p Page, at hour) []Incident {
	return slices.DeleteFunc(r.badNow(""), func(i Incident) bool {
		return slices.Contains(p.Incidents, i.ID) || at.onCall.Severity(i) == Keep || r.quiet(i.Journey, at)
	})
}

// lostPages are those whose outcome the carrier has to be asked about.
func (r *Route) lostPages() []Command {
	var commands []Command
	for _, p := range r.Pages {
		if p.State == Unknown {
			commands = append(commands, Command{"find", p})
		}
	}
	return commands
}
