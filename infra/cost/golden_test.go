package cost

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"valkyrie/infra/cloudwatch"
	"valkyrie/infra/suite"
	"valkyrie/probes/journey"
)

// goldenPlans are deployments that differ in one setting each, by name.
func goldenPlans() (names []string, plans []Plan) {
	step := journey.Step{Name: "look"}
	base := func() Plan {
		return Plan{
			Journeys: []JourneyCost{
				{Journey: journey.Journey{Name: "print-card", Secrets: []string{"shop-email", "shop-password"}, Steps: []journey.Step{step, step, step}}, Takes: 8 * time.Second},
				{Journey: journey.Journey{Name: "job-api", Steps: []journey.Step{step}, Every: 5 * time.Minute}, Takes: 700 * time.Millisecond},
			},
			Regions: 3, Standby: true, Every: time.Minute, MemoryMB: 1769, Detail: cloudwatch.Journeys, Failing: 0.001, Calls: 3, Texts: 7,
		}
	}
	for _, c := range []struct {
		name   string
		change func(*Plan)
	}{
		{"three regions with a standby", func(*Plan) {}},
		{"one region", func(p *Plan) { p.Regions, p.Standby = 1, false }},
		{"two regions without a standby", func(p *Plan) { p.Regions, p.Standby = 2, false }},
		{"each fifteen minutes", func(p *Plan) { p.Every = 15 * time.Minute }},
		{"on arm64", func(p *Plan) { p.ARM = true }},
		{"metrics of steps", func(p *Plan) { p.Detail = cloudwatch.Steps }},
		{"Secrets Manager", func(p *Plan) { p.SecretsManager = true }},
		{"traces", func(p *Plan) { p.Traces = true }},
		{"a key of its own", func(p *Plan) { p.Key = true }},
		{"a key, and Secrets Manager", func(p *Plan) { p.Key, p.SecretsManager = true, true }},
		{"a private site", func(p *Plan) { p.Subnets = 2 }},
		{"a private site, with traces", func(p *Plan) { p.Subnets, p.Traces = 3, true }},
		{"a private site from one region", func(p *Plan) { p.Subnets, p.Regions, p.Standby = 2, 1, false }},
		{"everything fails", func(p *Plan) { p.Failing, p.Calls, p.Texts = 1, 1000, 2000 }},
		{"nothing fails", func(p *Plan) { p.Failing, p.Calls, p.Texts = 0, 0, 0 }},
		{"forty journeys", func(p *Plan) {
			for n := range 38 {
				p.Journeys = append(p.Journeys, JourneyCost{Journey: journey.Journey{Name: fmt.Sprint("j", n), Steps: []journey.Step{step, step}}, Takes: 20 * time.Second})
			}
		}},
	} {
		p := base()
		c.change(&p)
		names, plans = append(names, c.name), append(plans, p)
	}
	return names, plans
}

// TestGolden compares whole bills and loads with testdata. TestLinesMatchManualCalculation derives some of the numbers.
func TestGolden(t *testing.T) {
	var b strings.Builder
	names, plans := goldenPlans()
	for n, p := range plans {
		bill, err := Of(p)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "== %s: %.4f USD, of which %.4f are free; as canaries %.2f\n", names[n], bill.Total(), bill.Free(), bill.Synthetics)
		for _, l := range bill.Lines {
			fmt.Fprintf(&b, "%s: %s: %.8f, free %.8f\n", l.What, l.Of, l.USD, l.Free)
		}
		fmt.Fprintf(&b, "%v\n%+v\n%d metrics, %d on the dashboard, %d alarms, %d endpoints, %d steps\n\n", LoadOf(p), LoadOf(p), p.Metrics(), p.DashboardMetrics(), p.Alarms(), p.Endpoints(), p.Steps())
	}
	suite.Golden(t, "testdata/bills.txt", b.String())
}

