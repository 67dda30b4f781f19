package cost_test

import (
	"math"
	"slices"
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
			{Journey: journey.Journey{Name: "print-card", Secrets: []string{"shop-email", "shop-password"}, Steps: []journey.Step{step, step, step}}, Takes: 8 * time.Second},
			{Journey: journey.Journey{Name: "create-order", Secrets: []string{"shop-email", "shop-password"}, Steps: []journey.Step{step, step}, Cleanup: []journey.Step{step}}, Takes: 8 * time.Second},
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
			"probes, x86_64": 51.84,                                                                            // 259,200 x 1.5 GB x 8 s = 3,110,400 GB-s
			"pager":          0.072,                                                                            // 86,400 x 0.25 GB x 0.2 s = 4,320 GB-s
			"invocations":    0.06912,                                                                          // 345,600
			"schedules":      0.3456,                                                                           // 345,600
			"table":          (1_036_800+345_600+172_800)*0.625e-6 + (388_800+691_200+172_800+172_800)*.125e-6, // 4 writes and 1.5 reads a run, 4 and 8 a round, 2 reads a journey at home, 2 and 2 a copy
			"copying":        86_400 * 2 / 1048576.0 * 0.02,
			"secrets":        8640 * (6*2 + 2*2) * 0.03e-4,       // every 5 minutes: 2 secrets of each of 6 probes, 2 of each of 2 pagers
			"history":        259_200 * 3 * 2 / 1048576.0 * 0.45, // 777,600 runs of 2 KB in 90 days
			"metrics":        6,                                  // 2 x 3 x 2 of the journeys, 2 x 4 of the pagers: 20
			"alarms":         2.5,                                // 3 x 5 and 2 x 5
			"dashboard":      3,
			"evidence":       259.2*8*0.005e-3 + 259.2*1.5/1024*0.023,
			"phone":          1.15 + 0.14 + 1.13,
		}},
		"each five minutes": {func(d *cost.Plan) { d.Every = 5 * time.Minute }, map[string]float64{
			"probes, x86_64": 10.368, "invocations": (51_840 + 86_400) * 0.2e-6, "metrics": 6,
		}},
		"on arm64":                     {func(d *cost.Plan) { d.ARM = true }, map[string]float64{"probes, arm64": 3_110_400 * 0.0000133334}},
		"documents of Secrets Manager": {func(d *cost.Plan) { d.SecretsManager = true }, map[string]float64{"secrets": (3+2)*0.4 + 8640*(6+2)*0.05e-4}},
		"one region": {func(d *cost.Plan) { d.Regions, d.Standby = 1, false }, map[string]float64{
			"probes, x86_64": 17.28, "pager": 0.036, "metrics": (4 + 4) * 0.3, "alarms": 1, "dashboard": 3, "copying": 0,
		}},
		"one more journey, each hour": {func(d *cost.Plan) {
			d.Journeys = append(d.Journeys, cost.JourneyCost{Journey: journey.Journey{Name: "sweep", Every: time.Hour}, Takes: 2 * time.Second})
		}, map[string]float64{
			"probes, x86_64": 51.84 + 720*3*1.5*2*0.0000166667, // 720 hours from 3 regions
			"metrics":        6 + 2*3*0.3,
		}},
		"a key":  {func(d *cost.Plan) { d.Key = true }, map[string]float64{"key": 3 + 8640*(3+2*2)*0.03e-4}}, // 3 probes' roles, 2 pagers', 2 webhooks'
		"traces": {func(d *cost.Plan) { d.Traces = true }, map[string]float64{"traces": 259_200 * 5e-6}},
		"traces, private": {func(d *cost.Plan) { d.Traces, d.Subnets = true, 2 }, map[string]float64{
			"private network": 720*3*2*0.01 + 720*2*0.045 + 172_800*20.0/1048576*0.045,
		}},
		"a private site": {func(d *cost.Plan) { d.Subnets = 2 }, map[string]float64{
			"private network": 720*2*2*0.01 + 720*2*0.045 + 172_800*20.0/1048576*0.045, // 2 endpoints in 2 subnets; 2 NAT gateways, through which two regions' runs go
		}},
		"a private site, from one region": {func(d *cost.Plan) { d.Regions, d.Standby, d.Subnets = 1, false, 2 }, map[string]float64{"private network": 28.8}},
		"metrics of the steps": {func(d *cost.Plan) { d.Detail = cloudwatch.Steps }, map[string]float64{
			"metrics": (20 + 5*3*2) * 0.3, // two of each of the five steps in each region
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
	for what, want := range map[string]float64{"probes, x86_64": 400_000 * 0.0000166667, "invocations": 0.06912, "metrics": 3, "alarms": 1, "dashboard": 3, "secrets": 0.06, "phone": 0} {
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

// TestFreeDashboard: a dashboard is free if it has at most fifty metrics.
func TestFreeDashboard(t *testing.T) {
	for journeys, want := range map[int]float64{12: 3, 13: 0} { // (12 + 3) x 3 + 5 = 50 metrics, and 53
		d := twoJourneys()
		for len(d.Journeys) < journeys {
			d.Journeys = append(d.Journeys, cost.JourneyCost{Journey: journey.Journey{Name: "more"}, Takes: time.Second})
		}
		bill, err := cost.Of(d)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(bill.Lines, func(l cost.Line) bool { return l.What == "dashboard" })
		if got := bill.Lines[i].Free; got != want {
			t.Errorf("%d journeys: %.2f is free, want %.2f", journeys, got, want)
		}
	}
}

// TestGoal: with the measured times, two browser journeys from three regions each minute cost at most 50 US dollars a month.
func TestGoal(t *testing.T) {
	d := twoJourneys()
	d.MemoryMB, d.Texts = 1769, 50
	for i := range d.Journeys {
		d.Journeys[i].Takes = cost.LastMeasured().Takes(cost.Browser, d.MemoryMB)
	}
	bill, err := cost.Of(d)
	if err != nil || bill.Total() > 50 {
		t.Errorf("%.2f USD, %v", bill.Total(), err)
	}
}

// TestMeasured: the stored measurement has the sizes of the template's default and of its minimum, and a size between two takes
// as long as the smaller.
func TestMeasured(t *testing.T) {
	m := cost.LastMeasured()
	for _, kind := range []cost.Kind{cost.Browser, cost.API} {
		if took := m.Takes(kind, 1769); took <= 0 || took > time.Minute {
			t.Errorf("%s: %v", kind, took)
		}
	}
	if _, err := time.Parse(time.DateOnly, m.Date); err != nil {
		t.Error(err)
	}
	m = cost.Measured{BilledMS: map[cost.Kind]map[int]int64{cost.Browser: {1024: 3000, 1769: 2000, 3008: 1700}}}
	for memory, want := range map[int]time.Duration{512: 3 * time.Second, 1024: 3 * time.Second, 1768: 3 * time.Second, 1769: 2 * time.Second, 2048: 2 * time.Second, 10240: 1700 * time.Millisecond} {
		if got := m.Takes(cost.Browser, memory); got != want {
			t.Errorf("%d MB: %v, want %v", memory, got, want)
		}
	}
	if got := m.Takes(cost.API, 1769); got != 0 {
		t.Errorf("an unmeasured kind takes %v", got)
	}
}

func TestValidateReportsAllFaults(t *testing.T) {
	d := cost.Plan{Journeys: []cost.JourneyCost{{}}, Regions: 11, Every: time.Second, MemoryMB: 1, Detail: "all", Failing: 2, Calls: -1}
	_, err := cost.Of(d)
	if err == nil {
		t.Fatal("got no error")
	}
	for _, want := range []string{"regions 11", "every 1s", "memory 1 MB", "takes 0s", `detail "all"`, "that fails", "calls -1"} {
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
