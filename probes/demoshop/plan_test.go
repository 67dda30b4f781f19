package demoshop

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
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
		shop.applyPlan()
		if diff := cmp.Diff(moment.want, shop.ActiveFaults()); diff != "" {
			t.Errorf("after %v (-want +got):\n%s", moment.at, diff)
		}
	}
	setFault(t, shop, "cache-down", false)
	clock.Set(opened.Add(10 * time.Minute))
	if shop.applyPlan(); slices.Contains(shop.ActiveFaults(), "cache-down") {
		t.Error("the plan broke again what a person has repaired")
	}
}

// TestBadPlans checks that all errors are reported at once, with line, field and cure.
func TestBadPlans(t *testing.T) {
	known := "there are " + strings.Join(faultNames(), ", ")
	for text, want := range map[string]string{
		"fault: x":                            "plan.yaml: expected a list of outages, such as\n- {fault: workers-down, from: 2m, for: 5m}",
		"":                                    "plan.yaml: expected a list of outages, such as\n- {fault: workers-down, from: 2m, for: 5m}",
		"[]":                                  "plan.yaml: expected a list of outages, such as\n- {fault: workers-down, from: 2m, for: 5m}",
		"- {fault: cache-down, frm: 2m}\n- x": "plan.yaml:1: frm: there is no such field, did you mean \"from\"?; there are fault, from, for\nplan.yaml:2: expected an outage, such as {fault: workers-down, from: 2m, for: 5m}",
		"- {fault: cache-down, from: soon}":   `plan.yaml:1: from: expected a time such as 90s, 5m, 48h or 2d, got "soon"`,
		"- fault: cache-down\n  for: -5m":     `plan.yaml:2: for: expected a time such as 90s, 5m, 48h or 2d, got "-5m"`,
		"- {fault: cache-down, from: 9999d}":  `plan.yaml:1: from: expected a time such as 90s, 5m, 48h or 2d, got "9999d"`,
		"- {fault: cache-down, from: [1m]}":   `plan.yaml:1: from: expected a time such as 90s, 5m, 48h or 2d, got ""`,
		"- {fault: cache-down, for: 0s}":      `plan.yaml:1: for: expected a time over 0, got "0s"; leave it out for an outage that stays`,
		"- {from: 1m}":                        "plan.yaml:1: fault: expected the name of a fault, got nothing; " + known,
		"- {fault: cache-down, fault: x}":     "plan.yaml:1: fault: it is there twice; an outage that comes again is an entry of its own",
		"- {fault: cache-down}\n---\n- x":     "plan.yaml:2: expected the end of the file, got a second document; put all outages into one list",
	} {
		plan, err := ParsePlan("plan.yaml", []byte(text))
		if err == nil || err.Error() != want {
			t.Errorf("%q: error %v, want %s", text, err, want)
		}
		if plan != nil {
			t.Errorf("%q: half a plan, %v, beside an error", text, plan)
		}
	}
	if _, err := ParsePlan("plan.yaml", []byte("- {fault: cache-donw}")); err == nil || !strings.Contains(err.Error(), `plan.yaml:1: fault: unknown fault "cache-donw", did you mean "cache-down"?`) {
		t.Errorf("an unknown fault: %v", err)
	}
}

// TestPlanInDays checks durations in days.
func TestPlanInDays(t *testing.T) {
	plan, err := ParsePlan("plan.yaml", []byte("- {fault: intermittent, from: 1d, for: 36h}"))
	if want := (Plan{{"intermittent", 24 * time.Hour, 36 * time.Hour}}); err != nil || !slices.Equal(plan, want) {
		t.Errorf("%v, error %v, want %v", plan, err, want)
	}
}

// TestPlanCatchesUp checks that an outage which started and ended between two requests is played, and that late switches
// happen in order.
func TestPlanCatchesUp(t *testing.T) {
	var told []string
	shop, clock := simulated(t, Config{
		Plan: Plan{{"workers-down", time.Hour, time.Hour}, {"preview-down", 90 * time.Minute, 0}, {"workers-down", 3 * time.Hour, time.Hour}},
		Switched: func(_ time.Time, fault string, on bool) {
			told = append(told, map[bool]string{true: "+", false: "-"}[on]+fault)
		},
	})
	clock.Set(clock.Now().Add(5 * time.Hour))
	shop.applyPlan()
	if diff := cmp.Diff([]string{"+workers-down", "+preview-down", "-workers-down", "+workers-down", "-workers-down"}, told); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestFollow applies a plan without visitors, and ends with the plan or its context.
func TestFollow(t *testing.T) {
	shop, clock := simulated(t, Config{Plan: Plan{{"cache-down", time.Hour, time.Hour}, {"preview-down", 90 * time.Minute, 0}}})
	opened := clock.Now()
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if shop.Follow(stopped); len(shop.ActiveFaults()) > 0 {
		t.Errorf("it goes on after it was told to end: %v", shop.ActiveFaults())
	}
	shop.Follow(t.Context())
	if diff := cmp.Diff([]string{"preview-down"}, shop.ActiveFaults()); diff != "" || !clock.Now().Equal(opened.Add(2*time.Hour)) {
		t.Errorf("at %v (-want +got):\n%s", clock.Now().Sub(opened), diff)
	}
}

func TestFasterClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := NewWallClock(3600)
		began, calendar := time.Now(), clock.Now()
		if err := clock.Until(t.Context(), calendar.Add(6*time.Minute)); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took != 100*time.Millisecond || clock.Now().Before(calendar.Add(6*time.Minute)) {
			t.Errorf("six minutes on a clock that runs 3600 times as fast took %v, want 100 ms", took)
		}
	})
}