// TestLimits checks each bound of a plan, at it and beyond, with the whole fault.
func TestLimits(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Plan)
		fault  string
	}{
		"no journeys":         {func(p *Plan) { p.Journeys = nil }, "no journeys: expected at least one"},
		"no regions":          {func(p *Plan) { p.Regions, p.Standby = 0, false }, "regions 0: expected 1 to 10"},
		"ten regions":         {func(p *Plan) { p.Regions = 10 }, ""},
		"eleven regions":      {func(p *Plan) { p.Regions = 11 }, "regions 11: expected 1 to 10"},
		"a standby alone":     {func(p *Plan) { p.Regions = 1 }, "a standby needs a region besides home"},
		"each 59 s":           {func(p *Plan) { p.Every = 59 * time.Second }, "every 59s: expected 1m to 15m, as the template's Cadence"},
		"each 15 min":         {func(p *Plan) { p.Every = 15 * time.Minute }, ""},
		"each 15 min 1 s":     {func(p *Plan) { p.Every = 15*time.Minute + time.Second }, "every 15m1s: expected 1m to 15m, as the template's Cadence"},
		"16 subnets":          {func(p *Plan) { p.Subnets = 16 }, ""},
		"17 subnets":          {func(p *Plan) { p.Subnets = 17 }, "subnets 17: expected 0 to 16, as the template's SubnetIds"},
		"less than none":      {func(p *Plan) { p.Subnets = -1 }, "subnets -1: expected 0 to 16, as the template's SubnetIds"},
		"the least memory":    {func(p *Plan) { p.MemoryMB = 1024 }, ""},
		"less memory":         {func(p *Plan) { p.MemoryMB = 1023 }, "memory 1023 MB: expected 1024 to 10240, as the template's ProbeMemory"},
		"the most memory":     {func(p *Plan) { p.MemoryMB = 10240 }, ""},
		"more memory":         {func(p *Plan) { p.MemoryMB = 10241 }, "memory 10241 MB: expected 1024 to 10240, as the template's ProbeMemory"},
		"a run of no time":    {func(p *Plan) { p.Journeys[0].Takes = 0 }, "a run of print-card takes 0s: expected over 0 and up to 15m"},
		"a run of 15 min":     {func(p *Plan) { p.Journeys[1].Takes = 15 * time.Minute }, ""},
		"a longer run":        {func(p *Plan) { p.Journeys[1].Takes = 15*time.Minute + 1 }, "a run of job-api takes 15m0.000000001s: expected over 0 and up to 15m"},
		"another detail":      {func(p *Plan) { p.Detail = "all" }, `detail "all": expected journeys or steps`},
		"all fail":            {func(p *Plan) { p.Failing = 1 }, ""},
		"more than all fail":  {func(p *Plan) { p.Failing = 1.01 }, "a part of 1.01 that fails: expected 0 to 1"},
		"less than none fail": {func(p *Plan) { p.Failing = -0.01 }, "a part of -0.01 that fails: expected 0 to 1"},
		"calls below 0":       {func(p *Plan) { p.Calls = -1 }, "calls -1, texts 7: expected 0 or more"},
		"texts below 0":       {func(p *Plan) { p.Texts = -1 }, "calls 3, texts -1: expected 0 or more"},
	} {
		_, plans := goldenPlans()
		p := plans[0]
		c.change(&p)
		_, err := Of(p)
		if got := fmt.Sprint(err); (err == nil) != (c.fault == "") || err != nil && got != c.fault {
			t.Errorf("%s: %v; want %s", name, err, c.fault)
		}
	}
}

// TestTakes checks which measured size of memory stands for one that was not measured.
func TestTakes(t *testing.T) {
	m := Measured{OverheadMS: 300, BilledMS: map[Kind]map[int]int64{Browser: {1024: 9000, 1769: 5000, 3008: 4000}, API: {}}}
	for memory, want := range map[int]time.Duration{512: 9 * time.Second, 1023: 9 * time.Second, 1024: 9 * time.Second, 1768: 9 * time.Second, 1769: 5 * time.Second, 3007: 5 * time.Second, 3008: 4 * time.Second, 10240: 4 * time.Second} {
		for range 20 { // sizes come in any order
			if got := m.Takes(Browser, memory); got != want {
				t.Fatalf("%d MB: %v, want %v", memory, got, want)
			}
		}
	}
	if got := m.Takes(API, 1024); got != 0 {
		t.Errorf("what was not measured takes %v", got)
	}
	began := time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC)
	run := journey.Run{Started: began, Steps: []journey.StepResult{{Started: began.Add(time.Second), DurationMS: 2000}, {Started: began.Add(2 * time.Second), DurationMS: 500}, {}}}
	if got := m.Billed(run); got != 3300*time.Millisecond {
		t.Errorf("a run is billed for %v", got)
	}
	if got := m.Billed(journey.Run{Started: began}); got != 300*time.Millisecond {
		t.Errorf("a run without steps is billed for %v", got)
	}
}
