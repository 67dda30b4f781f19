// Package status shows customers the present and past state of a site: a static page, the same as JSON, and an Atom feed of
// incidents. It states only facts: time without measurements is never shown as good, and each file carries the time of
// writing and the time after which it is stale. It reveals no internals: no errors, no evidence, no names.
package status

import (
	"math"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/infra/days"
)

// A State is the state of a journey, now or on a day.
type State string

// The states, from good to bad. Unknown is separate: it is never shown as good.
const (
	OK       State = "ok"
	Partly   State = "partly-known" // of a day: it worked whenever it was measured, but much was not measured
	Unknown  State = "no-data"
	Degraded State = "degraded" // it works, but slowly or not everywhere
	Down     State = "down"
)

var worse = []State{OK, Partly, Unknown, Degraded, Down}

// A Page holds everything shown to customers. Its JSON is status.json; Version grows when the meaning of a key changes.
type Page struct {
	Version     int              `json:"version"` // 1
	Name        string           `json:"name"`    // of the site
	Written     time.Time        `json:"written"`
	StaleAfterS int64            `json:"stale_after_s"` // seconds after which the page is stale
	Now         State            `json:"now"`           // the worst of the journeys
	Journeys    []JourneyStatus  `json:"journeys"`
	Incidents   []PublicIncident `json:"incidents"` // on the days shown, newest first
}

// A JourneyStatus is the state of one journey.
type JourneyStatus struct {
	Name       string    `json:"name"`
	Title      string    `json:"title"` // in a customer's words: "print a card"
	Now        State     `json:"now"`
	KnownUntil time.Time `json:"known_until,omitzero"`
	Uptime     *float64  `json:"uptime_percent"` // of the measured time, rounded down; null: nothing was measured
	Days       []Day     `json:"days"`           // oldest first
}

// A Day is the state of a journey on one day, in UTC; times are seconds.
type Day struct {
	Date     string `json:"day"`
	State    State  `json:"state"`
	Down     int64  `json:"down_s"`
	Degraded int64  `json:"degraded_s"`
	Known    int64  `json:"known_s"`   // measured time
	Elapsed  int64  `json:"elapsed_s"` // of the day so far
}

// A Setting configures a page.
type Setting struct {
	Name       string          // of the site
	Journeys   []JourneyStatus // Name and Title, in the order to be shown
	StaleAfter time.Duration   // several times the interval between two writings
}

// Build makes the page. It is pure.
func Build(s Setting, known Coverage, records []incident.Record, now time.Time) Page {
	now = now.UTC().Truncate(time.Second)
	p := Page{Version: 1, Name: s.Name, Written: now, StaleAfterS: int64(s.StaleAfter.Seconds()), Now: OK, Journeys: []JourneyStatus{}, Incidents: []PublicIncident{}}
	for _, r := range records {
		if i, public := incidentOf(r.Incident, now); public {
			p.Incidents = append(p.Incidents, i)
		}
	}
	slices.SortStableFunc(p.Incidents, func(a, b PublicIncident) int { return b.Began.Compare(a.Began) })
	for _, j := range s.Journeys {
		j.fill(known.Journeys[j.Name], p.Incidents, now)
		p.Now = worst(p.Now, j.Now)
		p.Journeys = append(p.Journeys, j)
	}
	if len(p.Journeys) == 0 {
		p.Now = Unknown
	}
	return p
}

func worst(a, b State) State {
	return worse[max(slices.Index(worse, a), slices.Index(worse, b))]
}

func (j *JourneyStatus) fill(k Known, incidents []PublicIncident, now time.Time) {
	j.Now, j.KnownUntil = OK, k.Until
	if !k.isKnown(now) {
		j.Now = Unknown
	}
	var down, degraded impact
	settled := now // the time after the latest failure of an outage that lasts is neither down nor known until the next run
	for _, i := range incidents {
		if i.Journey != j.Name {
			continue
		}
		if i.Ended.IsZero() {
			j.Now = worst(j.Now, i.State)
		}
		if i.lasts {
			failed := i.windows[len(i.windows)-1].until
			settled = incident.Earliest(settled, incident.Latest(failed, now.Add(-days.Covers(k.EveryMS))))
		}
		if i.State == Down {
			down.add(i)
		} else {
			degraded.add(i)
		}
	}
	var knownS, downS int64
	today := dayOf(now)
	for ago := Days - 1; ago >= 0; ago-- {
		d := day(aDay(today.AddDate(0, 0, -ago)), now, settled, k, down, degraded)
		knownS, downS = knownS+max(d.Known, d.Down), downS+d.Down
		j.Days = append(j.Days, d)
	}
	if knownS > 0 {
		const two = 10_000 // decimals of a percentage
		up := math.Floor(two*float64(knownS-downS)/float64(knownS)) / (two / 100)
		j.Uptime = &up
	}
}

// day returns the state of a day. It is good only when nearly all of it was measured.
func day(all window, now, settled time.Time, k Known, down, degraded impact) Day {
	const nearly = 0.95
	so := all.intersect(window{all.from, now})
	d := Day{Date: all.from.Format(time.DateOnly), Elapsed: int64(so.length().Seconds())}
	ahead := all.intersect(window{settled, k.Until}).length() // the part that the last run covers beyond it
	d.Known = max(0, k.Seconds[d.Date]-int64(ahead.Seconds()))
	d.Down, d.Degraded = down.within(so), degraded.within(so)
	switch {
	case d.Down > 0:
		d.State = Down
	case d.Degraded > 0:
		d.State = Degraded
	case d.Known == 0:
		d.State = Unknown
	case float64(d.Known) < nearly*float64(d.Elapsed):
		d.State = Partly
	default:
		d.State = OK
	}
	return d
}

// An impact is the windows of incidents, and the shares of their windows in which those that come and go were felt.
type impact struct {
	whole  []window
	shares []share
}

// A share is a part of some windows, from 0 to 1.
type share struct {
	windows []window
	part    float64
}

func (m *impact) add(i PublicIncident) {
	if total := union(i.windows).Seconds(); float64(i.DownS) < total {
		m.shares = append(m.shares, share{i.windows, float64(i.DownS) / total})
		return
	}
	m.whole = append(m.whole, i.windows...)
}

// within returns the seconds of impact on a day.
func (m impact) within(day window) int64 {
	cut := func(all []window) int64 {
		var parts []window
		for _, w := range all {
			parts = append(parts, day.intersect(w))
		}
		return int64(union(parts).Seconds())
	}
	sum := cut(m.whole)
	for _, s := range m.shares {
		sum += int64(math.Round(float64(cut(s.windows)) * s.part))
	}
	return min(sum, int64(day.length().Seconds()))
}
