package judge_test

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/infra/sqlite"
	"valkyrie/probes/journey"
)

var errRefused = errors.New("no answer")

// A refusing store fails one of its requests.
type refusing struct {
	incident.Store
	fails, requests int // the request that fails; 0: none
}

func (s *refusing) next() error {
	if s.requests++; s.requests == s.fails {
		return errRefused
	}
	return nil
}

func (s *refusing) PutRun(ctx context.Context, run journey.Run) error {
	if err := s.next(); err != nil {
		return err
	}
	return s.Store.PutRun(ctx, run)
}

func (s *refusing) Runs(ctx context.Context, q incident.RunQuery) ([]journey.Run, error) {
	if err := s.next(); err != nil {
		return nil, err
	}
	return s.Store.Runs(ctx, q)
}

func (s *refusing) Item(ctx context.Context, key string) (incident.Item, error) {
	if err := s.next(); err != nil {
		return incident.Item{}, err
	}
	return s.Store.Item(ctx, key)
}

func (s *refusing) PutItem(ctx context.Context, item incident.Item) error {
	if err := s.next(); err != nil {
		return err
	}
	return s.Store.PutItem(ctx, item)
}

// states returns the states of journeys, as stored.
func states(t *testing.T, store incident.Items, names ...string) []judge.JourneyState {
	t.Helper()
	all := make([]judge.JourneyState, len(names))
	for n, name := range names {
		if _, err := incident.LoadItem(t.Context(), store, incident.JourneyKey(name), &all[n]); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// TestEachRequestFails checks for each request of each method that its failure is an error, and that the repeated call has the same
// result as if none had failed.
func TestEachRequestFails(t *testing.T) {
	for name, call := range map[string]func(judge.Recorder) error{
		"Record": func(r judge.Recorder) error {
			_, err := r.Record(t.Context(), alertstest.RunEachMinute(2, "eu", journey.Failed))
			return err
		},
		"Record after a crash": func(r judge.Recorder) error {
			_, err := r.Record(t.Context(), alertstest.RunEachMinute(5, "eu", journey.Failed))
			return err
		},
		"CatchUp": func(r judge.Recorder) error { return r.CatchUp(t.Context(), []string{"print-card"}) },
		"Watch": func(r judge.Recorder) error {
			_, err := r.Watch(t.Context(), alertstest.Start.AddDate(0, 0, 2))
			return err
		},
		"RenameState": func(r judge.Recorder) error {
			_, err := judge.RenameState(t.Context(), r.Store, "print-card", "print")
			return err
		},
		"ForgetState": func(r judge.Recorder) error { return judge.ForgetState(t.Context(), r.Store, "print-card") },
	} {
		var want []judge.JourneyState
		for fails := 0; ; fails++ {
			store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "valkyrie.db"))
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			faulty := &refusing{Store: store}
			policy := judge.Policy{JourneyPolicy: alertstest.ShippedPolicy(t)}
			policy.Heartbeats = []judge.HeartbeatPolicy{{Name: "invoices", Title: "send the invoices", Every: time.Hour}}
			r := judge.Recorder{Store: faulty, Policy: policy, Titles: map[string]string{"print-card": "print a card", "sign-in": "sign in"}}
			for _, minute := range []int{-1440, -1439, 0, 1} { // since the day before, whose time goes into the ledger
				run := alertstest.RunEachMinute(minute, "eu", journey.Passed)
				run.Steps = []journey.StepResult{{Name: "print", Outcome: journey.Passed, DurationMS: 500, LimitMS: 5000}}
				if _, err := r.Record(t.Context(), run); err != nil {
					t.Fatal(err)
				}
			}
			if err := store.PutRun(t.Context(), alertstest.RunEachMinute(3, "eu", journey.Failed)); err != nil { // without judging it, as a crash does
				t.Fatal(err)
			}
			faulty.requests, faulty.fails = 0, fails
			err = call(r)
			if fails > 0 && faulty.requests < fails {
				break // it makes no more requests
			}
			if failed := fails > 0; errors.Is(err, errRefused) != failed {
				t.Errorf("%s, request %d fails: %v", name, fails, err)
			}
			if fails > 0 {
				if err := call(r); err != nil {
					t.Errorf("%s, after request %d failed: %v", name, fails, err)
				}
			}
			got := states(t, store, "print-card", "print", "sign-in", "invoices")
			if fails == 0 {
				want = got
			} else if !reflect.DeepEqual(got, want) {
				a, _ := json.Marshal(got)
				b, _ := json.Marshal(want)
				t.Errorf("%s, after request %d failed:\n%s\nexpected\n%s", name, fails, a, b)
			}
		}
	}
}

