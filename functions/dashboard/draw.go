package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/chromedp/chromedp"

	"valkyrie/alerts/incident"
	"valkyrie/infra/chrome"
	"valkyrie/infra/dashboard"
	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// options are what the command's flags set.
type options struct {
	to, template, store, journey, until string
	step                                int
}

// write draws the pictures into the folder.
func (o options) write(ctx context.Context) error {
	pages, err := o.pages(ctx)
	if err != nil {
		return err
	}
	found, err := chrome.Find(ctx, chrome.Config{Progress: os.Stderr})
	if err != nil {
		return err
	}
	for i, page := range pages {
		shot, err := picture(ctx, journey.Program{Path: found.Path, Env: found.Env}, page)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(o.to, fmt.Sprintf("dashboard-%d.png", i+1)), shot, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// pages returns the dashboard as HTML: its head, and a page of each region.
func (o options) pages(ctx context.Context) ([][]byte, error) {
	until, err := time.Parse(time.RFC3339, o.until)
	if err != nil {
		return nil, fmt.Errorf("--until %q: expected a time such as 2026-06-04T09:00:00Z", o.until)
	}
	from := until.Add(-24 * time.Hour)
	var runs []journey.Run
	releases := []incident.Release{{Name: "v1.2.3", At: until.Add(-7 * time.Hour)}}
	if o.store == "" {
		runs = generated(from, until)
	} else if runs, releases, err = stored(ctx, o.store, from, until); err != nil {
		return nil, err
	}
	if len(runs) == 0 {
		return nil, fmt.Errorf("the history has no runs from %s to %s", from, until)
	}
	regions := regionsOf(runs)
	d := dashboard.Deployment{Name: deployment, Site: "https://shop.example.com", Regions: regions}
	if len(regions) > 1 {
		d.Standby = regions[1]
	}
	body, err := d.Body(o.template)
	if err != nil {
		return nil, err
	}
	if body, err = dashboard.Annotate(body, releases); err != nil {
		return nil, err
	}
	board, err := dashboard.Parse(body, map[string]string{"journey": o.journey, "step": strconv.Itoa(o.step - 1)})
	if err != nil {
		return nil, err
	}
	view := dashboard.View{From: from, Until: until, Lines: lines(runs, regions[0])}
	var pages [][]byte
	for _, part := range parts(board.Widgets) {
		page, err := view.Page(part)
		if err != nil {
			return nil, err
		}
		pages = append(pages, page)
	}
	return pages, nil
}

// parts splits the widgets before each heading of a region.
func parts(all []dashboard.Widget) (out [][]dashboard.Widget) {
	for i, w := range all {
		if i == 0 || w.Type == "text" && strings.HasPrefix(w.Properties.Markdown, "## ") {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], w)
	}
	return out
}

// picture opens a page in Chrome and returns a PNG of all of it.
func picture(ctx context.Context, program journey.Program, page []byte) ([]byte, error) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(page)
	}))
	defer server.Close()
	site, err := url.Parse(server.URL)
	if err != nil {
		return nil, err
	}
	const limit = 30 * time.Second
	var shot []byte
	run := journey.Runner{Stage: journey.Stage{Site: site, Chrome: program}, Region: "laptop"}.Probe(ctx, func() journey.Journey {
		tab := browser.NewTab()
		return journey.Journey{Name: "dashboard", Uses: tab, Steps: []journey.Step{{Name: "draw", Limit: limit, Do: func(*journey.T) {
			tab.Visit("/")
			shot = browser.Run(tab, chromedp.FullScreenshot(100))
		}}}}
	}, time.Now())
	if !run.Outcome.Good() {
		return nil, errors.New("draw the dashboard: " + run.Error)
	}
	return shot, nil
}
