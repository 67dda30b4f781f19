package paging

import (
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
)

// planTexts tells the first in the chain of incidents that do not ring, and the next when a text did not go through. It
// waits for their morning; by then it may be over, and nobody is told.
func (r *NotificationState) planTexts(chain []oncall.ResolvedStep, at evalContext) {
	for _, i := range r.Incidents {
		if !r.shouldNotify(i, oncall.Notify, at) {
			continue
		}
		tried := 0
		var last time.Time
		told := slices.ContainsFunc(r.Pages, func(p incident.Page) bool {
			if p.Purpose != incident.Alarm || p.Channel == incident.Email || p.State == incident.Cancelled || !r.concerns(p, i.ID) {
				return false
			}
			tried, last = tried+p.Count(), p.EndedAt
			return p.State != incident.Ended || p.Result != incident.FailedCall && p.Result != incident.Undelivered
		})
		if told || tried > 0 && tried%len(chain) == 0 && at.now.Before(last.Add(at.onCall.RepeatAfter)) {
			continue
		}
		who := chain[tried%len(chain)].Person
		r.write(incident.Page{Purpose: incident.Alarm, Incidents: []string{i.ID}, Waking: true}, who, at)
	}
}

// planAllClears tells those who were paged about an incident, and only those, that it is over: those who were called at
// once, since it may have kept them up, the others when they are awake.
func (r *NotificationState) planAllClears(at evalContext) {
	for _, i := range r.Incidents {
		if i.State != incident.Resolved {
			continue
		}
		for _, who := range at.onCall.People {
			owed, missed := r.owed(who, i.ID)
			next, again := resend(missed, at.onCall)
			switch {
			case owed:
				r.write(incident.Page{Purpose: incident.AllClear, Incidents: []string{i.ID}, Waking: !r.called(who, i.ID)}, who, at)
			case again:
				next.Incidents = []string{i.ID}
				r.retell(next, who, at)
			}
		}
	}
}

// owed reports whether who was paged about the incident, and since then not told, nor is to be, that it is over; and if they
// were told, but it did not arrive, the last text that did not.
func (r *NotificationState) owed(who oncall.Person, id string) (owed bool, missed incident.Page) {
	for _, p := range r.Pages {
		switch {
		case p.Person != who.Name || !slices.Contains(p.Incidents, id):
		case p.Purpose == incident.Alarm && p.Sent():
			owed, missed = true, incident.Page{}
		case p.Purpose != incident.AllClear || p.State == incident.Cancelled || p.Channel == incident.Email:
		case p.Undeliverable():
			owed, missed = false, p
		default:
			owed, missed = false, incident.Page{}
		}
	}
	return owed, missed
}

// called reports whether who was called about the incident, not only texted.
func (r *NotificationState) called(who oncall.Person, id string) bool {
	return slices.ContainsFunc(r.Pages, func(p incident.Page) bool {
		return p.Person == who.Name && p.Purpose == incident.Alarm && p.Channel == incident.Call && p.Sent() && r.concerns(p, id)
	})
}

// write plans a page as a text, and the same as an e-mail to whoever can be sent one.
func (r *NotificationState) write(p incident.Page, who oncall.Person, at evalContext) {
	channels := []incident.Channel{incident.Text}
	if at.onCall.CanEmail(who) {
		channels = append(channels, incident.Email)
	}
	for _, c := range channels {
		planned := r.add(c, p.Purpose, who, p.Incidents, at.now)
		planned.NotBefore, planned.Waking = p.NotBefore, p.Waking
		if c == incident.Email {
			planned.To = who.Email
		}
	}
}
