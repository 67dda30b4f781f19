package judge_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/message"
	"valkyrie/probes/journey"
)

// ended returns the incident of the first closing.
func ended(t *testing.T, k alertstest.Scenario) incident.Incident {
	t.Helper()
	i := slices.IndexFunc(k.Decisions, func(d judge.Decision) bool { return d.Verb == judge.Resolves })
	if i < 0 {
		t.Fatalf("nothing has ended: %v", k.Changes)
	}
	return k.Decisions[i].Incident
}

// TestForgottenRegionIsNotAllClear: a region that is given up after days without runs is not announced as working.
func TestForgottenRegionIsNotAllClear(t *testing.T) {
	k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	k.Run(alertstest.RunEachMinute(0, "us", journey.Passed))
	for m := range 8 * 24 * 60 {
		k.Run(alertstest.RunEachMinute(m, "eu", journey.Passed))
		if m%5 == 0 {
			k.Watch(float64(m), time.Time{})
		}
	}
	i := ended(t, k)
	words := message.Content{About: []incident.Incident{i}, Now: i.ResolvedAt}.AllClear()
	if i.Ending == incident.Recovered || strings.Contains(words, "all clear") {
		t.Errorf("%v: it ended as %q: %s", k.Changes, i.Ending, words)
	}
}

// TestAllSilentStaysOpen: without any runs for nine days, silence is noticed once and does not end as recovered.
func TestAllSilentStaysOpen(t *testing.T) {
	k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	k.Run(alertstest.RunEachMinute(0, "eu", journey.Passed))
	k.Run(alertstest.RunEachMinute(0, "us", journey.Passed))
	for m := 1; m < 9*24*60; m += 5 {
		k.Watch(float64(m), time.Time{})
	}
	opened := 0
	for _, d := range k.Decisions {
		if d.Verb == judge.Opens {
			opened++
		}
		if d.Verb == judge.Resolves && d.Incident.EndedBy() == incident.Recovered {
			t.Errorf("it ended as recovered without a run: %s", d.Reason)
		}
	}
	if opened != 1 {
		t.Errorf("it was opened %d times: %v", opened, k.Changes)
	}
}

// TestBrokenProbeDoesNotKeepDown: a site that works again from two regions is not down because the third region's Chrome is broken.
func TestBrokenProbeDoesNotKeepDown(t *testing.T) {
	k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	for m := range 300 {
		for _, r := range []string{"eu", "us", "ap"} {
			o := journey.Passed
			switch {
			case m >= 2 && m < 10:
				o = journey.Failed
			case m >= 10 && r == "eu":
				o = journey.Broken
			}
			k.Run(alertstest.RunEachMinute(m, r, o))
		}
	}
	for _, i := range k.State.Open {
		if i.IsFailing() {
			t.Errorf("%v: still open: %s since %s, %q", k.Changes, i.Kind, i.Since.Format("15:04"), i.Reason)
		}
	}
}

// TestOneFailsOneIsBroken: of three regions one is broken and one fails alone; whatever the quorum, that is noticed within ten
// minutes.
func TestOneFailsOneIsBroken(t *testing.T) {
	for _, quorum := range []judge.Quorum{"", "majority", "1"} {
		p := alertstest.ShippedPolicy(t)
		p.Regions = quorum
		k := alertstest.Scenario{Policy: p}
		for m := range 30 {
			k.Run(alertstest.RunEachMinute(m, "ap", journey.Broken))
			k.Run(alertstest.RunEachMinute(m, "us", journey.Passed))
			o := journey.Passed
			if m >= 4 {
				o = journey.Failed
			}
			k.Run(alertstest.RunEachMinute(m, "eu", o))
		}
		found := slices.ContainsFunc(k.State.Open, incident.Incident.IsFailing)
		if !found {
			t.Errorf("regions %q: %v", quorum, k.Changes)
		}
	}
}

// TestTailOfAnOutage: one region that goes on failing after an outage of two is treated as one that fails alone: it does not call.
func TestTailOfAnOutage(t *testing.T) {
	for _, outage := range []bool{true, false} {
		k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
		for m := range 600 {
			for _, r := range []string{"eu", "us", "ap"} {
				o := journey.Passed
				if outage && m >= 2 && m < 10 && r != "ap" || m >= 10 && r == "eu" {
					o = journey.Failed
				}
				k.Run(alertstest.RunEachMinute(m, r, o))
			}
		}
		if len(k.State.Open) != 1 || !k.State.Open[0].Only || strings.Join(k.State.Open[0].Regions, " ") != "eu" {
			t.Errorf("after an outage %v: %v, open %+v", outage, k.Changes, k.State.Open)
		}
	}
}

// TestFailingRegionGoesSilent: the only failing region's silence is no recovery.
func TestFailingRegionGoesSilent(t *testing.T) {
	k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	for m := range 12 {
		if m < 3 {
			k.Run(alertstest.RunEachMinute(m, "eu", journey.Failed))
		}
		k.Run(alertstest.RunEachMinute(m, "us", journey.Passed))
		k.Watch(float64(m), time.Time{})
	}
	for _, d := range k.Decisions {
		if d.Verb == judge.Resolves && d.Incident.IsFailing() && d.Incident.EndedBy() == incident.Recovered {
			t.Errorf("%v: it ended as recovered: %s", k.Changes, d.Reason)
		}
	}
}

// TestUsualOverClockChange: counts that follow the clock on the wall of a zone do not alarm when summer time ends.
func TestUsualOverClockChange(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	p := alertstest.ShippedPolicy(t)
	p.Counts = []judge.CountRule{{Baseline: &judge.Baseline{Name: "orders", Zone: "Europe/Berlin"}}}
	rate := []float64{2, 1, 1, 1, 1, 2, 8, 30, 90, 140, 150, 150, 140, 140, 140, 130, 120, 110, 90, 60, 40, 20, 8, 4}
	var state judge.JourneyState
	from := time.Date(2026, 9, 21, 0, 0, 0, 0, time.UTC)
	for m := 0; m < 60*24*50; m += 5 {
		slot := from.Add(time.Duration(m) * time.Minute)
		r := journey.Run{
			ID: fmt.Sprint(m), Journey: "print-card", Region: "eu", Slot: slot, EveryMS: 300_000, Outcome: journey.Passed,
			Counts: []journey.Count{{Name: "orders", Value: rate[slot.In(berlin).Hour()]}},
		}
		var ds []judge.Decision
		state, ds = judge.Judge(p, state, r, "print a card")
		for _, d := range ds {
			if d.Verb == judge.Opens {
				t.Errorf("%s: %s", slot.Format("2 Jan 15:04"), d.Reason)
			}
		}
	}
}
