// Ours runs the benchmark's journey with this suite.
package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/chromedp/chromedp"

	"valkyrie/probes/bench"
	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

func main() { bench.Main(play) }

func play(ctx context.Context, at bench.Setup, p *bench.Result) error {
	site, err := url.Parse(at.Site)
	if err != nil {
		return err
	}
	r := journey.Runner{Region: "bench", Stage: journey.Stage{Site: site, Chrome: journey.Program{Path: at.Chrome, Env: at.Env, Args: at.Flags}}}
	if at.Evidence != "" {
		r.Evidence = folder(at.Evidence)
	}
	run := r.Run(ctx, trip(p), time.Now())
	p.Starve = time.Duration(run.StarvedMS) * time.Millisecond
	for _, s := range run.Steps {
		p.Waits[s.Name] = time.Duration(s.DurationMS) * time.Millisecond
	}
	if run.Outcome != journey.Passed {
		return fmt.Errorf("outcome %s: %s", run.Outcome, run.Error)
	}
	return nil
}

// A folder keeps evidence.
type folder string

func (f folder) Save(_ journey.Run, name string, data []byte) (string, error) {
	path := filepath.Join(string(f), name)
	return path, os.WriteFile(path, data, 0o600)
}

func trip(p *bench.Result) journey.Journey {
	tab, began := browser.NewTab(), time.Now()
	do := func(name string, do func(*journey.T)) journey.Step {
		return journey.Step{Name: name, Limit: 10 * time.Second, Do: do}
	}
	return journey.Journey{Name: "bench", Title: "bench", Uses: tab, Steps: []journey.Step{
		do("sign in", func(*journey.T) {
			tab.Visit("/sign-in")
			p.Start = time.Since(began)
			tab.Fill(browser.Field("E-mail"), "teacher@example.com")
			tab.Fill(browser.Field("Password"), "bingo-practice")
			tab.Click(browser.Button("Sign in"))
			tab.See(browser.Heading("Your cards"))
		}),
		do("fill the cart", func(*journey.T) {
			tab.Click(browser.Link("Catalogue"))
			tab.Click(browser.Button("Add Animal Bingo to cart"))
			tab.See(browser.Button("Place order"))
		}),
		do(bench.OrderStep, func(*journey.T) {
			tab.Click(browser.Button("Place order"))
			tab.See(browser.Heading("Thank you for your order"))
		}),
		do("make a card", func(*journey.T) {
			tab.Visit("/cards/new")
			tab.Fill(browser.Field("Title"), "Bench")
			tab.Fill(browser.Field("Words"), bench.Words)
		}),
		do(bench.PrintStep, func(*journey.T) {
			tab.Click(browser.Button("Print"))
			tab.See(browser.Link("Download PDF"))
		}),
		do(bench.DownloadStep, func(t *journey.T) {
			tab.Click(browser.Link("Download PDF"))
			tab.Download()
			err := p.Measure(func() (text string, err error) {
				tab.Do(func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
					text, err = chromedp.Evaluate[string](bench.PageTimesScript)(ctx, target)
					return chromedp.Void{}, err
				})
				return text, err
			})
			if err != nil {
				t.Brokenf("the page's own truth could not be read: %v", err)
			}
		}),
	}}
}
