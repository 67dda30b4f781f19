// Package events notifies other systems of incidents: a webhook, an event bus, the subscribers of a topic. Due events are
// computed from the stored incidents and put into an outbox before they are sent, so that no crash loses an event. Delivery
// is at least once: a repeated event has the same id and the same content. It is separate from paging, so a slow or
// unreachable receiver never delays a call.
//
// Only incidents that customers feel yield events, in a customer's words: no drill, no broken probe, no region without runs.
package events

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/phrase"
	"valkyrie/infra/status"
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
	ID         string          `json:"id"`
	Journey    string          `json:"journey"`
	Title      string          `json:"title"`          // in a customer's words: "print a card"
	What       string          `json:"what,omitempty"` // the impact in a customer's words: "Customers cannot print a card"
	Kind       incident.Kind   `json:"kind"`           // "down", "flapping", "degraded", ...
	Step       string          `json:"step"`           // the failing step; empty: none, or unknown
	Regions    []string        `json:"regions"`
	Began      time.Time       `json:"began"`                 // slot of the first bad run
	Ended      time.Time       `json:"ended,omitzero"`        // end of the last window: an interval after the last bad run, or the good run; absent while open
	Closed     time.Time       `json:"closed,omitzero"`       // when it was decided that it is over; absent while open
	Windows    []Window        `json:"windows"`               // each outage of a flapping incident; else one, from began to ended
	Ending     incident.Ending `json:"ending,omitempty"`      // "recovered", "given up", "not watched" or "by hand"; absent while open
	StillFails []string        `json:"still_fails,omitempty"` // regions that failed when it ended, while enough others worked
	Release    string          `json:"release,omitempty"`     // the release shortly before it began, if one was recorded
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
	for _, w := range i.Periods(e.At) {
		e.Incident.Windows = append(e.Incident.Windows, Window{w.From.UTC(), w.Until.UTC()})
	}
	last := &e.Incident.Windows[len(e.Incident.Windows)-1]
	if i.State == incident.Resolved {
		e.Incident.Ended, e.Incident.Ending, e.Incident.Closed = last.To, i.EndedBy(), i.ResolvedAt.UTC()
		e.Incident.StillFails = i.StillFails
	} else {
		last.To = time.Time{}
	}
	e.Incident.What, _ = status.Impact(i.Kind, i.Journey, i.Title, i.State == incident.Resolved)
	if m, ok := i.SuspectRelease(releases); ok {
		e.Incident.Release = m.Name
	}
	return e
}

// Words returns the event as people read it: a subject, and a message of one or two lines, in a customer's words.
func (e Event) Words() (subject, message string) {
	const stamp = "2 January 2006, 15:04 UTC"
	i := e.Incident
	what, began := i.What, i.Began.UTC().Format(stamp)
	if what == "" { // stored by an earlier version
		what, _ = status.Impact(i.Kind, i.Journey, i.Title, e.Type == Resolved)
	}
	switch {
	case e.Type == Resolved && (i.Ending == incident.GivenUp || i.Ending == incident.Unwatched):
		return "No longer measured: " + what, fmt.Sprintf("It is no longer measured, so that its state is unknown. %s, from %s until %s.", what, began, i.Ended.UTC().Format(stamp))
	case e.Type == Resolved && len(i.StillFails) > 0:
		return "Over, but for some: " + what, fmt.Sprintf("It is over, but still fails from %s. %s, from %s until %s.", phrase.List(i.StillFails), what, began, i.Ended.UTC().Format(stamp))
	case e.Type == Resolved:
		return "Over: " + what, fmt.Sprintf("It is over. %s, from %s until %s.", what, began, i.Ended.UTC().Format(stamp))
	case e.Type == Reopened:
		return "Again: " + what, fmt.Sprintf("It is back. %s; this began on %s.\nYou will hear when it is over.", what, began)
	}
	return what, fmt.Sprintf("%s, since %s.\nYou will hear when it is over.", what, began)
}
