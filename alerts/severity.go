package alerts

import (
	"maps"
	"slices"
)

// A Severity is how loudly people are told of an incident.
type Severity string

// The severities.
const (
	Wake   Severity = "page"   // it calls, at any hour
	Notify Severity = "notify" // it texts, in the waking hours of whoever is told
	Keep   Severity = "log"    // it is kept, and nobody is told
)

var severities = []Severity{Wake, Notify, Keep}

// kinds lists the kinds of incident, for people to read.
func kinds() []string {
	var all []string
	for _, k := range Kinds() {
		all = append(all, string(k))
	}
	slices.Sort(all)
	return all
}

// Severity is how loudly people are told of an incident: as its journey has it, else as its kind has it, else as usual,
// which is that it calls when it Rings.
func (o OnCall) Severity(i Incident) Severity {
	if s, ok := o.Journeys[i.Journey].Severity[i.Kind]; ok {
		return s
	}
	if s, ok := o.Severities[i.Kind]; ok {
		return s
	}
	switch {
	case i.Kind == Drilled:
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

// Awaits reports whether no human has taken the incident on yet, and it is not over.
func (i Incident) Awaits() bool { return i.State == Open || i.State == Notified }

// tells reports whether somebody has to be told of the incident now, at this severity.
func (r *Route) tells(i Incident, s Severity, at hour) bool {
	return i.Awaits() && at.onCall.Severity(i) == s && !r.quiet(i.Journey, at)
}
