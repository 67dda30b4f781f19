package dynamo_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/infra/dynamo/local"
)

// TestConcurrentRevisions lets many pagers write the revisions of a few incidents at once, open and resolved in turns, and loses
// every fifth response. Each incident must end in its newest revision, and be listed accordingly.
func TestConcurrentRevisions(t *testing.T) {
	_, cfg := newProxy(t, local.For(t), func(op string, n int) fault {
		if op != "Query" && n%5 == 4 {
			return lost
		}
		return none
	})
	const incidents, writers, revisions = 3, 6, 12
	record := func(id, rev int) incident.Record {
		r := incident.Record{Incident: incident.Incident{ID: fmt.Sprint("incident-", id), Rev: int64(rev), Opened: noon, State: incident.Open}}
		if (rev+id)%2 == 0 { // the last revision of one of them is resolved
			r.State, r.ResolvedAt = incident.Resolved, noon.Add(time.Duration(rev)*time.Hour)
		}
		return r
	}
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			s := open(t, cfg)
			for _, i := range rand.Perm(incidents * revisions) {
				if err := s.PutIncident(t.Context(), record(i%incidents, i/incidents)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	s := open(t, cfg)
	for hours := range revisions + 2 {
		since := noon.Add(time.Duration(hours)*time.Hour + 1)
		listed, err := s.Incidents(t.Context(), since)
		must(t, err)
		got := map[string]int64{}
		for _, r := range listed {
			got[r.ID] = r.Rev
		}
		for id := range incidents {
			r := record(id, revisions-1)
			want := r.State != incident.Resolved || !r.ResolvedAt.Before(since)
			if rev, ok := got[r.ID]; ok != want || ok && rev != r.Rev {
				t.Errorf("since %v: %s is listed: %v, in revision %d; expected %v, %d", since, r.ID, ok, rev, want, r.Rev)
			}
		}
	}
}

// TestReopenedDuringResolve reopens an incident after it was resolved and before its former list entry is deleted: the entry of
// the reopened incident must stay.
func TestReopenedDuringResolve(t *testing.T) {
	server := local.For(t)
	p, cfg := newProxy(t, server, nil)
	direct := cfg
	direct.Endpoint = server.Endpoint
	other := open(t, direct)
	record := incident.Record{Incident: incident.Incident{ID: "a", Rev: 1, Opened: noon, State: incident.Open}}
	must(t, other.PutIncident(t.Context(), record))

	writes, again := 0, record
	again.Rev = 3
	p.after = func(op string) {
		if writes++; op == "PutItem" && writes == 2 { // the incident; before it, its entry
			must(t, other.PutIncident(t.Context(), again))
		}
	}
	record.Rev, record.State, record.ResolvedAt = 2, incident.Resolved, noon.Add(time.Hour)
	must(t, open(t, cfg).PutIncident(t.Context(), record))
	listed, err := other.Incidents(t.Context(), noon.Add(24*time.Hour))
	if err != nil || len(listed) != 1 || listed[0].Rev != 3 {
		t.Errorf("%d listed, %v; expected it, open again, after %q", len(listed), err, p.requests())
	}
}
