package regions_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/paging"
	"valkyrie/infra/regions"
	"valkyrie/infra/storetest"
	"valkyrie/probes/journey"
)

// TestHomeThatCannotPage: the home's pager wakes each minute and can send nothing, as its secrets cannot be read. The standby sends
// from the home's table, within the minutes of a home that is silent.
func TestHomeThatCannotPage(t *testing.T) {
	w := newScene(t, nil)
	w.hp.noPhone = true
	w.play(30*min, func(at time.Duration) {
		outcome := journey.Passed
		if at >= 10*min {
			outcome = journey.Failed
		}
		w.all(at, outcome)
	})
	if len(w.calls) != 1 || w.calls[0].from != "standby pager" || w.calls[0].at.Sub(noon) > 16*min {
		t.Errorf("%s", w.history())
	}
}

// TestHomeThatDies: the home's pager dies after its first lines, each minute, so that it takes no incident over.
func TestHomeThatDies(t *testing.T) {
	w := newScene(t, nil)
	w.hp.dead = true
	w.play(30*min, func(at time.Duration) {
		if at%time.Minute == 5*time.Second {
			if err := (regions.Home{Pair: w.pairOf(w.hp), Deps: w.deps(w.hp)}).Turn(w.ctx, w.now); err != nil {
				t.Fatal(err)
			}
		}
		outcome := journey.Passed
		if at >= 10*min {
			outcome = journey.Failed
		}
		w.all(at, outcome)
	})
	if len(w.calls) != 1 || w.calls[0].at.Sub(noon) > 17*min {
		t.Errorf("%s", w.history())
	}
}

// TestHeartbeatAfterTheRound: a home that reports its rounds is silent to the standby once none has worked for three minutes, and the
// reason names what does not work.
func TestHeartbeatAfterTheRound(t *testing.T) {
	broken := errors.New("broken")
	for _, c := range []struct {
		round  regions.Round
		silent bool
		why    string
	}{
		{regions.Round{}, false, "at work"},
		{regions.Round{Phone: broken}, true, "its phone provider takes nothing"},
		{regions.Round{Pages: broken}, true, "cannot write its state"},
		{regions.Round{Phone: broken, Pages: broken}, true, "has been silent"},
	} {
		w := newScene(t, nil)
		home, standby := regions.Home{Pair: w.pairOf(w.hp), Deps: w.deps(w.hp), Heartbeat: new(regions.Heartbeat)}, regions.Standby{Pair: w.pairOf(w.sp), Deps: w.deps(w.sp)}
		var got regions.Assignment
		for m := range 7 {
			round := regions.Round{}
			if m >= 3 {
				round = c.round
			}
			err := errors.Join(home.Turn(w.ctx, w.now), home.Worked(w.ctx, round, w.now))
			var turn error
			if got, turn = standby.Turn(w.ctx, w.now.Add(30*time.Second)); err != nil || turn != nil {
				t.Fatal(err, turn)
			}
			w.now = w.now.Add(time.Minute)
		}
		if (got.Place == paging.StandbyOnHomeTable) != c.silent || !strings.Contains(got.Reason, c.why) {
			t.Errorf("%+v: the standby is %s: %s", c.round, got.Place, got.Reason)
		}
	}
}

// TestBeatOfAWrongClock: the clock of the home's pager is wrong. While the pager works the standby is idle, and when it dies the standby
// pages within minutes, whatever time the last heartbeat has.
func TestBeatOfAWrongClock(t *testing.T) {
	for _, skew := range []time.Duration{-24 * time.Hour, -4 * min, 4 * min, time.Hour, 365 * 24 * time.Hour} {
		w := newScene(t, nil)
		home, standby := regions.Home{Pair: w.pairOf(w.hp), Deps: w.deps(w.hp)}, regions.Standby{Pair: w.pairOf(w.sp), Deps: w.deps(w.sp)}
		took := -1
		for m := range 20 {
			if m < 10 {
				if err := home.Turn(w.ctx, w.now.Add(skew)); err != nil {
					t.Fatal(err)
				}
			}
			got, err := standby.Turn(w.ctx, w.now.Add(30*time.Second))
			if err != nil {
				t.Fatal(err)
			}
			if m > 0 && m < 10 && got.Place != paging.StandbyIdle {
				t.Errorf("%s: minute %d: %s: %s", skew, m, got.Place, got.Reason)
			}
			if got.Place == paging.StandbyOnHomeTable && took < 0 {
				took = m - 10
			}
			w.now = w.now.Add(time.Minute)
		}
		if took < 1 || took > 3 {
			t.Errorf("%s: the standby took over in minute %d after the home's last heartbeat", skew, took)
		}
	}
}

