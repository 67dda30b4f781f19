package regions_test

import (
	"context"
	"testing"
	"time"

	"valkyrie/alerts"
	"valkyrie/alerts/config"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/infra/storetest"
	"valkyrie/probes/journey"
)

// An afterPut is a store that calls after once a run is stored.
type afterPut struct {
	incident.Store
	after func()
}

func (s afterPut) PutRun(ctx context.Context, r journey.Run) error {
	err := s.Store.PutRun(ctx, r)
	s.after()
	return err
}

// TestSlotTwiceAtOnce: of two runs of a slot at the same time, as a schedule delivers at least once, the one that is stored is the one
// that is judged.
func TestSlotTwiceAtOnce(t *testing.T) {
	cfg, err := config.Parse("shipped", alerts.Example(), nil)
	if err != nil {
		t.Fatal(err)
	}
	m := storetest.Memory()
	recorder := judge.Recorder{Store: m, Policy: cfg.Judge, Titles: map[string]string{"print-card": "print a card"}}
	run := func(minute int, id string, o journey.Outcome) journey.Run {
		r := journey.Run{ID: id, Journey: "print-card", Region: "eu-west-1", Slot: noon.Add(time.Duration(minute) * time.Minute), EveryMS: 60_000, Outcome: o}
		if o == journey.Failed {
			r.Error = "no PDF"
		}
		return r
	}
	record := func(d judge.Recorder, r journey.Run) {
		if _, err := d.Record(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	record(recorder, run(0, "a", journey.Passed))
	record(recorder, run(1, "b", journey.Failed))
	first := recorder
	first.Store = afterPut{m, func() { record(recorder, run(2, "c2", journey.Passed)) }}
	record(first, run(2, "c1", journey.Failed))
	record(recorder, run(3, "d", journey.Failed))
	var s judge.JourneyState
	if _, err := incident.LoadItem(t.Context(), m, incident.JourneyKey("print-card"), &s); err != nil {
		t.Fatal(err)
	}
	if runs, err := m.Runs(t.Context(), incident.RunQuery{}); err != nil || len(runs) != 4 || runs[2].ID != "c1" || len(s.Open) != 1 || s.Regions["eu-west-1"].Failed.Count != 3 {
		t.Errorf("the failed run of 12:02 is stored, %v; of three failures in a row, %d are counted, and %d incidents are open", err, s.Regions["eu-west-1"].Failed.Count, len(s.Open))
	}
}
