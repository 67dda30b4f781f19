package oncall

import (
	"maps"
	"slices"

	"valkyrie/alerts/incident"
)

// A Severity is the way in which people are notified of an incident.
type Severity string

// The severities.
const (
	Wake   Severity = "page"   // calls, at any hour
	Notify Severity = "notify" // texts, in the waking hours of the person
	Keep   Severity = "log"    // stored in the history, without a page
)

// AllSeverities are the severities that alerts.yaml accepts.
var AllSeverities = []Severity{Wake, Notify, Keep}

// KindNames returns the sorted names of the kinds of incident, for errors.
func KindNames() []string {
	var all []string
	for _, k := range incident.Kinds() {
		all = append(all, string(k))
	}
	slices.Sort(all)
	return all
}

// Severity returns the severity of an incident: the one set for its journey, else for its kind, else the default, by
// incident.Rings.
func (o OnCall) Severity(i incident.Incident) Severity {
	if s, ok := o.Journeys[i.Journey].Severity[i.Kind]; ok {
		return s
	}
	if s, ok := o.Severities[i.Kind]; ok {
		return s
	}
	switch {
	case i.Kind == incident.Drilled:
		return Keep
	case i.Rings():
		return Wake
	}
	return Notify
}

// AtAnyHour returns o without waking hours, maintenance, gathering and changed severities, so that a demonstration pages at
// night, too.
func (o OnCall) AtAnyHour() OnCall {
	o.People, o.Journeys = slices.Clone(o.People), maps.Clone(o.Journeys)
	for i := range o.People {
		o.People[i].Awake = Hours{}
	}
	for name, notes := range o.Journeys {
		notes.Severity = nil
		o.Journeys[name] = notes
	}
	o.Severities, o.Maintenance, o.Gather = nil, nil, 0
	return o
}
