package paging

import (
	"fmt"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/message"
	"valkyrie/alerts/oncall"
)

// A Meter counts what the carriers have taken.
type Meter struct {
	Month  string               `json:"month,omitempty"` // 2026-11
	Calls  int                  `json:"calls,omitempty"` // in that month
	Texts  int                  `json:"texts,omitempty"`
	Recent []sentRecord         `json:"recent,omitempty"` // of the last hour
	Said   map[string]time.Time `json:"said,omitempty"`   // by cap: until when it needs not be said again that it is reached
}

// A sentRecord is one page that a carrier has taken.
type sentRecord struct {
	Person  string           `json:"p"`
	Channel incident.Channel `json:"c"`
	At      int64            `json:"t"` // seconds since 1970
}

const (
	anHour     = int64(time.Hour / time.Second)
	mostRecent = 300 // takings; more in an hour are not told apart
)

// count counts a page that was taken.
func (m *Meter) count(p incident.Page, now time.Time) {
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
	m.Recent = slices.DeleteFunc(slices.Clone(m.Recent), func(t sentRecord) bool { return now.Unix()-t.At >= anHour })
	m.Recent = append(m.Recent, sentRecord{p.Person, p.Channel, now.Unix()})
	m.Recent = m.Recent[max(0, len(m.Recent)-mostRecent):]
}

// last is what a person has got in the last hour, the oldest first.
func (m Meter) last(person string, c incident.Channel, now time.Time) []sentRecord {
	return slices.DeleteFunc(slices.Clone(m.Recent), func(t sentRecord) bool {
		return t.Person != person || t.Channel != c || now.Unix()-t.At >= anHour
	})
}

// spent is what the month has cost so far.
func (m Meter) spent(c oncall.Caps, now time.Time) float64 {
	if m.Month != now.UTC().Format("2006-01") {
		return 0
	}
	return float64(m.Calls)*c.CallPrice + float64(m.Texts)*c.TextPrice
}

// A hold is a cap that is reached.
type hold struct {
	cap   string // which
	why   string
	until time.Time
}

// held reports whether a page has to be held back, and why.
func (r *NotificationState) held(p incident.Page, at evalContext) (hold, bool) {
	caps := at.onCall.Caps
	most, price, what := caps.TextsPerHour, caps.TextPrice, "texts"
	if p.Channel == incident.Call {
		most, price, what = caps.CallsPerHour, caps.CallPrice, "calls"
	}
	if p.Channel == incident.Email || p.Purpose != incident.Alarm && p.Purpose != incident.AllClear || r.first(p) {
		return hold{}, false
	}
	if got := r.Meter.last(p.Person, p.Channel, at.now); most > 0 && len(got) >= most {
		until := time.Unix(got[len(got)-most].At+anHour, 0).UTC()
		return hold{what + " to " + p.Person, fmt.Sprintf("the cap is reached: %d %s to %s within an hour", most, what, p.Person), until}, true
	}
	if caps.Month > 0 && r.Meter.spent(caps, at.now)+price > caps.Month {
		y, m, _ := at.now.UTC().Date()
		next := time.Date(y, m+1, 1, 0, 0, 0, 0, time.UTC)
		return hold{"month", fmt.Sprintf("the cap is reached: %g is spent on calls and texts this month", caps.Month), next}, true
	}
	return hold{}, false
}

// first reports whether a page is the first to its person, by its channel, about one of its incidents.
func (r *NotificationState) first(p incident.Page) bool {
	return p.Purpose == incident.Alarm && slices.ContainsFunc(p.Incidents, func(id string) bool {
		return !slices.ContainsFunc(r.Pages, func(o incident.Page) bool {
			return o.Purpose == incident.Alarm && o.Person == p.Person && o.Channel == p.Channel && !o.AcceptedAt.IsZero() && r.concerns(o, id)
		})
	})
}

// holdBack holds a page back: a call, as somebody else can be called, and what would come too late, for good; else until
// there is room.
func (r *NotificationState) holdBack(p *incident.Page, h hold, at evalContext) {
	const late = 24 * time.Hour
	p.Why = h.why
	if p.Channel == incident.Call || h.until.Sub(at.now) > late {
		r.end(p.ID, incident.Held, h.why, at.now)
		return
	}
	p.NotBefore = h.until
	r.touch(*p)
}

// sayHeld has a text say, once, that a cap is reached.
func (r *NotificationState) sayHeld(h hold, at evalContext) {
	if at.now.Before(r.Meter.Said[h.cap]) {
		return
	}
	said := map[string]time.Time{h.cap: h.until}
	for name, until := range r.Meter.Said {
		if at.now.Before(until) {
			said[name] = until
		}
	}
	r.Meter.Said = said
	chain := at.onCall.EscalationAt(at.now)
	if len(chain) == 0 {
		return
	}
	who := chain[0].Person
	p := r.add(incident.Text, incident.Notice, who, nil, at.now)
	p.Words = message.FitSMS(fmt.Sprintf("VALKYRIE: %s. Until %s the first call and text to a person about an incident still go out, and no others.",
		h.why, message.LocalTime(who, h.until, at.now)), "")
}
