package events

import (
	"slices"
	"time"

	"valkyrie/alerts/incident"
)

// Told is what a receiver has been told, and what it has yet to be. It is changed only by its methods, which are pure.
type Told struct {
	Since  time.Time      `json:"since"`         // what was over before that is no news to it
	Count  map[string]int `json:"count"`         // by incident: how many events were made; an odd number: it goes on, as far as they say
	Outbox []Event        `json:"outbox"`        // made, and not known to be taken, oldest first
	Busy   time.Time      `json:"busy,omitzero"` // until when somebody is telling it; a program that died meanwhile leaves it for so long
}

// Plan makes the events that are missing, and puts them into the outbox. Once that is saved, they are what will be sent,
// whatever becomes of the incident: so an id always stands for the same words. An incident that came and went between two
// looks gives both of its events.
func (t Told) Plan(records []incident.Record, marks []incident.Release) Told {
	next := Told{Since: t.Since, Count: map[string]int{}, Outbox: slices.Clone(t.Outbox)}
	for _, r := range records { // what is no longer among them is forgotten
		n, over := t.Count[r.ID], r.State == incident.Resolved
		if n == 0 && over && r.ResolvedAt.Before(t.Since) {
			continue
		}
		if n%2 == 0 && (n == 0 || !over) {
			what := Opened
			if n > 0 {
				what = Reopened
			}
			next.Outbox = append(next.Outbox, eventOf(r.Incident, what, n, marks))
			n++
		}
		if n%2 == 1 && over {
			next.Outbox = append(next.Outbox, eventOf(r.Incident, Resolved, n, marks))
			n++
		}
		next.Count[r.ID] = n
	}
	return next
}

// Took takes an event that was taken out of the outbox.
func (t Told) Took(id string) Told {
	t.Outbox = slices.DeleteFunc(slices.Clone(t.Outbox), func(e Event) bool { return e.ID == id })
	if len(t.Outbox) == 0 {
		t.Busy = time.Time{}
	}
	return t
}
