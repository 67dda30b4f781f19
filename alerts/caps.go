package alerts

import (
	"fmt"
	"slices"
	"time"
)

// Caps bound what is sent, so that a mistake neither rings for ever nor costs without end. No cap holds back the first call or
// text to a person about an incident.
type Caps struct {
	CallsPerHour int     `yaml:"calls_per_hour"` // to one person; default 30; 0: no cap, which no file can say
	TextsPerHour int     `yaml:"texts_per_hour"` // to one person; default 60; 0: no cap, which no file can say
	Month        float64 `yaml:"month"`          // money for a month of the calendar in UTC, in the currency of the prices; default 0: no cap
	CallPrice    float64 `yaml:"call_price"`     // of a call that was taken by a carrier, answered or not
	TextPrice    float64 `yaml:"text_price"`     // of a text
}

// A Meter counts what the carriers have taken.
type Meter struct {
	Month  string               `json:"month,omitempty"` // 2026-11
	Calls  int                  `json:"calls,omitempty"` // in that month
	Texts  int                  `json:"texts,omitempty"`
	Recent []Taking             `json:"recent,omitempty"` // of the last hour
	Said   map[string]time.Time `json:"said,omitempty"`   // by cap: until when it needs not be said again that it is reached
}

// A Taking is one page that a carrier has taken.
type Taking struct {
	Person  string  `json:"p"`
	Channel Channel `json:"c"`
	At      int64   `json:"t"` // seconds since 1970
}

const (
	anHour     = int64(time.Hour / time.Second)
	mostRecent = 300 // takings; more in an hour are not told apart
)

// count counts a page that was taken.
func (m *Meter) count(p Page, now time.Time) {
	if p.Channel == Email {
		return
	}
	if month := now.UTC().Format("2006-01"); month != m.Month {
		m.Month, m.Calls, m.Texts = month, 0, 0
	}
	if p.Channel == Call {
		m.Calls++
	} else {
		m.Texts++
	}
	m.Recent = slices.DeleteFunc(slices.Clone(m.Recent), func(t Taking) bool { return now.Unix()-t.At >= anHour })
	m.Recent = append(m.Recent, Taking{p.Person, p.Channel, now.Unix()})
	m.Recent = m.Recent[max(0, len(m.Recent)-mostRecent):]
}

// last is what a person has got in the last hour, the oldest first.
func (m Meter) last(person string, c Channel, now time.Time) []Taking {
	return slices.DeleteFunc(slices.Clone(m.Recent), func(t Taking) bool {
		return t.Person != person || t.Channel != c || now.Unix()-t.At >= anHour
	})
}

// spent is what the month has cost so far.
func (m Meter) spent(c Caps, now time.Time) float64 {
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
func (r *Route) held(p Page, at hour) (hold, bool) {
	caps := at.onCall.Caps
	most, price, what := caps.TextsPerHour, caps.TextPrice, "texts"
	if p.Channel == Call {
		most, price, what = caps.CallsPerHour, caps.CallPrice, "calls"
	}
	if p.Channel == Email || p.Purpose != Alarm && p.Purpose != AllClear || r.first(p) {
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
func (r *Route) first(p Page) bool {
	return p.Purpose == Alarm && slices.ContainsFunc(p.Incidents, func(id string) bool {
		return !slices.ContainsFunc(r.Pages, func(o Page) bool {
			return o.Purpose == Alarm && o.Person == p.Person && o.Channel == p.Channel && !o.AcceptedAt.IsZero() && r.concerns(o, id)
		})
	})
}

// holdBack holds a page back: a call, as somebody else can be called, and what would come too late, for good; else until
// there is room.
func (r *Route) holdBack(p *Page, h hold, at hour) {
	const late = 24 * time.Hour
	p.Why = h.why
	if p.Channel == Call || h.until.Sub(at.now) > late {
		r.end(p.ID, Held, h.why, at.now)
		return
	}
	p.NotBefore = h.until
	r.touch(*p)
}

// sayHeld has a text say, once, that a cap is reached.
func (r *Route) sayHeld(h hold, at hour) {
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
	chain := at.onCall.Chain(at.now)
	if len(chain) == 0 {
		return
	}
	who := chain[0].Person
	p := r.add(Text, Notice, who, nil, at.now)
	p.Words = fitText(fmt.Sprintf("VALKYRIE: %s. Until %s the first call and text to a person about an incident still go out, and no others.",
		h.why, LocalTime(who, h.until, at.now)), "")
}