// TestRenameState checks which states are moved: one with runs or incidents, to a name without runs.
func TestRenameState(t *testing.T) {
	open := incident.Incident{ID: "1", Journey: "old", Kind: incident.Down, State: incident.Open}
	failure := journey.Run{ID: "r", Journey: "old"}
	ran := map[string]judge.RegionState{"eu": {Slot: alertstest.Start}}
	full := judge.JourneyState{Regions: ran, Open: []incident.Incident{open}, Closed: []incident.Incident{open}, Outbox: []incident.Incident{open}, Failure: &failure}
	moved := open
	moved.Journey = "new"
	movedFailure := failure
	movedFailure.Journey = "new"
	for name, c := range map[string]struct {
		from, to    judge.JourneyState
		hasOwn      bool
		left, there judge.JourneyState
	}{
		"everything": {
			from:  full,
			there: judge.JourneyState{Regions: ran, Open: []incident.Incident{moved}, Closed: []incident.Incident{moved}, Outbox: []incident.Incident{moved}, Failure: &movedFailure},
		},
		"only runs":                         {from: judge.JourneyState{Regions: ran}, there: judge.JourneyState{Regions: ran}},
		"only an open incident":             {from: judge.JourneyState{Open: []incident.Incident{open}}, there: judge.JourneyState{Open: []incident.Incident{moved}}},
		"only a closed incident stays":      {from: judge.JourneyState{Closed: []incident.Incident{open}}, left: judge.JourneyState{Closed: []incident.Incident{open}}},
		"nothing":                           {},
		"the other one has runs":            {from: judge.JourneyState{Open: []incident.Incident{open}}, to: judge.JourneyState{Regions: ran}, hasOwn: true, there: judge.JourneyState{Regions: ran}},
		"the other one has an old incident": {from: judge.JourneyState{Regions: ran}, to: judge.JourneyState{Closed: []incident.Incident{moved}}, there: judge.JourneyState{Regions: ran}},
	} {
		store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "valkyrie.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		for journey, state := range map[string]judge.JourneyState{"old": c.from, "new": c.to} {
			if err := incident.UpdateItem(t.Context(), store, incident.JourneyKey(journey), func(s *judge.JourneyState) bool { *s = state; return true }); err != nil {
				t.Fatal(err)
			}
		}
		if hasOwn, err := judge.RenameState(t.Context(), store, "old", "new"); hasOwn != c.hasOwn || err != nil {
			t.Errorf("%s: %t, %v; expected %t", name, hasOwn, err, c.hasOwn)
		}
		got, _ := json.Marshal(states(t, store, "old", "new"))
		if want, _ := json.Marshal([]judge.JourneyState{c.left, c.there}); string(got) != string(want) {
			t.Errorf("%s: got\n%s\nexpected\n%s", name, got, want)
		}
	}
}

// TestForgetState checks that a state with any contents is emptied, and that an empty one is not written.
func TestForgetState(t *testing.T) {
	open := []incident.Incident{{ID: "1", Journey: "old", Kind: incident.Down, State: incident.Open}}
	for n, state := range []judge.JourneyState{{}, {Regions: map[string]judge.RegionState{"eu": {}}}, {Open: open}, {Closed: open}, {Outbox: open}} {
		store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "valkyrie.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		if err := incident.UpdateItem(t.Context(), store, incident.JourneyKey("old"), func(s *judge.JourneyState) bool { *s = state; return true }); err != nil {
			t.Fatal(err)
		}
		before, err := store.Item(t.Context(), incident.JourneyKey("old"))
		if err != nil {
			t.Fatal(err)
		}
		if err := judge.ForgetState(t.Context(), store, "old"); err != nil {
			t.Fatal(err)
		}
		after, err := store.Item(t.Context(), incident.JourneyKey("old"))
		if written := after.Version > before.Version; err != nil || written != (n > 0) {
			t.Errorf("state %d: written %t, %v", n, written, err)
		}
		if got := states(t, store, "old")[0]; !reflect.DeepEqual(got, judge.JourneyState{}) {
			t.Errorf("state %d: %+v is left", n, got)
		}
	}
}
