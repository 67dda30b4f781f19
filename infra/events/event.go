// Package events notifies other systems of incidents: a webhook, an event bus, the subscribers of a topic. Due events are
// computed from the stored incidents and put into an outbox before they are sent, so that no crash loses an event. Delivery
// is at least once: a repeated event has the same id and the same content. It is separate from paging, so a slow or
// unreachable receiver never delays a call.
package events

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"valkyrie/alerts/incident"
)

// An Event is one state change of an incident. Its JSON is a contract with receivers: Version is incremented when the meaning
// of a key changes, and receivers should ignore unknown keys.
type Event struct {
	Version  int             `json:"version"` // 1
	ID       string          `json:"id"`      // the same on each delivery: receivers use it to deduplicate
	Type     Type            `json:"type"`
	At       time.Time       `json:"at"` // time of the state change
	Incident IncidentSummary `json:"incident"`
}

// A Type is the kind of state change.
type Type string

// The types of event. An incident that recurs after it was resolved is reopened, with the same id.
const (
	Opened   Type = "incident.opened"
	Reopened Type = "incident.reopened"
	Resolved Type = "incident.resolved"
)

// An IncidentSummary holds the data needed to find the affected customers: the journey that failed, and the exact times.
type IncidentSummary struct {
	ID      string          `json:"id"`
	Journey string          `json:"journey"`
	Title   string          `json:"title"` // in a customer's words: "print a card"
	Kind    incident.Kind   `json:"kind"`  // "down", "flapping", "degraded", ...
	Step    string          `json:"step"`  // the failing step; empty: none, or unknown
	Regions []string        `json:"regions"`
	Began   time.Time       `json:"began"`             // slot of the first bad run
	Ended   time.Time       `json:"ended,omitzero"`    // slot of the good run that closed it; absent while open
	Windows []Window        `json:"windows"`           // each outage of a flapping incident; else one, from began to ended
	Ending  incident.Ending `json:"ending,omitempty"`  // "recovered", "given up", "not watched" or "by hand"; absent while open
	Release string          `json:"release,omitempty"` // the release shortly before it began, if one was recorded
}

// A Window is a period in which customers were affected.
type Window struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to,omitzero"` // absent while open
}

// newEvent returns the nth event of an incident, counted from 0; its id is a hash of the incident's id and n.
func newEvent(i incident.Incident, kind Type, n int, releases []incident.Release) Event {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%d", i.ID, n))
	e := Event{Version: 1, ID: hex.EncodeToString(sum[:16]), Type: kind, At: i.Opened.UTC(), Incident: IncidentSummary{
		ID: i.ID, Journey: i.Journey, Title: i.Title, Kind: i.Kind, Step: i.Step, Regions: append([]string{}, i.Regions...), Began: i.Since.UTC(),
	}}
	switch kind {
	case Resolved:
		e.At = i.ResolvedAt.UTC()
	case Reopened:
		e.At = i.Last.UTC()
	}
	if i.State == incident.Resolved {
		e.Incident.Ended, e.Incident.Ending = i.ResolvedAt.UTC(), i.EndedBy()
	}
	for _, s := range i.Outages {
		to := s.Until
		if to.IsZero() {
			to = e.Incident.Ended
		}
		e.Incident.Windows = append(e.Incident.Windows, Window{s.Since.UTC(), to.UTC()})
	}
	if len(i.Outages) == 0 {
		e.Incident.Windows = []Window{{e.Incident.Began, e.Incident.Ended}}
	}
	if m, ok := i.SuspectRelease(releases); ok {
		e.Incident.Release = m.Name
	}
	return e
}

// Line returns the event as a sentence, for people.
func (e Event) Line() string {
	i := e.Incident
	title := i.Title
	if title == "" {
		title = i.Journey
	}
	const stamp = "2 January 15:04 UTC"
	switch e.Type {
	case Resolved:
		if i.Ending != incident.Recovered && i.Ending != incident.ByHand {
			return fmt.Sprintf("Closed (%s), with its state unknown: %s. It was %s from %s.", i.Ending, title, i.Kind, i.Began.Format(stamp))
		}
		return fmt.Sprintf("It works again: %s. It was %s from %s to %s.", title, i.Kind, i.Began.Format(stamp), i.Ended.Format(stamp))
	case Reopened:
		return fmt.Sprintf("It is back: %s is %s, first seen %s.", title, i.Kind, i.Began.Format(stamp))
	}
	return fmt.Sprintf("%s is %s since %s.", title, i.Kind, i.Began.Format(stamp))
}
