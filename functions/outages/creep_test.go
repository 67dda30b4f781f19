package outages

import (
	"fmt"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/replay"
	"valkyrie/infra/suite"
	"valkyrie/probes/demoshop"
	"valkyrie/probes/journey"
	"valkyrie/probes/practice"
)

// TestCreepIsSeenAhead: whatever chance does to the order numbers, the creeping is told ten days before customers cannot
// order any more. The shop and its clock are the scenario's, as are probe, judge and policy; only the seed differs.
func TestCreepIsSeenAhead(t *testing.T) {
	t.Parallel()
	seeds := make([]uint64, 24)
	for i := range seeds {
		seeds[i] = uint64(i) //nolint:gosec // small
	}
	for _, seed := range suite.Pick(t, seeds, 3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			suite.Core(t)
			creep, ok := Find("creep")
			if !ok {
				t.Fatal("there is no creep any more")
			}
			creep.Shop.Seed = seed
			var told, felt time.Time
			for _, v := range ordering(t, creep) {
				if v.Kind == incident.LatencyTrend && len(v.Alarms) > 0 && (told.IsZero() || v.Alarms[0].At.Before(told)) {
					told = v.Alarms[0].At
				}
				if v.Rings() && (felt.IsZero() || v.Since.Before(felt)) {
					felt = v.Since
				}
			}
			t.Logf("told %s, felt %s", told.Format(time.DateOnly), felt.Format(time.DateOnly))
			switch {
			case felt.IsZero():
				t.Error("the outage itself did not come")
			case told.IsZero():
				t.Error("nobody was told of the creeping")
			case felt.Sub(told) < creep.Want.Ahead:
				t.Errorf("told %s ahead; at least %s is right", days(felt.Sub(told)), days(creep.Want.Ahead))
			}
		})
	}
}

// ordering probes nothing but the order API, for as long as the scenario lasts, and judges it.
func ordering(t *testing.T, s Scenario) []replay.Verdict {
	t.Helper()
	clock := demoshop.NewSimulated(s.Begins)
	s.Shop.Clock = clock
	shop, err := demoshop.New(s.Shop)
	if err != nil {
		t.Fatal(err)
	}
	defer shop.Close()
	cfg, err := Policy()
	if err != nil {
		t.Fatal(err)
	}
	replay := replay.New(cfg.Judge, cfg.OnCall, nil)
	for slot := s.Begins; !slot.After(s.Begins.Add(s.Lasts)); slot = slot.Add(s.every()) {
		clock.Set(slot)
		for _, region := range Regions {
			r := journey.Runner{
				Stage:  journey.Stage{Site: &address, Network: inside{shop, clock}},
				Region: region, Every: s.every(), TimeNow: clock.Now,
			}
			replay.Judge(r.Probe(t.Context(), practice.OrderAPI, slot))
		}
	}
	return replay.Verdicts(time.Time{})
}
