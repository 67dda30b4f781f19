package paging_test

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/infra/sqlite"
)

// setState stores a state of the pager.
func setState(t *testing.T, items incident.Items, state paging.NotificationState) {
	t.Helper()
	if err := incident.UpdateItem(t.Context(), items, incident.NotificationKey, func(r *paging.NotificationState) bool { *r = state; return true }); err != nil {
		t.Fatal(err)
	}
}

func named(id, journey string, state incident.IncidentState) incident.Incident {
	return incident.Incident{ID: id, Journey: journey, Kind: incident.Down, State: state, Rev: 3, Runs: 7}
}

// TestRenameJourney checks that each place of the state has the journey's new name, that others stay, and that no failed request is
// lost.
func TestRenameJourney(t *testing.T) {
	before := paging.NotificationState{
		Incidents: []incident.Incident{named("1", "other", incident.Open), named("2", "old", incident.Open), named("3", "old", incident.Resolved), named("4", "old", incident.Open)},
		Mutes:     []incident.Mute{{Journey: "other"}, {Journey: "old"}, {}},
		Windows:   []incident.ActiveMaintenance{{}, {Journeys: []string{"other", "old"}}},
		Releases:  []incident.Release{{Name: "v1"}, {Name: "v2", Journeys: []string{"old", "other"}}},
	}
	renamed := func(id string, state incident.IncidentState) incident.Incident {
		i := named(id, "new", state)
		i.Rev = 4
		return i
	}
	after := paging.NotificationState{
		Incidents: []incident.Incident{named("1", "other", incident.Open), renamed("2", incident.Open), renamed("3", incident.Resolved), renamed("4", incident.Open)},
		Mutes:     []incident.Mute{{Journey: "other"}, {Journey: "new"}, {}},
		Windows:   []incident.ActiveMaintenance{{}, {Journeys: []string{"other", "new"}}},
		Releases:  []incident.Release{{Name: "v1"}, {Name: "v2", Journeys: []string{"new", "other"}}},
	}
	for fail := 0; fail <= 2; fail++ {
		store := newMemory()
		setState(t, store, before)
		store.n, store.fail = 0, fail
		open, err := paging.RenameJourney(t.Context(), store, "old", "new")
		want := after
		if fail > 0 {
			want = before
		}
		if errors.Is(err, errDisk) != (fail > 0) || fail == 0 && open != 2 {
			t.Errorf("request %d fails: %d open, %v", fail, open, err)
		}
		got, _ := json.Marshal(store.state(t))
		if expected, _ := json.Marshal(want); string(got) != string(expected) {
			t.Errorf("request %d fails: %s\nexpected %s", fail, got, expected)
		}
	}
	for name, state := range map[string]paging.NotificationState{
		"a mute": {Mutes: before.Mutes[1:2]}, "a window": {Windows: before.Windows}, "a release": {Releases: before.Releases}, "an incident": {Incidents: before.Incidents[2:3]}, "": {Mutes: before.Mutes[:1]},
	} {
		store := newMemory()
		setState(t, store, state)
		version := store.items[incident.NotificationKey].Version
		if open, err := paging.RenameJourney(t.Context(), store, "old", "new"); open != 0 || err != nil {
			t.Errorf("%s: %d open, %v", name, open, err)
		}
		if written := store.items[incident.NotificationKey].Version > version; written != (name != "") {
			t.Errorf("%s: written %t", name, written)
		}
	}
}

// TestEndWatch checks that the journey's open incidents end, also in the history, that its mutes are dropped, and that other journeys and
// drills stay.
func TestEndWatch(t *testing.T) {
	drill := named("5", "old", incident.Open)
	drill.Kind = incident.Drilled
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "valkyrie.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	setState(t, store, paging.NotificationState{
		Incidents: []incident.Incident{named("1", "other", incident.Open), named("2", "old", incident.Open), named("3", "old", incident.Resolved), drill},
		Mutes:     []incident.Mute{{Journey: "other"}, {Journey: "old"}, {}},
	})
	ended, err := paging.EndWatch(t.Context(), store, "old", minutes(9))
	if err != nil || len(ended) != 1 {
		t.Fatalf("%+v, %v", ended, err)
	}
	if i := ended[0]; i.ID != "2" || i.State != incident.Resolved || i.Ending != incident.Unwatched || !i.ResolvedAt.Equal(minutes(9)) || i.Runs != 7 || i.Rev != 4 || i.Closing != "old is not among the journeys any more; its state is unknown" {
		t.Errorf("%+v", i)
	}
	state := func() (r paging.NotificationState, version int64) {
		item, err := store.Item(t.Context(), incident.NotificationKey)
		if err == nil {
			err = json.Unmarshal(item.Data, &r)
		}
		if err != nil {
			t.Fatal(err)
		}
		return r, item.Version
	}
	r, version := state()
	var states []string
	for _, i := range r.Incidents {
		states = append(states, i.ID+" "+string(i.State))
	}
	if got, _ := json.Marshal(states); string(got) != `["1 open","2 resolved","3 resolved","5 open"]` {
		t.Errorf("%s", got)
	}
	if len(r.Mutes) != 2 || r.Mutes[0].Journey != "other" || r.Mutes[1].Journey != "" {
		t.Errorf("mutes %+v", r.Mutes)
	}
	history, err := store.Incidents(t.Context(), time.Time{})
	if err != nil || len(history) != 1 || history[0].ID != "2" || history[0].State != incident.Resolved {
		t.Errorf("history %+v, %v", history, err)
	}
	if ended, err := paging.EndWatch(t.Context(), store, "old", minutes(10)); err != nil || len(ended) != 0 {
		t.Errorf("again: %+v, %v", ended, err)
	}
	if _, again := state(); again != version {
		t.Error("a state without changes was written")
	}
	setState(t, store, paging.NotificationState{Mutes: []incident.Mute{{Journey: "old"}}})
	if _, err := paging.EndWatch(t.Context(), store, "old", minutes(11)); err != nil {
		t.Error(err)
	}
	if r, _ := state(); len(r.Mutes) != 0 {
		t.Error("a mute without incidents is left")
	}
}
