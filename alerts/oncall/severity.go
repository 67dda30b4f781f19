package oncall

import (
	"maps"
	"slices"

	"valkyrie/alerts/incident"
)

// A Severity is how loudly people are told of an incident.
type Severity string

// The severities.
const (
	Wake   Severity = "page"   // it calls, at any hour
	Notify Severity = "notify" // it texts, in the waking hours of whoever is told
	Keep   Severity = "log"    // it is kept, and nobody is told
)

var AllSeverities = []Severity{Wake, Notify, Keep}

// KindNames lists the kinds of incident, for people to read.
func KindNames() []string {
	var all []string
	for _, k := range incident.Kinds() {
		all = append(all, string(k))
	}
	slices.Sort(all)
	return all
}

// Severity is how loudly people are told of an incident: as its journey has it, else as its kind has it, else as usual,
// which is that it calls when it Rings.
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

// AtAnyHour is the same for people who never sleep, at once, and with the usual severities: what a demonstration needs at
// night.
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
