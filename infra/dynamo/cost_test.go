package dynamo_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"valkyrie/alerts"
	"valkyrie/alerts/config"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/infra/dynamo/local"
	"valkyrie/probes/journey"
)

// TestRequestsPerRun checks that recording a run takes three requests, independent of incidents and of the length of the history.
// The first run of a process takes one more. The first run after a missing slot takes two more, which look for runs that were
// stored but not judged. The pager's watch writes the daily times.
func TestRequestsPerRun(t *testing.T) {
	p, cfg := newProxy(t, local.For(t), nil)
	s := open(t, cfg)
	recorder := judge.Recorder{Store: s, Policy: shipped(t), Titles: map[string]string{"print-card": "print a card"}}
	record := func(run journey.Run) []string {
		t.Helper()
		p.requests()
		_, err := recorder.Record(t.Context(), run)
		must(t, err)
		return p.requests()
	}
	first := record(runAt(0))
	if diff := cmp.Diff([]string{"PutItem", "PutItem", "GetItem", "Query", "GetItem", "UpdateItem"}, first); diff != "" {
		t.Errorf("the first run of a process (-want +got):\n%s", diff)
	}
	perRun := []string{"PutItem", "GetItem", "UpdateItem"}
	const days, hours = 60, 24
	for hour := 1; hour < days*hours; hour += 3 {
		run := runAt(hour * 60)
		run.EveryMS = (3 * time.Hour).Milliseconds()
		if hour%100 < 12 {
			run.Outcome, run.Error = journey.Failed, "no PDF"
		}
		if diff := cmp.Diff(perRun, record(run)); diff != "" {
			t.Fatalf("hour %d (-want +got):\n%s", hour, diff)
		}
		if hour%24 == 1 {
			_, err := recorder.Watch(t.Context(), run.Slot)
			must(t, err)
		}
	}
	missed := runAt(days*hours*60 + 240)
	if diff := cmp.Diff([]string{"PutItem", "GetItem", "Query", "GetItem", "UpdateItem"}, record(missed)); diff != "" {
		t.Errorf("after a missing slot (-want +got):\n%s", diff)
	}
	ledger, err := judge.LoadLedger(t.Context(), s, "print-card")
	if days := ledger.Steps["eu-west-1/sign in"]; err != nil || len(days) != 59 {
		t.Errorf("%d days in the ledger, %v", len(days), err)
	}
}

// TestFortyProbesOfOneJourney checks that all of 40 concurrent runs of a journey are judged, without lost updates.
func TestFortyProbesOfOneJourney(t *testing.T) {
	cfg := local.For(t).Table(t)
	const probes = 40
	policy := shipped(t)
	var all sync.WaitGroup
	for i := range probes {
		all.Go(func() {
			recorder := judge.Recorder{Store: open(t, cfg), Policy: policy}
			run := runAt(0)
			run.Region = fmt.Sprintf("region-%02d", i)
			for range 2 { // duplicates are ignored
				if _, err := recorder.Record(t.Context(), run); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	s := open(t, cfg)
	runs, err := s.Runs(t.Context(), incident.RunQuery{Journey: "print-card"})
	item, itemErr := s.Item(t.Context(), "JOURNEY#print-card")
	if err != nil || itemErr != nil || len(runs) != probes || item.Version != probes {
		t.Errorf("%d runs and version %d of the journey, %v %v; expected %d of both", len(runs), item.Version, err, itemErr, probes)
	}
}

// TestPagination checks lists over more than one page of 1 MB, and that a limited query does not read further.
func TestPagination(t *testing.T) {
	p, cfg := newProxy(t, local.For(t), nil)
	s := open(t, cfg)
	const runs = 40
	for i := range runs {
		run := runAt(i)
		run.Error = noise(60_000)
		must(t, s.PutRun(t.Context(), run))
		must(t, s.PutIncident(t.Context(), incident.Record{Incident: incident.Incident{
			ID: fmt.Sprint("incident-", i), State: incident.Resolved, Opened: run.Slot, ResolvedAt: run.Slot, Reason: run.Error,
		}}))
	}
	p.requests()
	all, err := s.Runs(t.Context(), incident.RunQuery{Journey: "print-card"})
	must(t, err)
	if n := len(p.requests()); len(all) != runs || n < 2 || !slices.IsSortedFunc(all, func(a, b journey.Run) int { return a.Slot.Compare(b.Slot) }) {
		t.Errorf("%d runs in %d pages", len(all), n)
	}
	last, err := s.Runs(t.Context(), incident.RunQuery{Journey: "print-card", Limit: 3})
	must(t, err)
	if asked := p.requests(); len(asked) != 1 || cmp.Diff(all[runs-3:], last) != "" {
		t.Errorf("the last three: %d runs by the requests %v", len(last), asked)
	}
	records, err := s.Incidents(t.Context(), noon)
	if err != nil || len(records) != runs {
		t.Errorf("%d incidents, %v", len(records), err)
	}
	p.requests()
	records, err = s.Incidents(t.Context(), noon.Add((runs-2)*time.Minute))
	if asked := p.requests(); err != nil || len(records) != 2 || len(asked) != 2 {
		t.Errorf("%d recent incidents by the requests %v, %v", len(records), asked, err)
	}
}

func shipped(t *testing.T) judge.Policy {
	t.Helper()
	cfg, err := config.Parse("example.yaml", alerts.Example(), nil)
	must(t, err)
	return cfg.Judge
}

// TestStreamReadsEachRowOnce: a stream of several journeys reads each page of each of them once, also within its slots, and no page
// after the run at which its reader stops.
func TestStreamReadsEachRowOnce(t *testing.T) {
	p, cfg := newProxy(t, local.For(t), nil)
	s := open(t, cfg)
	const slots, each = 150, 3 // rows of a journey: over two pages
	for i := range slots {
		for n := range each {
			for _, name := range []string{"create-order", "print-card"} {
				run := runAt(i)
				run.Journey, run.Region, run.ID = name, fmt.Sprint("region-", n), fmt.Sprint(i%2, n)
				must(t, s.PutRun(t.Context(), run))
			}
		}
	}
	q := incident.RunQuery{Since: noon.Add(time.Minute), Until: noon.Add((slots - 1) * time.Minute)}
	want, err := s.Runs(t.Context(), q)
	must(t, err)
	p.requests()
	var got []journey.Run
	for run, err := range s.Stream(t.Context(), q) {
		must(t, err)
		got = append(got, run)
	}
	if n := len(p.requests()); n != 1+2*3 || len(got) != 2*each*(slots-2) || cmp.Diff(want, got) != "" {
		t.Errorf("%d runs in %d requests: %s", len(got), n, cmp.Diff(want, got))
	}
	for range s.Stream(t.Context(), q) {
		break
	}
	if n := len(p.requests()); n != 1+2 {
		t.Errorf("%d requests for the first run", n)
	}
}
