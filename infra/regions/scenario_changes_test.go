package regions_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"valkyrie/alerts/config"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/paging"
	"valkyrie/infra/regions"
	"valkyrie/infra/storetest"
	"valkyrie/probes/journey"
)

func withRotations(c *config.Config) {
	cfg, err := config.Parse("x", []byte(`
judge: {}
on_call:
  people:
    - {name: Ada, phone: "+12025550143"}
    - {name: Grace, phone: "+12025550187"}
  rotations:
    - {name: primary, zone: Europe/Berlin, every: week, hand_over: "Monday 09:00", start: 2026-11-02, people: [Ada, Grace]}
  escalation: [primary]
phone: {from: "+12025550100"}
`), nil)
	if err != nil {
		panic(err)
	}
	*c = cfg
}

func graceAtNight(t *testing.T, from time.Time) oncall.Override {
	t.Helper()
	cfg, err := config.Parse("x", []byte(`
judge: {}
on_call:
  people:
    - {name: Ada, phone: "+12025550143"}
    - {name: Grace, phone: "+12025550187"}
  rotations:
    - {name: primary, zone: Europe/Berlin, every: week, hand_over: "Monday 09:00", start: 2026-11-02, people: [Ada, Grace]}
  overrides:
    - {rotation: primary, who: Grace, from: 2026-11-03 13:00, to: 2026-11-04 09:00}
  escalation: [primary]
phone: {from: "+12025550100"}
`), nil)
	if err != nil {
		t.Fatal(err)
	}
	return cfg.OnCall.Overrides[0]
}

// TestStandbyKeepsSettings: a copy that stops in the middle, whatever the reason, makes no later hand-over delete an override or a mute
// that was just made at home.
func TestStandbyKeepsSettings(t *testing.T) {
	for _, fault := range []string{"none", "the standby's table does not take the route", "another writer changes the standby's route meanwhile"} {
		t.Run(fault, func(t *testing.T) {
			w := newScene(t, withRotations)
			turn := func() {
				_, err := regions.Standby{Pair: w.pairOf(w.sp), Deps: w.deps(w.sp)}.Turn(w.ctx, w.clock(w.sp))
				if err != nil {
					t.Log("turn:", err)
				}
			}
			if err := paging.PutRelease(w.ctx, w.H, incident.Release{Name: "v1", At: w.now}); err != nil {
				t.Fatal(err)
			}
			w.run("eu-west-1", journey.Passed)
			turn()
			if err := paging.PutOverride(w.ctx, w.H, w.cfg.OnCall, graceAtNight(t, w.now), w.now); err != nil {
				t.Fatal(err)
			}
			if _, err := paging.PutMute(w.ctx, w.H, incident.Mute{Journey: "print-card", By: "Ada", Until: w.now.Add(2 * time.Hour)}, w.now); err != nil {
				t.Fatal(err)
			}
			w.now = w.now.Add(time.Minute)
			w.run("eu-west-1", journey.Passed)
			if fault != "none" {
				w.sp.standby.puts = func(key string) error {
					if key != "ROUTE#default" {
						return nil
					}
					if fault[:3] == "the" {
						return errors.New("throttled")
					}
					w.sp.standby.puts = nil
					return paging.PutRelease(w.ctx, w.S, incident.Release{Name: "v2", At: w.now})
				}
			}
			turn()
			w.sp.standby.puts = nil
			for range 3 {
				w.now = w.now.Add(time.Minute)
				w.run("eu-west-1", journey.Passed)
				turn()
			}
			if m := w.route(w.H).Mutes; len(m) != 1 {
				t.Errorf("the home has %d mutes, want Ada's", len(m))
			}
			if o := w.route(w.H).Overrides; len(o) != 1 {
				t.Errorf("the home has %d overrides, want Ada's: %s has the duty", len(o), w.cfg.OnCall.With(o).EscalationAt(w.now.Add(3 * time.Hour))[0].Person.Name)
			}
		})
	}
}

// TestTwoTurnsKeepSettings: nor do two turns of the standby's pager at once, the minute's and a poke's.
func TestTwoTurnsKeepSettings(t *testing.T) {
	w := newScene(t, withRotations)
	turnAs := func(a *actor) {
		if _, err := (regions.Standby{Pair: w.pairOf(a), Deps: w.deps(a)}).Turn(w.ctx, w.clock(a)); err != nil {
			t.Log("turn:", err)
		}
	}
	if err := paging.PutRelease(w.ctx, w.H, incident.Release{Name: "v1", At: w.now}); err != nil {
		t.Fatal(err)
	}
	w.run("eu-west-1", journey.Passed)
	turnAs(w.sp)
	w.now = w.now.Add(time.Minute)
	w.run("eu-west-1", journey.Passed)
	if err := paging.PutRelease(w.ctx, w.H, incident.Release{Name: "v2", At: w.now}); err != nil {
		t.Fatal(err)
	}
	// The slow pager reads the standby's items; before it reads the home's, the other one has a whole turn, and Ada adds an override.
	other := w.actor("standby pager 2")
	slow := w.actor("standby pager 1")
	first := true
	slow.home.Store = hookedStore{w.H, func() {
		if !first {
			return
		}
		first = false
		turnAs(other)
		if err := paging.PutOverride(w.ctx, w.H, w.cfg.OnCall, graceAtNight(t, w.now), w.now); err != nil {
			t.Fatal(err)
		}
	}}
	turnAs(slow)
	// A run arrives at the standby, as its path to the home is cut for a moment.
	w.probes["us-east-1"].home.cut = true
	w.now = w.now.Add(30 * time.Second)
	w.run("us-east-1", journey.Passed)
	w.probes["us-east-1"].home.cut = false
	w.now = w.now.Add(30 * time.Second)
	turnAs(w.sp)
	if o := w.route(w.H).Overrides; len(o) != 1 {
		t.Errorf("the home has %d overrides, want Ada's", len(o))
	}
}

