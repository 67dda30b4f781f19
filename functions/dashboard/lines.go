package main

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	history "valkyrie/alerts/practice"
	"valkyrie/infra/cloudwatch"
	"valkyrie/infra/dashboard"
	"valkyrie/infra/evidence"
	"valkyrie/infra/sqlite"
	"valkyrie/probes/journey"
	"valkyrie/probes/practice"
)

const (
	deployment = "valkyrie"
	memoryMB   = 1769
)

// generated returns the runs of the practice journeys from one time to another, in the month of alerts/practice, with evidence of
// those that failed.
func generated(from, until time.Time) (runs []journey.Run) {
	var all []journey.Journey
	for _, maker := range journey.Scheduled(practice.All) {
		all = append(all, maker())
	}
	for run := range history.Month(all) {
		if !run.Slot.Before(until) {
			break
		}
		if run.Slot.Before(from) {
			continue
		}
		if !run.Outcome.Good() {
			run.Evidence = []journey.Evidence{{Kind: "screenshot", Path: "screenshot.png"}}
		}
		runs = append(runs, run)
	}
	return runs
}

// stored returns the runs of a store, and its releases.
func stored(ctx context.Context, file string, from, until time.Time) ([]journey.Run, []incident.Release, error) {
	store, err := sqlite.OpenExisting(ctx, file)
	if err != nil {
		return nil, nil, err
	}
	runs, err := store.Runs(ctx, incident.RunQuery{Since: from, Until: until})
	state, bad := paging.LoadState(ctx, store)
	return runs, state.Releases, cmp.Or(err, bad, store.Close())
}

// regionsOf lists the regions of runs, sorted: a store does not know which one is home.
func regionsOf(runs []journey.Run) (all []string) {
	for _, r := range runs {
		if !slices.Contains(all, r.Region) {
			all = append(all, r.Region)
		}
	}
	slices.Sort(all)
	return all
}

// lines returns what the probes and home's pager would have logged: for each run its line and Lambda's REPORT, and for each slot a
// round of the pager.
func lines(runs []journey.Run, home string) (all []dashboard.Line) {
	const startMS, runMB = 1200, 640 // of Chrome, beyond the customer's wait
	group := "/aws/lambda/" + deployment
	add := func(region, log string, at time.Time, text []byte) {
		for line := range bytes.Lines(text) {
			all = append(all, dashboard.Line{Region: region, Group: group + log, Time: at, Text: strings.TrimSuffix(string(line), "\n")})
		}
	}
	slots := map[time.Time][]journey.Run{}
	for _, r := range runs {
		link := evidence.Bucket{Name: deployment + "-evidence", Region: r.Region}.Link(r)
		add(r.Region, "-probe", r.Slot, cloudwatch.Deployment(deployment).RunLines(r, cloudwatch.Journeys, link))
		report := map[string]any{"@type": "REPORT", "@billedDuration": float64(r.DurationMS + startMS), "@memorySize": float64(memoryMB * 1_000_000), "@maxMemoryUsed": float64(runMB * 1_000_000)}
		all = append(all, dashboard.Line{Region: r.Region, Group: group + "-probe", Time: r.Slot, Text: "REPORT", Extra: report})
		slots[r.Slot.Truncate(time.Minute)] = append(slots[r.Slot.Truncate(time.Minute)], r)
	}
	for slot, in := range slots {
		tick := cloudwatch.Tick{At: slot, Region: home, Rounds: 1, OpenIncidents: failing(in)}
		add(home, "-pager", slot, cloudwatch.Deployment(deployment).TickLine(tick))
	}
	return all
}

// failing counts the journeys that fail from most of their regions in a slot. The dashboard's picture shows them as open
// incidents; the real ones are judged.
func failing(slot []journey.Run) (n int) {
	runs, failed := map[string]int{}, map[string]int{}
	for _, r := range slot {
		runs[r.Journey]++
		if r.Outcome == journey.Failed {
			failed[r.Journey]++
		}
	}
	for name, came := range runs {
		if 2*failed[name] > came {
			n++
		}
	}
	return n
}
