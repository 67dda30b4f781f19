package demoshop

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPlan(t *testing.T) {
	plan, err := ParsePlan("plan.yaml", []byte(`
- {fault: workers-down, from: 2m, for: 5m}
- {fault: workers-down, from: 6m, for: 3m}
- {fault: cache-down, from: 4m}
`))
	if err != nil {
		t.Fatal(err)
	}
	shop, clock := simulated(t, Config{Plan: plan})
	opened := clock.Now()
	for _, moment := range []struct {
		at   time.Duration
		want []string
	}{
		{time.Minute, []string{}},
		{2 * time.Minute, []string{"workers-down"}},
		{5 * time.Minute, []string{"workers-down", "cache-down"}},
		{8 * time.Minute, []string{"workers-down", "cache-down"}}, // the second outage goes on
		{9 * time.Minute, []string{"cache-down"}},
	} {
		clock.Set(opened.Add(moment.at))
		shop.follow()
		if diff := cmp.Diff(moment.want, shop.ActiveFaults()); diff != "" {
			t.Errorf("after %v (-want +got):\n%s", moment.at, diff)
		}
	}
	setFault(t, shop, "cache-down", false)
	clock.Set(opened.Add(10 * time.Minute))
	if shop.follow(); slices.Contains(shop.ActiveFaults(), "cache-down") {
		t.Error("the plan broke again what a person has repaired")
	}
}

func TestBadPlans(t *testing.T) {
	for text, want := range map[string]string{
		"fault: x":                            "plan.yaml: expected a list of outages, such as\n- {fault: workers-down, from: 2m, for: 5m}",
		"":                                    "plan.yaml: expected a list of outages, such as\n- {fault: workers-down, from: 2m, for: 5m}",
		"- {fault: cache-down, frm: 2m}\n- x": "plan.yaml:1: frm: there is no such field; there are fault, from, for\nplan.yaml:2: expected an outage, such as {fault: workers-down, from: 2m, for: 5m}",
		"- {fault: cache-down, from: soon}":   `plan.yaml:1: from: expected a time such as 90s, 5m or 48h, got "soon"`,
		"- {fault: cache-down, for: -5m}":     `plan.yaml:1: for: expected a time such as 90s, 5m or 48h, got "-5m"`,
	} {
		if _, err := ParsePlan("plan.yaml", []byte(text)); err == nil || err.Error() != want {
			t.Errorf("%q: error %v, want %s", text, err, want)
		}
	}
	if _, err := ParsePlan("plan.yaml", []byte("- {fault: cache-donw}")); err == nil {
		t.Error("an unknown fault is taken")
	}
}

func TestFasterClock(t *testing.T) {
	clock := NewWallClock(3600)
	began, calendar := time.Now(), clock.Now()
	if err := clock.Until(t.Context(), calendar.Add(6*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > time.Minute || clock.Now().Before(calendar.Add(6*time.Minute)) {
		t.Errorf("six minutes on a clock that runs 3600 times as fast took %v", took)
	}
}