// TestStandbyWithoutItsTable: the standby's own table is gone, and so is the home's pager. The standby pages from the home's table.
func TestStandbyWithoutItsTable(t *testing.T) {
	w := newScene(t, nil)
	w.sp.standby.cut = true
	w.play(25*min, func(at time.Duration) {
		w.hp.dead = at >= 8*min
		outcome := journey.Passed
		if at >= 10*min {
			outcome = journey.Failed
		}
		w.all(at, outcome)
	})
	if len(w.calls) != 1 || w.calls[0].from != "standby pager" {
		t.Errorf("%s", w.history())
	}
}

// TestAwayForAMinute: the home is away for little more than a minute, at any time between the rounds of the pagers, while the site is
// down: the people are called once.
func TestAwayForAMinute(t *testing.T) {
	for from := time.Duration(0); from < 2*time.Minute; from += 5 * time.Second {
		for _, lasts := range []time.Duration{70 * time.Second, 75 * time.Second, 80 * time.Second} {
			w := newScene(t, nil)
			w.play(25*min, func(at time.Duration) {
				away := at >= 9*min+from && at < 9*min+from+lasts
				for _, a := range []*actor{w.hp, w.sp, w.hw, w.sw, w.probes["eu-west-1"], w.probes["eu-central-1"], w.probes["us-east-1"]} {
					a.home.cut = away
				}
				w.hw.dead = away
				outcome := journey.Passed
				if at >= 8*min {
					outcome = journey.Failed
				}
				w.all(at, outcome)
			})
			if len(w.calls) != 1+w.lost {
				t.Errorf("away from %s for %s:\n%s", 9*min+from, lasts, w.history())
			}
		}
	}
}

// TestBadStateStopsOneJourney: a state that cannot be read, at home or at the standby, stops neither the hand-over nor the copying of the
// other journeys.
func TestBadStateStopsOneJourney(t *testing.T) {
	for _, at := range []string{"home", "standby"} {
		w := newScene(t, nil)
		w.names = []string{"bad", "print-card"}
		w.titles["bad"] = "do nothing"
		w.run("eu-west-1", journey.Passed)
		standby := regions.Standby{Pair: w.pairOf(w.sp), Deps: w.deps(w.sp)}
		if _, err := standby.Turn(w.ctx, w.now); err != nil {
			t.Fatal(err)
		}
		table := map[string]incident.Store{"home": w.H, "standby": w.S}[at]
		item, err := table.Item(w.ctx, incident.JourneyKey("bad"))
		if err == nil {
			item.Key, item.Data = incident.JourneyKey("bad"), []byte(`{"regions":7}`)
			err = table.PutItem(w.ctx, item)
		}
		if err != nil {
			t.Fatal(err)
		}
		run := journey.Run{ID: "a", Journey: "print-card", Region: "us-east-1", Slot: noon.Add(min), EveryMS: 60_000, Outcome: journey.Passed}
		if _, err := w.deps(w.sp).Recorder(w.S).Record(w.ctx, run); err != nil {
			t.Fatal(err)
		}
		w.now = w.now.Add(min)
		if got, err := standby.Turn(w.ctx, w.now); err != nil || got.Place != paging.StandbyIdle {
			t.Errorf("%s: %v, %v", at, got, err)
		}
		for name, s := range map[string]incident.Store{"home": w.H, "standby": w.S} {
			if _, known := w.state(s, "print-card").Regions["us-east-1"]; !known {
				t.Errorf("bad state at the %s: the %s lacks the run", at, name)
			}
		}
	}
}

func (w *scene) state(s incident.Store, name string) (state judge.JourneyState) {
	w.t.Helper()
	if _, err := incident.LoadItem(w.ctx, s, incident.JourneyKey(name), &state); err != nil {
		w.t.Fatal(err)
	}
	return state
}

// TestRecreatedTable: the home's table is lost while an incident is open, and an empty one takes its place. The standby keeps nothing of
// the incident, even if the items of the new table reach the versions of the old ones.
func TestRecreatedTable(t *testing.T) {
	for _, minutes := range []int{1, 12} {
		w := newScene(t, nil)
		w.play(10*min, func(at time.Duration) { w.all(at, journey.Failed) })
		if len(w.state(w.S, "print-card").Open) != 1 {
			t.Fatal("the copy has no incident")
		}
		table := storetest.Memory()
		w.H = table
		for _, a := range []*actor{w.hp, w.sp, w.hw, w.sw, w.probes["eu-west-1"], w.probes["eu-central-1"], w.probes["us-east-1"]} {
			a.home.Store = table
		}
		w.play(time.Duration(10+minutes)*min, func(at time.Duration) { w.all(at, journey.Passed) })
		s, route := w.state(w.S, "print-card"), w.route(w.S)
		if len(s.Open) > 0 || len(unresolvedIDs(route)) > 0 {
			t.Errorf("after %d minutes the standby has %d incidents open, %v unresolved", minutes, len(s.Open), unresolvedIDs(route))
		}
	}
}

