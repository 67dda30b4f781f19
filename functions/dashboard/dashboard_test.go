package main

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"valkyrie/infra/chrome"
	"valkyrie/infra/dashboard"
	"valkyrie/infra/sqlite"
	"valkyrie/infra/suite"
	"valkyrie/probes/journey"
)

// TestEveryWidgetHasData: each query and search of the dashboard has a result in the lines of a night with an outage. A
// column that is empty in all rows names a field that no line has.
func TestEveryWidgetHasData(t *testing.T) {
	suite.Core(t)
	const withBudget = 5 // steps of print-card
	until := time.Date(2026, time.June, 4, 6, 0, 0, 0, time.UTC)
	runs := generated(until.Add(-6*time.Hour), until)
	regions := regionsOf(runs)
	if len(regions) != 3 {
		t.Fatalf("the history has the regions %v", regions)
	}
	body, err := dashboard.Deployment{Name: deployment, Site: "https://shop.example.com", Regions: regions, Standby: regions[1]}.Body("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	board, err := dashboard.Parse(body, map[string]string{"journey": "print-card", "step": "0"})
	if err != nil {
		t.Fatal(err)
	}
	log := lines(runs, regions[0])
	queries, charts := 0, 0
	for _, w := range board.Widgets {
		switch w.Type {
		case "log":
			queries++
			found, err := dashboard.Insights(w.Properties.Query, w.Properties.Region, log)
			if err != nil || len(found.Rows) == 0 {
				t.Errorf("%s: %d rows, %v", w.Properties.Title, len(found.Rows), err)
				continue
			}
			for i, column := range found.Columns {
				empty := true
				for _, row := range found.Rows {
					empty = empty && row[i] == nil
				}
				place, err := strconv.Atoi(strings.TrimPrefix(column, "step_"))
				if beyond := err == nil && place > withBudget; empty != beyond {
					t.Errorf("%s: the column %s is empty: %v", w.Properties.Title, column, empty)
				}
			}
		case "metric":
			charts++
			found, err := dashboard.Metrics(w.Properties, log)
			if err != nil || len(found) < len(w.Properties.Metrics) {
				t.Errorf("%s: %d lines of %d, %v", w.Properties.Title, len(found), len(w.Properties.Metrics), err)
			}
		}
	}
	if queries != 6*len(regions) || charts < 4 {
		t.Errorf("the dashboard has %d queries and %d charts", queries, charts)
	}
}

// TestStore: the pages are drawn of a store's own runs; without runs in that day there is an error.
func TestStore(t *testing.T) {
	suite.Core(t)
	until := time.Date(2026, time.June, 4, 3, 0, 0, 0, time.UTC)
	file := filepath.Join(t.TempDir(), "valkyrie.db")
	store, err := sqlite.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range generated(until.Add(-3*time.Minute), until) {
		if err := store.PutRun(t.Context(), run); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	o := options{template: "../../template.yaml", store: file, journey: "print-card", step: 1, until: until.Format(time.RFC3339)}
	pages, err := o.pages(t.Context())
	if err != nil || len(pages) != 4 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	for i, want := range []string{"Success of all journeys", "print-card from ap-southeast-2", "print-card from eu-west-1", "print-card from us-east-1"} {
		if !strings.Contains(string(pages[i]), want) {
			t.Errorf("the page %d lacks %q", i+1, want)
		}
	}
	if !strings.Contains(string(pages[1]), "expected the step to be done within") {
		t.Error("the page of a region lacks the reason of a failed run")
	}
	o.until = "2026-07-01T00:00:00Z"
	if _, err := o.pages(t.Context()); err == nil || !strings.Contains(err.Error(), "has no runs") {
		t.Errorf("a day without runs: %v", err)
	}
}

// TestPicture: Chrome draws a whole page, also the part below its window.
func TestPicture(t *testing.T) {
	suite.Core(t)
	c, err := chrome.Find(t.Context(), chrome.Config{Progress: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	shot, err := picture(t.Context(), journey.Program{Path: c.Path, Env: c.Env}, []byte(`<body style="height:2000px;margin:0">a page`))
	if err != nil {
		t.Fatal(err)
	}
	size, err := png.DecodeConfig(bytes.NewReader(shot))
	if err != nil || size.Height != 2000 {
		t.Errorf("%v, %v; want 2000 pixels of height", size, err)
	}
}
