package practice_test

import (
	"testing"
	"time"

	"valkyrie/alerts/practice"
	"valkyrie/probes/journey"
)

var journeys = []journey.Journey{
	{Name: "print-card", Steps: []journey.Step{{Name: "sign in", Slow: time.Second, Limit: 8 * time.Second}, {Name: "wait for the PDF", Slow: 4 * time.Second}}},
	{Name: "create-order", Steps: []journey.Step{{Name: "order", Slow: 2 * time.Second, Limit: 8 * time.Second}}},
}

// TestMonth checks that the month is in order, complete except for troubles that suppress runs, as noisy as specified,
// and deterministic.
func TestMonth(t *testing.T) {
	var last time.Time
	runs, failed := 0, 0
	var sum int64
	missing := map[string]int{}
	for r := range practice.Month(journeys) {
		if r.Slot.Before(last) {
			t.Fatalf("%s comes after %s", r.Slot, last)
		}
		last = r.Slot
		runs++
		sum += r.DurationMS
		missing[r.Region]++
		quiet := true
		for _, trouble := range practice.Troubles([]string{"print-card", "create-order"}) {
			// A latency trend alone makes nothing fail.
			quiet = quiet && (trouble.Until.Sub(trouble.From) > 24*time.Hour || r.Slot.Before(trouble.From) || !r.Slot.Before(trouble.Until))
		}
		if quiet && r.Outcome == journey.Failed {
			failed++
		}
	}
	const each = practice.Days * 24 * 60 * 2
	if missing["us-east-1"] != each-2*90 || missing["eu-west-1"] != each || runs != 3*each-2*90 {
		t.Errorf("%d runs, by region %v", runs, missing)
	}
	if rate := float64(failed) / float64(runs); rate < 0.8*practice.FailsByChance || rate > 1.1*practice.FailsByChance {
		t.Errorf("one run in %.0f fails by itself", 1/rate)
	}
	again := int64(0)
	for r := range practice.Month(journeys) {
		again += r.DurationMS
	}
	if sum != again {
		t.Error("the month is another one each time")
	}
}

func TestTroubles(t *testing.T) {
	if practice.Troubles(nil) != nil {
		t.Error("there is trouble without a journey")
	}
	end := practice.Begins().AddDate(0, 0, practice.Days)
	for _, x := range practice.Troubles([]string{"one"}) {
		if x.What == "" || !x.From.Before(x.Until) || x.From.Before(practice.Begins()) || x.Until.After(end) || !x.About("one") {
			t.Errorf("%+v", x)
		}
	}
}
