package alerts

import (
	"slices"
	"time"
)

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
			if p.Purpose != Alarm || p.Channel == Email || p.State == Cancelled || !r.concerns(p, i.ID) {
				return false
			}
			tried, last = tried+p.stands(), p.EndedAt
			return p.State != Ended || p.Result != FailedCall && p.Result != Undelivered
		})
		if told || tried > 0 && tried%len(chain) == 0 && at.now.Before(last.Add(at.onCall.RepeatAfter)) {
			continue
		}
		who := chain[tried%len(chain)].Person
		r.write(Page{Purpose: Alarm, Incidents: []string{i.ID}, Waking: true}, who, at)
	}
}

// planAllClears tells those who were paged about an incident, and only those, that it is over: those who were called at
// once, since it may have kept them up, the others when they are awake.
func (r *Route) planAllClears(at hour) {
	for _, i := range r.Incidents {
		if i.State != Resolved {
			continue
		}
		for _, who := range at.onCall.People {
			owed, missed := r.owed(who, i.ID)
			next, again := again(missed, at.onCall)
			switch {
			case owed:
				r.write(Page{Purpose: AllClear, Incidents: []string{i.ID}, Waking: !r.called(who, i.ID)}, who, at)
			case again:
				next.Incidents = []string{i.ID}
				r.retell(next, who, at)
			}
		}
	}
}

// owed reports whether who was paged about the incident, and since then not told, nor is to be, that it is over; and if they
// were told, but it did not arrive, the last text that did not.
func (r *Route) owed(who Person, id string) (owed bool, missed Page) {
	for _, p := range r.Pages {
		switch {
		case p.Person != who.Name || !slices.Contains(p.Incidents, id):
		case p.Purpose == Alarm && p.Sent():
			owed, missed = true, Page{}
		case p.Purpose != AllClear || p.State == Cancelled || p.Channel == Email:
		case p.missed():
			owed, missed = false, p
		default:
			owed, missed = false, Page{}
		}
	}
	return owed, missed
}

// called reports whether who was called about the incident, not only texted.
func (r *Route) called(who Person, id string) bool {
	return slices.ContainsFunc(r.Pages, func(p Page) bool {
		return p.Person == who.Name && p.Purpose == Alarm && p.Channel == Call && p.Sent() && r.concerns(p, id)
	})
}

// write plans a page as a text, and the same as an e-mail to whoever can be sent one.
func (r *Route) write(p Page, who Person, at hour) {
	channels := []Channel{Text}
	if at.onCall.mails(who) {
		channels = append(channels, Email)
	}
	for _, c := range channels {
		planned := r.add(c, p.Purpose, who, p.Incidents, at.now)
		planned.NotBefore, planned.Waking = p.NotBefore, p.Waking
		if c == Email {
			planned.To = who.Email
		}
	}
}
