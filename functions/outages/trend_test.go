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

// TestLatencyTrendIsReportedAhead: for each seed of the order numbers, the latency trend is reported ten days before
// customers cannot order any more. The shop, its clock, probe, judge and policy are those of the scenario; only the seed
// differs.
func TestLatencyTrendIsReportedAhead(t *testing.T) {
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
				t.Fatal("there is no scenario named creep")
			}
			creep.Shop.Seed = seed
			var notified, felt time.Time
			for _, v := range ordering(t, creep) {
				if v.Kind == incident.LatencyTrend && len(v.Alarms) > 0 && (notified.IsZero() || v.Alarms[0].At.Before(notified)) {
					notified = v.Alarms[0].At
				}
				if v.Rings() && (felt.IsZero() || v.Since.Before(felt)) {
					felt = v.Since
				}
			}
			t.Logf("notified %s, felt %s", notified.Format(time.DateOnly), felt.Format(time.DateOnly))
			switch {
			case felt.IsZero():
				t.Error("the outage itself did not occur")
			case notified.IsZero():
				t.Error("the latency trend was not reported")
			case felt.Sub(notified) < creep.Want.Ahead:
				t.Errorf("notified %s ahead, want at least %s", days(felt.Sub(notified)), days(creep.Want.Ahead))
			}
		})
	}
}

// ordering probes only the order API, for the length of the scenario, and judges the runs.
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
				Stage:  journey.Stage{Site: &address, Network: directNetwork{shop, clock}},
				Region: region, Every: s.every(), TimeNow: clock.Now,
			}
			replay.Judge(r.Probe(t.Context(), practice.OrderAPI, slot))
		}
	}
	return replay.Verdicts(time.Time{})
}
