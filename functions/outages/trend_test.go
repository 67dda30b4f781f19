package outages

import (
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/replay"
	"valkyrie/infra/suite"
	"valkyrie/probes/demoshop"
	"valkyrie/probes/journey"
	"valkyrie/probes/practice"
)

// TestLatencyTrendIsReportedAhead: for nearly every seed of the order numbers, the latency trend is reported ten days before customers
// cannot order any more, and for every one before they feel it. The shop, its clock, probe, judge and policy are those of the
// scenario; only the seed differs. A seed may be unlucky in two ways: customers meet a rare long search early, or the numbers happen
// to last until the scenario ends.
func TestLatencyTrendIsReportedAhead(t *testing.T) {
	t.Parallel()
	suite.Core(t)
	const seeds, mostLate, mostNotFelt = 24, 3, 1
	creep, ok := Find("creep")
	if !ok {
		t.Fatal("there is no scenario named creep")
	}
	late, notFelt := 0, 0
	for seed := range uint64(seeds) {
		creep.Shop.Seed = seed
		var notified, felt time.Time
		for _, v := range ordering(t, creep) {
			if v.Kind == incident.LatencyTrend && len(v.Alarms) > 0 && (notified.IsZero() || v.Alarms[0].At.Before(notified)) {
				notified = v.Alarms[0].At
			}
			if (v.Rings() || v.Calmed) && (felt.IsZero() || v.Since.Before(felt)) {
				felt = v.Since
			}
		}
		t.Logf("seed %d: notified %s, felt %s", seed, notified.Format(time.DateOnly), felt.Format(time.DateOnly))
		switch {
		case notified.IsZero():
			t.Errorf("seed %d: the latency trend was not reported", seed)
		case felt.IsZero():
			notFelt++
		case felt.Sub(notified) < creep.Want.Ahead/2:
			t.Errorf("seed %d: notified %s ahead, want at least %s", seed, days(felt.Sub(notified)), days(creep.Want.Ahead/2))
		case felt.Sub(notified) < creep.Want.Ahead:
			late++
		}
	}
	if late > mostLate || notFelt > mostNotFelt {
		t.Errorf("of %d seeds, %d are notified less than %s ahead and %d are not felt; at most %d and %d may be", seeds, late, days(creep.Want.Ahead), notFelt, mostLate, mostNotFelt)
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
