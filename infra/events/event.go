package events

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"valkyrie/alerts/incident"
)

// An Event is one thing that happened to an incident. Its JSON is a contract with receivers; Version grows when the meaning
// of a key changes, and a receiver should let keys pass that it does not know.
type Event struct {
	Version  int       `json:"version"` // 1
	ID       string    `json:"id"`      // the same each time it is sent: one that is known already is to be ignored
	Type     Type      `json:"type"`
	At       time.Time `json:"at"` // when it happened
	Incident Incident  `json:"incident"`
}

// A Type is what happened.
type Type string

// The types of event. An incident that comes back after it was resolved is reopened, with the same id.
const (
	Opened   Type = "incident.opened"
	Reopened Type = "incident.reopened"
	Resolved Type = "incident.resolved"
)

// An Incident is what is needed to find the customers it has touched: which journey failed, and when exactly.
type Incident struct {
	ID      string        `json:"id"`
	Journey string        `json:"journey"`
	Title   string        `json:"title"` // in a customer's words: "print a card"
	Kind    incident.Kind `json:"kind"`  // "down", "flapping", "degraded", ...
	Step    string        `json:"step"`  // that failed; empty: none, or it is not known
	Regions []string      `json:"regions"`
	Began   time.Time     `json:"began"`             // slot of the first bad run
	Ended   time.Time     `json:"ended,omitzero"`    // slot of the good run that closed it; absent while it lasts
	Windows []Window      `json:"windows"`           // each outage of one that comes and goes; else one, from began to ended
	Release string        `json:"release,omitempty"` // that it began soon after, if it was marked
}

// A Window is a time in which customers felt it.
type Window struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to,omitzero"` // absent while it lasts
}

// eventOf is the event of a type, the nth thing that happened to the incident.
func eventOf(i incident.Incident, what Type, n int, marks []incident.Release) Event {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%d", i.ID, n))
	e := Event{Version: 1, ID: hex.EncodeToString(sum[:16]), Type: what, At: i.Opened.UTC(), Incident: Incident{
		ID: i.ID, Journey: i.Journey, Title: i.Title, Kind: i.Kind, Step: i.Step, Regions: append([]string{}, i.Regions...), Began: i.Since.UTC(),
	}}
	switch what {
	case Resolved:
		e.At = i.ResolvedAt.UTC()
	case Reopened:
		e.At = i.Last.UTC()
	}
	if i.State == incident.Resolved {
		e.Incident.Ended = i.ResolvedAt.UTC()
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
	if m, ok := i.SuspectRelease(marks); ok {
		e.Incident.Release = m.Name
	}
	return e
}

// Line is the event in a sentence, for people.
func (e Event) Line() string {
	i := e.Incident
	title := i.Title
	if title == "" {
		title = i.Journey
	}
	const stamp = "2 January 15:04 UTC"
	switch e.Type {
	case Resolved:
		return fmt.Sprintf("It works again: %s. It was %s from %s to %s.", title, i.Kind, i.Began.Format(stamp), i.Ended.Format(stamp))
	case Reopened:
		return fmt.Sprintf("It is back: %s is %s, first seen %s.", title, i.Kind, i.Began.Format(stamp))
	}
	return fmt.Sprintf("%s is %s since %s.", title, i.Kind, i.Began.Format(stamp))
}
