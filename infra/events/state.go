package events

import (
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/infra/status"
)

// ReceiverState records which events a receiver has had and which are due. Only its methods, which are pure, change it.
type ReceiverState struct {
	Since       time.Time      `json:"since"`         // incidents that ended before yield no events
	Count       map[string]int `json:"count"`         // events made so far, by incident id; odd while the last of them leaves the incident open
	Outbox      []Event        `json:"outbox"`        // made and not known to be delivered, oldest first
	LeasedUntil time.Time      `json:"busy,omitzero"` // end of the lease of the process that delivers; bounds the wait after a crash
}

// Plan adds the missing events to the outbox. Save the result before sending: later changes of an incident then do not
// change an event, so an id always stands for the same content. An incident that opened and closed between two calls yields
// both of its events. An incident that customers do not feel yields none.
func (s ReceiverState) Plan(records []incident.Record, releases []incident.Release) ReceiverState {
	next := ReceiverState{Since: s.Since, Count: map[string]int{}, Outbox: slices.Clone(s.Outbox)}
	for _, r := range records { // counts of incidents that are no longer listed are dropped
		n, over := s.Count[r.ID], r.State == incident.Resolved
		if _, felt := status.Impact(r.Kind, r.Journey, r.Title, over); !felt && n%2 == 0 {
			continue
		}
		if n == 0 && over && r.ResolvedAt.Before(s.Since) {
			continue
		}
		if n%2 == 0 && (n == 0 || !over) {
			kind := Opened
			if n > 0 {
				kind = Reopened
			}
			next.Outbox = append(next.Outbox, newEvent(r.Incident, kind, n, releases))
			n++
		}
		if n%2 == 1 && over {
			next.Outbox = append(next.Outbox, newEvent(r.Incident, Resolved, n, releases))
			n++
		}
		next.Count[r.ID] = n
	}
	return next
}

// Delivered removes a delivered event from the outbox, and releases the lease once the outbox is empty.
func (s ReceiverState) Delivered(id string) ReceiverState {
	s.Outbox = slices.DeleteFunc(slices.Clone(s.Outbox), func(e Event) bool { return e.ID == id })
	if len(s.Outbox) == 0 {
		s.LeasedUntil = time.Time{}
	}
	return s
}

// expire drops the events that have waited for longer than retention, and the oldest beyond maxOutbox. An incident's later
// events stay: a receiver must accept an end without its beginning anyway.
func (s ReceiverState) expire(now time.Time) ReceiverState {
	s.Outbox = slices.DeleteFunc(slices.Clone(s.Outbox), func(e Event) bool { return now.Sub(e.At) > retention })
	s.Outbox = s.Outbox[max(0, len(s.Outbox)-maxOutbox):]
	return s
}