// TestSwap: home and standby are swapped after two days of runs. The new standby brings the old runs to the new home, oldest first, and
// ends; no one is called.
func TestSwap(t *testing.T) {
	w := newScene(t, nil)
	w.play(10*min, func(at time.Duration) { w.all(at, journey.Passed) })
	old := w.H
	for m := range 2 * 24 * 60 {
		run := journey.Run{ID: fmt.Sprint("old", m), Journey: "print-card", Region: "eu-west-1", Slot: noon.Add(-time.Duration(m+1) * time.Minute), EveryMS: 60_000}
		if err := old.PutRun(w.ctx, run); err != nil {
			t.Fatal(err)
		}
	}
	w.H, w.S = w.S, w.H
	for _, a := range []*actor{w.hp, w.sp, w.hw, w.sw, w.probes["eu-west-1"], w.probes["eu-central-1"], w.probes["us-east-1"]} {
		a.home.Store, a.standby.Store = w.H, w.S
	}
	w.play(20*min, func(at time.Duration) { w.all(at, journey.Passed) })
	runs, err := w.H.Runs(w.ctx, incident.RunQuery{})
	if want := 2*24*60 + 3*20; err != nil || len(runs) != want || len(w.calls) > 0 {
		t.Errorf("the new home has %d runs, want %d; %v\n%s", len(runs), want, err, w.history())
	}
	if s := w.state(w.H, "print-card"); len(s.Copied) > 0 {
		t.Errorf("the new home expects no runs from %v", s.Copied)
	}
	var c struct {
		Bringing bool `json:"bringing"`
	}
	item, err := w.S.Item(w.ctx, "STANDBY#copy")
	if err = errors.Join(err, json.Unmarshal(item.Data, &c)); err != nil || c.Bringing {
		t.Errorf("the hand-over goes on: %v, %s", err, item.Data)
	}
}

// refusing is a table that takes no runs.
type refusing struct{ incident.Store }

func (refusing) PutRun(context.Context, journey.Run) error { return errors.New("throttled") }

// TestHandOverWithoutProgress: a hand-over that makes no progress for ten turns is an error, which names how far it came; states are
// copied all the same, and when the home takes runs again it ends.
func TestHandOverWithoutProgress(t *testing.T) {
	w := newScene(t, nil)
	w.run("eu-west-1", journey.Passed)
	pair := w.pairOf(w.sp)
	pair.Home = refusing{w.H}
	turn := func() error {
		w.now = w.now.Add(min)
		_, err := regions.Standby{Pair: pair, Deps: w.deps(w.sp)}.Turn(w.ctx, w.now)
		return err
	}
	if err := turn(); err != nil {
		t.Fatal(err)
	}
	if _, err := w.deps(w.sp).Recorder(w.S).Record(w.ctx, journey.Run{ID: "a", Journey: "print-card", Region: "us-east-1", Slot: w.now, EveryMS: 60_000}); err != nil {
		t.Fatal(err)
	}
	for n := range 13 { // the first one brings all that is older
		err := turn()
		if (err != nil) != (n >= 10) || err != nil && !strings.Contains(err.Error(), "no progress in "+fmt.Sprint(n)+" turns") {
			t.Errorf("turn %d: %v", n, err)
		}
	}
	w.run("eu-west-1", journey.Passed)
	pair.Home = w.H
	if err := turn(); err != nil {
		t.Error(err)
	}
	if s := w.state(w.S, "print-card").Regions["eu-west-1"]; !s.Slot.Equal(w.now.Add(-min)) {
		t.Errorf("the copy is of %s", s.Slot)
	}
	if runs, err := w.H.Runs(w.ctx, incident.RunQuery{}); err != nil || len(runs) != 3 {
		t.Errorf("the home has %d runs, %v", len(runs), err)
	}
}

// TestStandbyAloneIsBlind: a standby that alone cannot see the home for three hours calls about no missing runs, and texts once.
func TestStandbyAloneIsBlind(t *testing.T) {
	w := newScene(t, nil)
	w.play(200*min, func(at time.Duration) {
		cut := at >= 5*min && at < 185*min
		w.sp.home.cut, w.sw.home.cut = cut, cut
		w.all(at, journey.Passed)
	})
	if len(w.calls) != 0 || len(w.texts) != 1 || !strings.Contains(w.texts[0], "has not seen the home region since 12:04 UTC") {
		t.Errorf("%s", w.history())
	}
}
