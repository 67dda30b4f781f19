package storetest

import (
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/probes/journey"
)

// incidentAt returns an open incident, opened some minutes after noon.
func incidentAt(minute int, id string) incident.Record {
	return incident.Record{
		Incident: incident.Incident{
			ID: id, Journey: "print-card", Kind: incident.Down, State: incident.Open, Rev: 1,
			Opened:   noon.Add(time.Duration(minute) * time.Minute),
			Regions:  []string{},
			Outages:  []incident.Outage{},
			Evidence: []journey.Evidence{},
		},
		Pages: []incident.Page{},
	}
}

// resolved resolves an incident some minutes after noon.
func resolved(r incident.Record, minute int) incident.Record {
	r.State, r.ResolvedAt = incident.Resolved, noon.Add(time.Duration(minute)*time.Minute)
	return r
}

// revised returns the record in another revision, with these pages.
func revised(r incident.Record, rev int64, pages ...string) incident.Record {
	r.Rev, r.Pages = rev, []incident.Page{}
	for _, id := range pages {
		r.Pages = append(r.Pages, incident.Page{ID: id, Incidents: []string{r.ID}, PlannedAt: noon})
	}
	return r
}

func incidentSurvives(tb testing.TB, fresh Backing) {
	s := fresh(tb)()
	var r incident.Record
	fill(tb, &r)
	putIncidents(tb, s, r)
	wantIncidents(tb, s, noon, r)
}

func emptyIncidentHasLists(tb testing.TB, fresh Backing) {
	s := fresh(tb)()
	bare := incident.Record{Incident: incident.Incident{ID: "a", Opened: noon}}
	bareToo := incident.Record{Incident: incident.Incident{ID: "b", Opened: noon}, Pages: []incident.Page{{ID: "p"}}}
	putIncidents(tb, s, bare, bareToo)

	bare.Regions, bare.Evidence, bare.Pages = []string{}, []journey.Evidence{}, []incident.Page{}
	bare.Outages, bareToo.Outages = []incident.Outage{}, []incident.Outage{}
	bareToo.Regions, bareToo.Evidence = []string{}, []journey.Evidence{}
	bareToo.Pages = []incident.Page{{ID: "p", Incidents: []string{}}}
	wantIncidents(tb, s, noon, bare, bareToo)
}

func olderRevision(tb testing.TB, fresh Backing) {
	s := fresh(tb)()
	r := incidentAt(0, "a")
	newer := revised(r, 5, "p1", "p2")
	newer.AckedBy = "Brünnhilde"
	putIncidents(tb, s, newer, revised(r, 4, "p1"), revised(r, 0))
	wantIncidents(tb, s, noon, newer)

	same := revised(r, 5, "p3")
	putIncidents(tb, s, same)
	wantIncidents(tb, s, noon, same)

	newest := resolved(revised(r, 6, "p3", "p4"), 9)
	putIncidents(tb, s, newest, same)
	wantIncidents(tb, s, noon, newest)
}

func pagesReplaced(tb testing.TB, fresh Backing) {
	s := fresh(tb)()
	r := incidentAt(0, "a")
	for rev, pages := range [][]string{{"p2", "p1"}, {"p1"}, {}, {"p9", "p3", "p1"}} {
		next := revised(r, int64(rev), pages...)
		putIncidents(tb, s, next)
		wantIncidents(tb, s, noon, next)
	}
}

func sharedPage(tb testing.TB, fresh Backing) {
	s := fresh(tb)()
	a, b := revised(incidentAt(0, "a"), 1, "p"), revised(incidentAt(1, "b"), 1, "p")
	a.Pages[0].Incidents, b.Pages[0].Incidents = []string{"a", "b"}, []string{"a", "b"}
	putIncidents(tb, s, a, b)
	wantIncidents(tb, s, noon, a, b)

	b = revised(b, 2)
	putIncidents(tb, s, b)
	wantIncidents(tb, s, noon, a, b)
}

func incidentsSince(tb testing.TB, fresh Backing) {
	s := fresh(tb)()
	past := resolved(incidentAt(0, "past"), 1)
	lasting := incidentAt(2, "lasting") // unresolved, at any age
	ended := resolved(incidentAt(3, "ended"), 20)
	short := resolved(incidentAt(10, "short"), 11)
	reopened := resolved(incidentAt(4, "reopened"), 5)
	reopened.State = incident.Acknowledged
	putIncidents(tb, s, past, lasting, ended, short, reopened)

	at := func(minute int) time.Time { return noon.Add(time.Duration(minute) * time.Minute) }
	wantIncidents(tb, s, time.Time{}, past, lasting, ended, reopened, short)
	wantIncidents(tb, s, at(1), past, lasting, ended, reopened, short)
	wantIncidents(tb, s, at(1).Add(1), lasting, ended, reopened, short)
	wantIncidents(tb, s, at(11), lasting, ended, reopened, short)
	wantIncidents(tb, s, at(12), lasting, ended, reopened)
	wantIncidents(tb, s, at(20), lasting, ended, reopened)
	wantIncidents(tb, s, at(21), lasting, reopened)
}

func incidentsInOrder(tb testing.TB, fresh Backing) {
	s := fresh(tb)()
	a, b, c, d := incidentAt(0, "z"), incidentAt(1, "x"), incidentAt(1, "y"), incidentAt(10, "w")
	a.Since, d.Since = noon.Add(time.Hour), noon.Add(-time.Hour) // the order is by opening time
	putIncidents(tb, s, d, c, b, a)
	wantIncidents(tb, s, noon, a, b, c, d)
}
