package paging

import (
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
)

// planTexts plans a text to the first on call about each incident that does not call, and to the next person when a
// text fails. The text waits for waking hours and is cancelled if the incident resolves before.
func (r *NotificationState) planTexts(steps []oncall.ResolvedStep, at evalContext) {
	for _, i := range r.Incidents {
		if !r.shouldNotify(i, oncall.Notify, at) {
			continue
		}
		if by := r.certificateToldBy(i, at); by != "" {
			inc := r.incident(i.ID)
			inc.State, inc.AckedBy, inc.AckedAt, inc.Rev = incident.Acknowledged, "the text about "+by, at.now, inc.Rev+1
			continue
		}
		tried := 0
		var last time.Time
		texted := slices.ContainsFunc(r.Pages, func(p incident.Page) bool {
			if p.Purpose != incident.Alarm || p.Channel == incident.Email || p.State == incident.Cancelled || !r.concerns(p, i.ID) {
				return false
			}
			tried, last = tried+p.Count(), p.EndedAt
			return p.State != incident.Ended || p.Result != incident.FailedCall && p.Result != incident.Undelivered
		})
		if texted || r.liveTexts(incident.Alarm) >= maxLiveTexts || tried > 0 && tried%len(steps) == 0 && at.now.Before(last.Add(at.onCall.RepeatAfter)) && !r.switchedSince(incident.Text, last) {
			continue
		}
		who := steps[tried%len(steps)].Person
		r.planText(incident.Page{Purpose: incident.Alarm, Incidents: []string{i.ID}, Waking: true}, who, at)
	}
}

// certificateToldBy returns the journey whose incident notifies people of the same certificates already; "" if there is none.
func (r *NotificationState) certificateToldBy(i incident.Incident, at evalContext) string {
	for _, o := range r.Incidents {
		if o.ID == i.ID || i.Kind != incident.Certificate {
			return ""
		}
		notifies := at.onCall.Severity(o) != oncall.Keep && !r.isSuppressed(o.Journey, at)
		if o.Kind == incident.Certificate && o.State != incident.Resolved && o.Error == i.Error && notifies {
			return o.Journey
		}
	}
	return ""
}

// planAllClears notifies the people who were paged about a resolved incident, and only those: at once if they were
// called, as it may have kept them up, and in waking hours otherwise.
func (r *NotificationState) planAllClears(at evalContext) {
	for _, i := range r.Incidents {
		if i.State != incident.Resolved {
			continue
		}
		for _, who := range r.recipients(i.ID, at.onCall.People) {
			owed, missed := r.owesAllClear(who, i.ID)
			next, again := nextResend(missed, at.onCall)
			switch {
			case r.liveTexts(incident.AllClear) >= maxLiveTexts:
			case owed:
				r.planText(incident.Page{Purpose: incident.AllClear, Incidents: []string{i.ID}, Waking: !r.wasCalled(who, i.ID)}, who, at)
			case again:
				next.Incidents = []string{i.ID}
				r.planResend(next, who, at)
			}
		}
	}
}

// recipients returns the people who may be owed an all-clear: those on call, and those who were paged about the incident and
// are on call no more, or under another name and number, as the pages know them.
func (r *NotificationState) recipients(id string, people []oncall.Person) []oncall.Person {
	all := slices.Clone(people)
	for _, p := range r.Pages {
		known := slices.ContainsFunc(all, func(who oncall.Person) bool { return isTo(p, who) })
		if p.Purpose == incident.Alarm && p.Channel != incident.Email && !known && slices.Contains(p.Incidents, id) {
			all = append(all, oncall.Person{Name: p.Person, Phone: p.To})
		}
	}
	return all
}

// isTo reports whether a page is to the person, who may have another name or number by now.
func isTo(p incident.Page, who oncall.Person) bool {
	return p.Person == who.Name || p.Channel != incident.Email && p.To == who.Phone
}

// owesAllClear reports whether the person was paged about the incident and has no all-clear since, sent or planned.
// missed is the last all-clear that was not delivered.
func (r *NotificationState) owesAllClear(who oncall.Person, id string) (owed bool, missed incident.Page) {
	for _, p := range r.Pages {
		switch {
		case !isTo(p, who) || !slices.Contains(p.Incidents, id):
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

// moveBehindAllClears moves an alarm that is sent again behind the all-clears that its person has had meanwhile, as the order of the
// pages says which came last (owesAllClear): it needs another.
func (r *NotificationState) moveBehindAllClears(alarm incident.Page) {
	at := slices.IndexFunc(r.Pages, func(p incident.Page) bool { return p.ID == alarm.ID })
	overtaken := slices.ContainsFunc(r.Pages[at:], func(p incident.Page) bool {
		about := slices.ContainsFunc(p.Incidents, func(id string) bool { return slices.Contains(alarm.Incidents, id) })
		return p.Purpose == incident.AllClear && about && (p.Person == alarm.Person || p.To == alarm.To)
	})
	if alarm.Purpose == incident.Alarm && overtaken {
		r.Pages = append(slices.Delete(r.Pages, at, at+1), alarm)
	}
}

// wasCalled reports whether the person was called about the incident, not only texted.
func (r *NotificationState) wasCalled(who oncall.Person, id string) bool {
	return slices.ContainsFunc(r.Pages, func(p incident.Page) bool {
		return isTo(p, who) && p.Purpose == incident.Alarm && p.Channel == incident.Call && p.Sent() && r.concerns(p, id)
	})
}

// planText plans a text, and the same as an e-mail if the person has an address.
func (r *NotificationState) planText(p incident.Page, who oncall.Person, at evalContext) {
	channels := []incident.Channel{incident.Text}
	if at.onCall.CanEmail(who) {
		channels = append(channels, incident.Email)
	}
	for _, c := range channels {
		planned := r.addPage(c, p.Purpose, who, p.Incidents, at.now)
		planned.NotBefore, planned.Waking = p.NotBefore, p.Waking
		if c == incident.Email {
			planned.To = who.Email
		}
	}
}
