package cost_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"valkyrie/infra/cloudwatch"
	"valkyrie/infra/cost"
	"valkyrie/probes/journey"
)

// twoJourneys returns a deployment of two journeys with five steps in total.
func twoJourneys() cost.Plan {
	step := journey.Step{Name: "look"}
	return cost.Plan{
		Journeys: []cost.JourneyCost{
			{Journey: journey.Journey{Name: "print-card", Steps: []journey.Step{step, step, step}}, Takes: 8 * time.Second},
			{Journey: journey.Journey{Name: "create-order", Steps: []journey.Step{step, step}, Cleanup: []journey.Step{step}}, Takes: 8 * time.Second},
		},
		Regions: 3, Standby: true, Every: time.Minute, MemoryMB: 1536, Detail: cloudwatch.Journeys, Failing: 0.001, Calls: 10, Texts: 100,
	}
}

// TestLinesMatchManualCalculation compares the lines with a manual calculation. 2 journeys x 3 regions x 43,200 minutes are
// 259,200 runs, and two pagers make 86,400 rounds.
func TestLinesMatchManualCalculation(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*cost.Plan)
		want   map[string]float64 // by line
	}{
		"each minute from three regions": {func(*cost.Plan) {}, map[string]float64{
			"probes, x86_64": 51.84,                                            // 259,200 x 1.5 GB x 8 s = 3,110,400 GB-s
			"pager":          0.072,                                            // 86,400 x 0.25 GB x 0.2 s = 4,320 GB-s
			"invocations":    0.06912,                                          // 345,600
			"schedules":      0.3456,                                           // 345,600
			"table":          (1_036_800+172_800)*0.625e-6 + 1_080_000*.125e-6, // 4 writes and 1.5 reads a run, 2 and 8 a round
			"history":        259_200 * 3 * 2 / 1048576.0 * 0.45,               // 777,600 runs of 2 KB in 90 days
			"metrics":        9.6,                                              // 2 x 3 x 4 of the journeys, 2 x 4 of the pagers: 32
			"alarms":         2.5,                                              // 3 x 5 and 2 x 5
			"dashboards":     9,
			"evidence":       259.2*8*0.005e-3 + 259.2*1.5/1024*0.023,
			"phone":          1.15 + 0.14 + 1.13,
		}},
		"each five minutes": {func(d *cost.Plan) { d.Every = 5 * time.Minute }, map[string]float64{
			"probes, x86_64": 10.368, "invocations": (51_840 + 86_400) * 0.2e-6, "metrics": 9.6,
		}},
		"on arm64": {func(d *cost.Plan) { d.ARM = true }, map[string]float64{"probes, arm64": 3_110_400 * 0.0000133334}},
		"one region": {func(d *cost.Plan) { d.Regions, d.Standby = 1, false }, map[string]float64{
			"probes, x86_64": 17.28, "pager": 0.036, "metrics": (8 + 4) * 0.3, "alarms": 1, "dashboards": 3,
		}},
		"one more journey, each hour": {func(d *cost.Plan) {
			d.Journeys = append(d.Journeys, cost.JourneyCost{Journey: journey.Journey{Name: "sweep", Every: time.Hour}, Takes: 2 * time.Second})
		}, map[string]float64{
			"probes, x86_64": 51.84 + 720*3*1.5*2*0.0000166667, // 720 hours from 3 regions
			"metrics":        9.6 + 4*3*0.3,
		}},
		"metrics of the steps": {func(d *cost.Plan) { d.Detail = cloudwatch.Steps }, map[string]float64{
			"metrics": (32 + 5*3*2) * 0.3, // two of each of the five steps in each region
		}},
	} {
		d := twoJourneys()
		c.change(&d)
		bill, err := cost.Of(d)
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, l := range bill.Lines {
			want, ok := c.want[l.What]
			if !ok {
				continue
			}
			found++
			if math.Abs(l.USD-want) > 0.001 {
				t.Errorf("%s: %s (%s) costs %.4f, want %.4f", name, l.What, l.Of, l.USD, want)
			}
		}
		if found != len(c.want) {
			t.Errorf("%s: %d of %d lines were found", name, found, len(c.want))
		}
	}
}

// TestSynthetics checks the price of 259,200 canary runs at 0.0012, and of a fifth of them.
func TestSynthetics(t *testing.T) {
	for every, want := range map[time.Duration]float64{time.Minute: 311.04, 5 * time.Minute: 62.208} {
		d := twoJourneys()
		d.Every = every
		if bill, err := cost.Of(d); err != nil || math.Abs(bill.Synthetics-want) > 0.001 {
			t.Errorf("every %v: %v, %v; want %v", every, bill.Synthetics, err, want)
		}
	}
}

// TestFree checks that the free part is at most the usage and at most the free tier.
func TestFree(t *testing.T) {
	bill, err := cost.Of(twoJourneys())
	if err != nil {
		t.Fatal(err)
	}
	free := map[string]float64{}
	sum := 0.0
	for _, l := range bill.Lines {
		free[l.What] = l.Free
		sum += l.USD
		if l.Free < 0 || l.Free > l.USD+1e-9 {
			t.Errorf("%s: %.4f of %.4f is free", l.What, l.Free, l.USD)
		}
	}
	for what, want := range map[string]float64{"probes, x86_64": 400_000 * 0.0000166667, "invocations": 0.06912, "metrics": 3, "alarms": 1, "dashboards": 9, "phone": 0} {
		if math.Abs(free[what]-want) > 0.001 {
			t.Errorf("%s: %.4f is free, want %.4f", what, free[what], want)
		}
	}
	if math.Abs(sum-bill.Total()) > 1e-9 || bill.Free() >= bill.Total() {
		t.Errorf("total %v, free %v; the lines have %v", bill.Total(), bill.Free(), sum)
	}
}

// TestLogs checks the size of a run's log lines, about a kilobyte including Lambda's, and that lines of steps cost more.
func TestLogs(t *testing.T) {
	logsUSD := func(d cost.Plan) float64 {
		bill, err := cost.Of(d)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range bill.Lines {
			if l.What == "logs" {
				return l.USD
			}
		}
		return 0
	}
	d := twoJourneys()
	journeys := logsUSD(d)
	d.Detail = cloudwatch.Steps
	if steps := logsUSD(d); journeys < 0.1 || journeys > 1 || steps < 1.5*journeys {
		t.Errorf("logs cost %.3f, and with steps %.3f", journeys, steps)
	}
}

func TestValidateReportsAllFaults(t *testing.T) {
	d := cost.Plan{Journeys: []cost.JourneyCost{{}}, Regions: 9, Every: time.Second, MemoryMB: 1, Detail: "all", Failing: 2, Calls: -1}
	_, err := cost.Of(d)
	if err == nil {
		t.Fatal("got no error")
	}
	for _, want := range []string{"regions 9", "every 1s", "memory 1 MB", "takes 0s", `detail "all"`, "that fails", "calls -1"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in:\n%v", want, err)
		}
	}
	if _, err := cost.Of(cost.Plan{}); err == nil || !strings.Contains(err.Error(), "no journeys") {
		t.Error(err)
	}
	d = twoJourneys()
	d.Regions = 1
	if _, err := cost.Of(d); err == nil || !strings.Contains(err.Error(), "a standby needs a region") {
		t.Error(err)
	}
}
