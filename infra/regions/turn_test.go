package regions_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/infra/regions"
	"valkyrie/probes/journey"
)

// standbyTurn makes a turn of the standby's pager, a minute after the one before.
func (w *scene) standbyTurn(pair regions.Pair) error {
	w.now = w.now.Add(min)
	_, err := regions.Standby{Pair: pair, Deps: w.deps(w.sp)}.Turn(w.ctx, w.now)
	return err
}

// refusesOne is a store that takes every run but one.
type refusesOne struct {
	incident.Store
	id string
}

func (s refusesOne) PutRun(ctx context.Context, run journey.Run) error {
	if run.ID == s.id {
		return errors.New("it is too large")
	}
	return s.Store.PutRun(ctx, run)
}

// TestOneRunThatHomeRefuses: a run that home does not take, while it takes others, does not hold up the hand-over for ever; nor does a
// run from the future, which is not notified.
func TestOneRunThatHomeRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		slot   time.Duration // of that run, from the others
		errors bool
	}{"it refuses one": {0, true}, "one is from the future": {time.Hour, false}} {
		w := newScene(t, nil)
		pair := w.pairOf(w.sp)
		if err := w.standbyTurn(pair); err != nil {
			t.Fatal(err)
		}
		if c.errors {
			pair.Home = refusesOne{w.H, "bad"}
		}
		var failed, last int
		for n := range 30 {
			slot := w.now
			run := journey.Run{ID: slot.Format("1504"), Journey: w.names[0], Region: "us-east-1", Slot: slot, EveryMS: 60_000, Outcome: journey.Passed}
			if _, err := w.deps(w.sp).Recorder(w.S).Record(w.ctx, run); err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				run.ID, run.Region, run.Slot = "bad", "eu-west-1", slot.Add(c.slot)
				if err := w.S.PutRun(w.ctx, run); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.standbyTurn(pair); err != nil {
				failed, last = failed+1, n
			}
		}
		if (failed > 0) != c.errors || last > 25 {
			t.Errorf("%s: %d of 30 turns failed, the last one was turn %d", name, failed, last)
		}
		if runs, err := w.H.Runs(w.ctx, incident.RunQuery{}); err != nil || len(runs) != 30 {
			t.Errorf("%s: the home has %d runs, %v", name, len(runs), err)
		}
	}
}

// TestUnjudgedRunIsJudgedAtHome: a run that was stored at the standby, and not judged as the probe died, is judged once it is at home.
func TestUnjudgedRunIsJudgedAtHome(t *testing.T) {
	w := newScene(t, nil)
	w.run("us-east-1", journey.Passed)
	if err := w.standbyTurn(w.pairOf(w.sp)); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(9 * min) // the standby looks for runs that changed no state every ten minutes
	run := journey.Run{ID: "late", Journey: w.names[0], Region: "us-east-1", Slot: w.now.Truncate(min), EveryMS: 60_000, Outcome: journey.Failed, Error: "no PDF"}
	if err := w.S.PutRun(w.ctx, run); err != nil {
		t.Fatal(err)
	}
	if err := w.standbyTurn(w.pairOf(w.sp)); err != nil {
		t.Fatal(err)
	}
	if r := w.state(w.H, w.names[0]).Regions["us-east-1"]; !r.Slot.Equal(run.Slot) {
		t.Errorf("the home has judged runs up to %s, want %s", r.Slot, run.Slot)
	}
}

// TestSameVersionOfAnotherTable: a new table of the home whose item has the version that was copied, by chance, is copied all the same.
func TestSameVersionOfAnotherTable(t *testing.T) {
	w := newScene(t, nil)
	put := func(s incident.Store, region string) {
		data, err := json.Marshal(judge.JourneyState{Regions: map[string]judge.RegionState{region: {Slot: w.now}}})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.PutItem(w.ctx, incident.Item{Key: incident.JourneyKey(w.names[0]), Data: data}); err != nil {
			t.Fatal(err)
		}
	}
	put(w.H, "us-east-1")
	if err := w.standbyTurn(w.pairOf(w.sp)); err != nil {
		t.Fatal(err)
	}
	other := newScene(t, nil)
	put(other.H, "eu-west-1")
	pair := w.pairOf(w.sp)
	pair.Home = other.H
	if err := w.standbyTurn(pair); err != nil {
		t.Fatal(err)
	}
	if s := w.state(w.S, w.names[0]); s.Regions["eu-west-1"].Slot.IsZero() || !s.Regions["us-east-1"].Slot.IsZero() {
		t.Errorf("the copy is of the old table: %+v", s.Regions)
	}
}

// TestKeepsWhatHomeDoesNotTake: a state that home does not take stays as it is at the standby, and is handed over once home takes it.
func TestKeepsWhatHomeDoesNotTake(t *testing.T) {
	w := newScene(t, nil)
	w.run("us-east-1", journey.Passed)
	if err := w.standbyTurn(w.pairOf(w.sp)); err != nil {
		t.Fatal(err)
	}
	run := journey.Run{ID: "a", Journey: w.names[0], Region: "us-east-1", Slot: w.now.Truncate(min), EveryMS: 60_000, Outcome: journey.Failed, Error: "no PDF"}
	if _, err := w.deps(w.sp).Recorder(w.S).Record(w.ctx, run); err != nil {
		t.Fatal(err)
	}
	for _, refuses := range []bool{true, false} {
		w.sp.home.puts = func(key string) error {
			if refuses && key == incident.JourneyKey(w.names[0]) {
				return errors.New("it is throttled")
			}
			return nil
		}
		if err := w.standbyTurn(w.pairOf(w.sp)); err != nil {
			t.Fatal(err)
		}
		if r := w.state(w.S, w.names[0]).Regions["us-east-1"]; !r.Slot.Equal(run.Slot) {
			t.Errorf("home refuses it: %v; the standby's state is of %s, want %s", refuses, r.Slot, run.Slot)
		}
		if r := w.state(w.H, w.names[0]).Regions["us-east-1"]; r.Slot.Equal(run.Slot) == refuses {
			t.Errorf("home refuses it: %v; its state is of %s", refuses, r.Slot)
		}
	}
}

// TestStandbysTableBecomesHomes: the copies in a table that becomes the home's are copies no more, so that a silent region is missed.
func TestStandbysTableBecomesHomes(t *testing.T) {
	w := newScene(t, nil)
	w.run("us-east-1", journey.Passed)
	if err := w.standbyTurn(w.pairOf(w.sp)); err != nil {
		t.Fatal(err)
	}
	if s := w.state(w.S, w.names[0]); !s.Copy || len(s.Copied) != 1 {
		t.Fatalf("the standby has no copy: %+v", s)
	}
	swapped := regions.Pair{Home: w.S, Standby: w.H}
	if err := (regions.Home{Pair: swapped, Deps: w.deps(w.hp)}).Turn(w.ctx, w.now); err != nil {
		t.Fatal(err)
	}
	if s := w.state(w.S, w.names[0]); s.Copy || len(s.Copied) > 0 || len(s.Regions) != 1 {
		t.Errorf("the new home has a copy: %+v", s)
	}
}
