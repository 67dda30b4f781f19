package replay

import (
	"slices"

	"valkyrie/alerts/incident"
)

// A Difference is one incident of two histories: the replayed one (Would) and the stored one (Was). One of them may be nil.
type Difference struct {
	Would *Verdict
	Was   *incident.Record
}

// Compare pairs replayed with stored incidents: by id, else by journey, kind and overlapping times, as another policy may open
// an incident at another slot. The result is oldest first.
func Compare(would []Verdict, was []incident.Record) []Difference {
	var all []Difference
	taken := make([]bool, len(was))
	for i := range would {
		d := Difference{Would: &would[i]}
		if at := match(would[i].Incident, was, taken); at >= 0 {
			d.Was, taken[at] = &was[at], true
		}
		all = append(all, d)
	}
	for i := range was {
		if !taken[i] && was[i].Kind != incident.Heartbeat && was[i].Kind != incident.Drilled {
			all = append(all, Difference{Was: &was[i]})
		}
	}
	slices.SortStableFunc(all, func(a, b Difference) int { return a.Incident().Opened.Compare(b.Incident().Opened) })
	return all
}

// Incident returns the replayed incident, else the stored one.
func (d Difference) Incident() incident.Incident {
	if d.Would != nil {
		return d.Would.Incident
	}
	return d.Was.Incident
}

func match(i incident.Incident, was []incident.Record, taken []bool) int {
	for _, alike := range []func(incident.Incident) bool{
		func(o incident.Incident) bool { return o.ID == i.ID },
		func(o incident.Incident) bool {
			return o.Journey == i.Journey && (o.Kind == i.Kind || o.IsFailing() && i.IsFailing()) && overlap(o, i)
		},
	} {
		for at := range was {
			if !taken[at] && alike(was[at].Incident) {
				return at
			}
		}
	}
	return -1
}

func overlap(a, b incident.Incident) bool {
	return (b.State != incident.Resolved || !a.Since.After(b.ResolvedAt)) && (a.State != incident.Resolved || !b.Since.After(a.ResolvedAt))
}
