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
		case p.State == Accepted && p.Channel == Call && now.Sub(p.AcceptedAt) >= callSilence:
			r.end(p.ID, NoAnswer, "the carrier never said how the call went", now)
		case p.State == Accepted && p.Channel == Text && now.Sub(p.AcceptedAt) >= textSilence:
			r.end(p.ID, "", "the carrier never said whether it arrived", now)
		}
	}
}

// cancel drops planned alarms that nobody needs any more, and from those that somebody needs what is settled.
func (r *Route) cancel(now time.Time) {
	for i := range r.Pages {
		p := &r.Pages[i]
		if p.State != Planned || p.Purpose != Alarm {
			continue
		}
		needed := slices.DeleteFunc(slices.Clone(p.Incidents), r.answered)
		if len(needed) > 0 {
			p.Incidents = needed
			continue
		}
		p.State, p.EndedAt = Cancelled, now
		r.touch(*p)
	}
}

// answered reports whether nobody has to be told of the incident any more.
func (r *Route) answered(id string) bool {
	i := r.incident(id)
	return i == nil || i.State == Resolved || i.State == Acknowledged
}

// plan intends the pages that are due.
func (r *Route) plan(o OnCall, now time.Time) {
	chain := o.chain()
	if len(chain) == 0 {
		return
	}
	r.planCalls(chain, o.RepeatAfter, now)
	r.planTexts(chain, o.RepeatAfter, now)
	r.planAllClears(o, now)
}

// planCalls tries the next in the chain as soon as the one before has not acknowledged: one call at a time, about all
// that is unanswered. After the last it begins again, after a pause, and never gives up.
func (r *Route) planCalls(chain []Person, pause time.Duration, now time.Time) {
	var ids []string
	for _, i := range r.Incidents {
		if i.Unanswered() {
			ids = append(ids, i.ID)
		}
	}
	if len(ids) == 0 {
		r.Chain = Chain{}
		return
	}
	if r.calling() || now.Before(r.Chain.Pause) {
		return
	}
	who := chain[r.Chain.Next%len(chain)]
	r.add(Call, Alarm, who, ids, now)
	if untold := r.untold(who, ids); len(untold) > 0 {
		r.add(Text, Alarm, who, untold, now) // the same facts to look at; once, as nobody wants them repeated
	}
	r.Chain.Next++
	if r.Chain.Next >= len(chain) {
		r.Chain = Chain{Round: r.Chain.Round + 1, Pause: now.Add(pause)}
	}
}

// untold are those of ids that who has had no text about.
func (r *Route) untold(who Person, ids []string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		return slices.ContainsFunc(r.Pages, func(p Page) bool {
			return p.Channel == Text && p.Purpose == Alarm && p.Person == who.Name && r.concerns(p, id)
		})
	})
}

// planTexts tells the first in the chain of incidents that do not ring, and the next when a text did not go through.
func (r *Route) planTexts(chain []Person, pause time.Duration, now time.Time) {
	for _, i := range r.Incidents {
		if i.Rings() || i.State == Resolved || i.State == Acknowledged {
			continue
		}
		tried := 0
		var last time.Time
		told := slices.ContainsFunc(r.Pages, func(p Page) bool {
			if p.Purpose != Alarm || !r.concerns(p, i.ID) {
				return false
			}
			tried, last = tried+1, p.EndedAt
			return p.State != Ended || p.Result != FailedCall && p.Result != Undelivered
		})
		if told || tried > 0 && tried%len(chain) == 0 && now.Before(last.Add(pause)) {
			continue
		}
		r.add(Text, Alarm, chain[tried%len(chain)], []string{i.ID}, now)
	}
}

// planAllClears tells those who were paged about an incident, and only those, that it is over.
func (r *Route) planAllClears(o OnCall, now time.Time) {
	for _, i := range r.Incidents {
		if i.State != Resolved {
			continue
		}
		for _, who := range o.People {
			if r.has(who, i.ID, Alarm, Page.Sent) && !r.has(who, i.ID, AllClear, func(Page) bool { return true }) {
				r.add(Text, AllClear, who, []string{i.ID}, now)
			}
		}
	}
}

func (r *Route) has(who Person, id string, why Purpose, is func(Page) bool) bool {
	return slices.ContainsFunc(r.Pages, func(p Page) bool {
		return p.Person == who.Name && p.Purpose == why && r.concerns(p, id) && is(p)
	})
}

func (r *Route) add(c Channel, why Purpose, who Person, ids []string, now time.Time) {
	p := Page{ID: r.pageID(now), Incidents: ids, Purpose: why, Channel: c, Person: who.Name, To: who.Phone, State: Planned, PlannedAt: now}
	r.Pages = append(r.Pages, p)
	r.touch(p)
}

// claim takes the lease on what is due, so that no other pager sends it too.
func (r *Route) claim(now time.Time) []Command {
	var commands []Command
	for i := range r.Pages {
		p := &r.Pages[i]
		if p.State != Planned || now.Before(p.NotBefore) {
			continue
		}
		p.State, p.ClaimedAt, p.LeaseUntil = Claimed, now, now.Add(lease)
		p.Tries++
		p.Words = r.words(*p, now)
		commands = append(commands, Command{"send", *p})
	}
	return commands
}

// words is what the page says: for a call a sentence a line.
func (r *Route) words(p Page, now time.Time) string {
	var about []Incident
	for _, id := range p.Incidents {
		if i := r.incident(id); i != nil {
			about = append(about, *i)
		}
	}
	switch {
	case len(about) == 0:
		return ""
	case p.Purpose == AllClear:
		return AllClearText(about[0])
	case p.Channel == Text:
		return AlarmText(about, now)
	}
	return strings.Join(Speech(about, now), "\n")
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
