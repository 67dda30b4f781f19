package paging

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/message"
	"valkyrie/alerts/oncall"
)

// A Meter counts the pages that the providers have accepted.
type Meter struct {
	Month     string               `json:"month,omitempty"` // 2026-11
	Calls     int                  `json:"calls,omitempty"` // in that month
	Texts     int                  `json:"texts,omitempty"`
	Recent    []sentRecord         `json:"recent,omitempty"` // within the last hour
	Announced map[string]time.Time `json:"said,omitempty"`   // by cap: time before which reaching it is not announced again
}

// A sentRecord is one page that a provider has accepted, or several like it.
type sentRecord struct {
	Person  string           `json:"p"`
	Channel incident.Channel `json:"c"`
	At      int64            `json:"t"`           // of the last of them; seconds since 1970
	Times   int              `json:"n,omitempty"` // over 1: number of pages
}

func (t sentRecord) count() int { return max(1, t.Times) }

const (
	secondsPerHour = int64(time.Hour / time.Second)
	maxRecent      = 300 // records; beyond them, the oldest of a person and a channel become one
)

// record counts an accepted page. E-mail is free and not counted.
func (m *Meter) record(p incident.Page, now time.Time) {
	if p.Channel == incident.Email {
		return
	}
	if month := now.UTC().Format("2006-01"); month != m.Month {
		m.Month, m.Calls, m.Texts = month, 0, 0
	}
	if p.Channel == incident.Call {
		m.Calls++
	} else {
		m.Texts++
	}
	m.Recent = slices.DeleteFunc(slices.Clone(m.Recent), func(t sentRecord) bool { return now.Unix()-t.At >= secondsPerHour })
	m.Recent = append(m.Recent, sentRecord{Person: p.Person, Channel: p.Channel, At: now.Unix()})
	for len(m.Recent) > maxRecent && m.joinOldest() {
	}
}

// joinOldest joins the two oldest records of the same person and channel into one at the time of the later, so that no page
// drops out of a cap early. It reports whether there were two.
func (m *Meter) joinOldest() bool {
	for i, t := range m.Recent {
		next := slices.IndexFunc(m.Recent[i+1:], func(o sentRecord) bool { return o.Person == t.Person && o.Channel == t.Channel })
		if next >= 0 {
			later := &m.Recent[i+1+next]
			later.Times = later.count() + t.count()
			m.Recent = slices.Delete(m.Recent, i, i+1)
			return true
		}
	}
	return false
}

// sentWithinHour returns the pages that a person was sent over a channel within the last hour, oldest first.
func (m Meter) sentWithinHour(person string, c incident.Channel, now time.Time) []sentRecord {
	return slices.DeleteFunc(slices.Clone(m.Recent), func(t sentRecord) bool {
		return t.Person != person || t.Channel != c || now.Unix()-t.At >= secondsPerHour
	})
}

// fullUntil reports whether a person was sent as many pages over a channel within the last hour as allowed, and until when;
// 0 allows any number.
func (m Meter) fullUntil(person string, c incident.Channel, allowed int, now time.Time) (until time.Time, full bool) {
	got := 0
	for _, t := range slices.Backward(m.sentWithinHour(person, c, now)) {
		if got += t.count(); allowed > 0 && got >= allowed {
			return time.Unix(t.At+secondsPerHour, 0).UTC(), true
		}
	}
	return time.Time{}, false
}

// spent returns the cost of the current month so far.
func (m Meter) spent(c oncall.Caps, now time.Time) float64 {
	if m.Month != now.UTC().Format("2006-01") {
		return 0
	}
	return float64(m.Calls)*c.CallPrice + float64(m.Texts)*c.TextPrice
}

// A reachedCap is a rate limit or budget that holds a page back.
type reachedCap struct {
	cap   string // its name
	why   string
	until time.Time
}

// capReached reports whether a cap holds the page back, and which. The first page about an incident is exempt.
func (r *NotificationState) capReached(p incident.Page, at evalContext) (reachedCap, bool) {
	caps := at.onCall.Caps
	most, price, what := caps.TextsPerHour, caps.TextPrice, "texts"
	if p.Channel == incident.Call {
		most, price, what = caps.CallsPerHour, caps.CallPrice, "calls"
	}
	number := fmt.Sprintf("%d %s", most, what)
	if most == 1 {
		number = "1 " + strings.TrimSuffix(what, "s")
	}
	if p.Channel == incident.Email || p.Purpose != incident.Alarm && p.Purpose != incident.AllClear || r.isFirstPage(p) {
		return reachedCap{}, false
	}
	if until, full := r.Meter.fullUntil(p.Person, p.Channel, most, at.now); full {
		return reachedCap{what + " to " + p.Person, fmt.Sprintf("the cap is reached: %s to %s within an hour", number, p.Person), until}, true
	}
	if caps.Month > 0 && r.Meter.spent(caps, at.now)+price > caps.Month {
		y, m, _ := at.now.UTC().Date()
		next := time.Date(y, m+1, 1, 0, 0, 0, 0, time.UTC)
		return reachedCap{"month", fmt.Sprintf("the cap is reached: %g is spent on calls and texts this month", caps.Month), next}, true
	}
	return reachedCap{}, false
}

// isFirstPage reports whether a page is the first to its person, over its channel, about one of its incidents.
func (r *NotificationState) isFirstPage(p incident.Page) bool {
	return p.Purpose == incident.Alarm && slices.ContainsFunc(p.Incidents, func(id string) bool {
		return !slices.ContainsFunc(r.Pages, func(o incident.Page) bool {
			return o.Purpose == incident.Alarm && o.Person == p.Person && o.Channel == p.Channel && !o.AcceptedAt.IsZero() && r.concerns(o, id)
		})
	})
}

// holdBackByCap drops a call, because another person can be called, and a text that would be more than a day late;
// other texts are deferred until the cap allows them.
func (r *NotificationState) holdBackByCap(p *incident.Page, h reachedCap, at evalContext) {
	const late = 24 * time.Hour
	p.Why = h.why
	if p.Channel == incident.Call || h.until.Sub(at.now) > late {
		r.endPage(p.ID, incident.Held, h.why, at.now)
		return
	}
	p.NotBefore = h.until
	r.bumpRevision(*p)
}

// announceCap plans one text with the reached cap and its end.
func (r *NotificationState) announceCap(h reachedCap, at evalContext) {
	if at.now.Before(r.Meter.Announced[h.cap]) {
		return
	}
	said := map[string]time.Time{h.cap: h.until}
	for name, until := range r.Meter.Announced {
		if at.now.Before(until) {
			said[name] = until
		}
	}
	r.Meter.Announced = said
	steps := at.onCall.EscalationAt(at.now)
	if len(steps) == 0 {
		return
	}
	who := steps[0].Person
	p := r.addPage(incident.Text, incident.Notice, who, nil, at.now)
	p.Words = message.FitSMS(fmt.Sprintf("VALKYRIE: %s. Until %s the first call and text to a person about an incident still go out, and no others.",
		h.why, message.LocalTime(who, h.until, at.now)), "")
}