// A hookedStore calls before when the home's heartbeat is read.
type hookedStore struct {
	incident.Store
	before func()
}

func (h hookedStore) Item(ctx context.Context, key string) (incident.Item, error) {
	if key == "PAGER#home" {
		h.before()
	}
	return h.Store.Item(ctx, key)
}

// TestSettingsAreHandedOverOnce: an override, a mute and a release that were made at the standby reach the home, and the override counts for
// the call that the hand-over itself causes. Handing over again, as the copy failed, brings back no setting that was ended at home meanwhile.
func TestSettingsAreHandedOverOnce(t *testing.T) {
	w := newScene(t, withRotations)
	w.run("eu-west-1", journey.Passed)
	if err := paging.PutRelease(w.ctx, w.H, incident.Release{Name: "v1", At: w.now}); err != nil {
		t.Fatal(err)
	}
	turn := func() {
		w.now = w.now.Add(time.Minute)
		if _, err := (regions.Standby{Pair: w.pairOf(w.sp), Deps: w.deps(w.sp)}).Turn(w.ctx, w.now); err != nil {
			t.Fatal(err)
		}
	}
	turn()
	grace := graceAtNight(t, w.now)
	_, muted := paging.PutMute(w.ctx, w.S, incident.Mute{Journey: "other", By: "Ada", Until: w.now.Add(5 * time.Hour)}, w.now)
	err := errors.Join(muted, paging.PutOverride(w.ctx, w.S, w.cfg.OnCall, grace, w.now), paging.PutRelease(w.ctx, w.S, incident.Release{Name: "v2", At: w.now}))
	if err != nil {
		t.Fatal(err)
	}
	w.now = noon.Add(2 * time.Hour) // the night of the override
	bad := incident.Incident{ID: "print-card/down/1", Journey: "print-card", Kind: incident.Down, State: incident.Open, Since: w.now, Opened: w.now, Runs: 2}
	if err := incident.UpdateItem(w.ctx, w.S, incident.NotificationKey, func(r *paging.NotificationState) bool { r.Incidents = append(r.Incidents, bad); return true }); err != nil {
		t.Fatal(err)
	}
	w.sp.standby.puts = func(key string) error { // the copy fails
		if key == incident.NotificationKey {
			return errors.New("throttled")
		}
		return nil
	}
	turn()
	r := w.route(w.H)
	if len(r.Overrides) != 1 || len(r.Mutes) != 1 || len(r.Releases) != 2 {
		t.Errorf("the home has %d overrides, %d mutes, %d releases", len(r.Overrides), len(r.Mutes), len(r.Releases))
	}
	for _, p := range r.Pages {
		if p.Person != "Grace" {
			t.Errorf("%s to %s was planned, who handed over to Grace", p.Channel, p.Person)
		}
	}
	if len(r.Pages) == 0 {
		t.Error("no page was planned")
	}
	if _, found, err := paging.DropOverride(w.ctx, w.H, w.cfg.OnCall, "primary", w.now); err != nil || !found {
		t.Fatal(found, err)
	}
	if _, err := paging.PutMute(w.ctx, w.H, incident.Mute{Journey: "other", By: "Ada", Until: w.now}, w.now); err != nil {
		t.Fatal(err)
	}
	turn()
	if r := w.route(w.H); len(r.Overrides) > 0 || len(r.Mutes) > 0 {
		t.Errorf("handed over again: %d overrides and %d mutes are back", len(r.Overrides), len(r.Mutes))
	}
}

// TestStandbyWebhook: the standby's pager stores the address of its webhook at home, once and when it changes, and again in a new table.
func TestStandbyWebhook(t *testing.T) {
	w := newScene(t, nil)
	for n, c := range []struct {
		address string
		version int64
	}{{"", 0}, {"https://a.example.com", 1}, {"https://a.example.com", 1}, {"https://b.example.com", 2}, {"https://b.example.com", 2}} {
		standby := regions.Standby{Pair: w.pairOf(w.sp), Deps: w.deps(w.sp), Webhook: c.address}
		if _, err := standby.Turn(w.ctx, w.now); err != nil {
			t.Fatal(err)
		}
		w.now = w.now.Add(time.Minute)
		got, err := regions.StandbyWebhook(w.ctx, w.H)
		if item, _ := w.H.Item(w.ctx, "STANDBY#webhook"); err != nil || got != c.address || item.Version != c.version {
			t.Errorf("turn %d: %q in version %d, %v", n, got, item.Version, err)
		}
	}
	w.H = storetest.Memory()
	w.sp.home.Store = w.H
	if _, err := (regions.Standby{Pair: w.pairOf(w.sp), Deps: w.deps(w.sp), Webhook: "https://b.example.com"}).Turn(w.ctx, w.now); err != nil {
		t.Fatal(err)
	}
	if got, err := regions.StandbyWebhook(w.ctx, w.H); err != nil || got != "https://b.example.com" {
		t.Errorf("in a new table: %q, %v", got, err)
	}
}
