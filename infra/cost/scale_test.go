package cost

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"valkyrie/infra/cloudwatch"
	"valkyrie/probes/journey"
)

// scaled returns a deployment of browser journeys of five steps each minute, with the measured times.
func scaled(journeys, regions int) Plan {
	p := Plan{Regions: regions, Standby: true, Every: time.Minute, MemoryMB: 1769, Detail: cloudwatch.Journeys, Failing: 0.001, Calls: 10, Texts: 50}
	takes := LastMeasured().Takes(Browser, p.MemoryMB)
	for i := range journeys {
		p.Journeys = append(p.Journeys, JourneyCost{Journey: journey.Journey{Name: fmt.Sprintf("journey-%d", i), Steps: make([]journey.Step, 5)}, Takes: takes})
	}
	return p
}

// scaleTable returns the table of infra/README.md about large deployments.
func scaleTable() string {
	columns := []Plan{scaled(7, 3), scaled(100, 5), scaled(1000, 10)}
	var rows []string
	row := func(name string, value func(Plan) string) {
		cells := []string{name}
		for _, p := range columns {
			cells = append(cells, value(p))
		}
		rows = append(rows, "| "+strings.Join(cells, " | ")+" |")
	}
	row("each minute, by browser", func(p Plan) string { return fmt.Sprintf("%s x %d", thousands(float64(len(p.Journeys))), p.Regions) })
	rows = append(rows, "|---|---|---|---|")
	row("runs a minute", func(p Plan) string { return thousands(LoadOf(p).Runs) })
	row("probes at once in a region, on average", func(p Plan) string { return fmt.Sprintf("%.1f", LoadOf(p).Probes) })
	row("if all begin in the same second", func(p Plan) string { return thousands(float64(LoadOf(p).Peak)) })
	row("home's table, writes a second", func(p Plan) string { return fmt.Sprintf("%.1f", LoadOf(p).Writes) })
	row("reads a second", func(p Plan) string { return fmt.Sprintf("%.1f", LoadOf(p).Reads) })
	row("writes a second, if all runs end within 10 s", func(p Plan) string { return thousands(LoadOf(p).BurstWrites) })
	row("those of its busiest item, of 1,000", func(p Plan) string { return fmt.Sprintf("%.1f", LoadOf(p).ItemWrites) })
	row("requests of the pager for all states", func(p Plan) string { return fmt.Sprint(LoadOf(p).Batches) })
	row("USD a month", func(p Plan) string { return thousands(of(p).Total()) })
	row("of that, computing", func(p Plan) string { return thousands(lambdaLines(p)[0].USD) })
	row("custom metrics", func(p Plan) string {
		for _, l := range cloudWatchLines(p) {
			if l.What == "metrics" {
				return thousands(l.USD)
			}
		}
		return ""
	})
	return strings.Join(rows, "\n") + "\n"
}

// TestScaleTable: the guide's table of large deployments has the numbers of this package.
func TestScaleTable(t *testing.T) {
	guide, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if want := scaleTable(); !strings.Contains(string(guide), want) {
		t.Errorf("infra/README.md, Many journeys: the table is not up to date; expected\n%s", want)
	}
}

// TestLoad compares the load with a calculation by hand: 2 journeys of 3 s from 3 regions each minute.
func TestLoad(t *testing.T) {
	p := scaled(2, 3)
	for i := range p.Journeys {
		p.Journeys[i].Takes = 3 * time.Second
	}
	got := LoadOf(p)
	want := Load{
		Runs: 6, Probes: 2 * 3.0 / 60, Peak: 2, Writes: 6*4/60.0 + 4/60.0, Reads: 6*1.5/60.0 + (8+2*2)/60.0 + 2/60.0,
		BurstWrites: 2.4, ItemWrites: 0.6, Batches: 2,
	}
	if fmt.Sprintf("%.6f", []float64{got.Runs, got.Probes, got.Writes, got.Reads, got.BurstWrites, got.ItemWrites}) !=
		fmt.Sprintf("%.6f", []float64{want.Runs, want.Probes, want.Writes, want.Reads, want.BurstWrites, want.ItemWrites}) || got.Peak != want.Peak || got.Batches != want.Batches {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestWaitingCosts: decision 16 rejects waiting within the function by its price.
func TestWaitingCosts(t *testing.T) {
	decision, err := os.ReadFile("../decisions/16-phases-of-schedules.md")
	if err != nil {
		t.Fatal(err)
	}
	p := scaled(1, 1)
	run := lambdaLines(p)[0].USD
	p.Journeys[0].Takes += 30 * time.Second // half a minute, on average
	waiting := lambdaLines(p)[0].USD
	want := fmt.Sprintf("%.0f instead of %.1f USD", waiting, run)
	if !regexp.MustCompile(`\b` + regexp.QuoteMeta(want)).Match(decision) {
		t.Errorf("the decision does not have %q", want)
	}
}
