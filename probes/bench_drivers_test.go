package probes_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"

	ours "valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// A driver plays the bench's journey once in a fresh Chrome. The same customer, two hands.
type driver func(ctx context.Context, stage journey.Stage, sample func()) (played, error)

// played is what one run of the bench's journey has to say.
type played struct {
	Start  time.Duration            // to the first page
	Waits  map[string]time.Duration // what the driver reports of the steps that are measured
	Truth  truth
	Starve time.Duration // what the run says of it; only ours does
	Wall   time.Duration
	Memory, Own, CPU,
	Disk int64
}

// The words on the card, one a line, and the steps that are measured.
var words = strings.Join(strings.Fields("bee otter kiwi fox heron newt lynx toad wren mole crab swan yak seal lark hare puma dodo ibis gnu carp moth stag ram"), "\n")

const (
	orderStep    = "place the order"
	printStep    = "print"
	downloadStep = "download"
)

// byOurs is the journey as a user of the suite writes it.
func byOurs(ctx context.Context, stage journey.Stage, sample func()) (played, error) {
	p := played{Waits: map[string]time.Duration{}}
	tab := ours.NewTab()
	began := time.Now()
	do := func(name string, do func()) journey.Step {
		return journey.Step{Name: name, Limit: 10 * time.Second, Do: func(*journey.T) { do() }}
	}
	run := journey.Runner{Stage: stage, Region: "bench"}.Run(ctx, journey.Journey{Name: "bench", Title: "bench", Uses: tab, Steps: []journey.Step{
		do("sign in", func() {
			tab.Do(plantTruth)
			tab.Visit("/sign-in")
			p.Start = time.Since(began)
			tab.Fill(ours.Field("E-mail"), "teacher@example.com")
			tab.Fill(ours.Field("Password"), "bingo-practice")
			tab.Click(ours.Button("Sign in"))
			tab.See(ours.Heading("Your cards"))
		}),
		do("fill the cart", func() {
			tab.Click(ours.Link("Catalogue"))
			tab.Click(ours.Button("Add Animal Bingo to cart"))
			tab.See(ours.Button("Place order"))
		}),
		do(orderStep, func() {
			tab.Click(ours.Button("Place order"))
			tab.See(ours.Heading("Thank you for your order"))
		}),
		do("make a card", func() {
			tab.Visit("/cards/new")
			tab.Fill(ours.Field("Title"), "Bench")
			tab.Fill(ours.Field("Words"), words)
		}),
		do(printStep, func() {
			tab.Click(ours.Button("Print"))
			tab.See(ours.Link("Download PDF"))
		}),
		do(downloadStep, func() {
			tab.Click(ours.Link("Download PDF"))
			tab.Download()
		}),
		do("truth", func() { tab.Do(readTruth(&p.Truth)); sample() }),
	}}, time.Now())
	p.Starve = time.Duration(run.StarvedMS) * time.Millisecond
	for _, s := range run.Steps {
		p.Waits[s.Name] = time.Duration(s.DurationMS) * time.Millisecond
	}
	if run.Outcome != journey.Passed {
		return p, fmt.Errorf("outcome %s: %s", run.Outcome, run.Error)
	}
	return p, nil
}

// byHand is the journey in plain chromedp, as its documentation would have it written.
func byHand(ctx context.Context, stage journey.Stage, sample func()) (p played, err error) {
	p = played{Waits: map[string]time.Duration{}}
	dir, err := os.MkdirTemp("", "bare-")
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	began := time.Now()
	alloc, cancel := chromedp.NewExecAllocator(ctx, append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(stage.Chrome.Path), chromedp.Env(stage.Chrome.Env...), chromedp.NoSandbox,
		chromedp.UserDataDir(filepath.Join(dir, "profile")))...)
	defer cancel()
	ctx, cancelTab := chromedp.NewContext(alloc)
	defer cancelTab()
	if err := chromedp.Do(ctx); err != nil {
		return p, err
	}
	downloaded := make(chan struct{}, 1)
	err = chromedp.ListenBrowser(ctx, func(ev any) {
		if e, ok := ev.(*browser.EventDownloadProgress); ok && e.State == browser.DownloadProgressStateCompleted {
			downloaded <- struct{}{}
		}
	})
	if err != nil {
		return p, err
	}
	_, err = chromedp.CallBrowser(ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllowAndName, DownloadPath: dir, EventsEnabled: new(true),
	})
	if err != nil {
		return p, err
	}
	timed := func(name string, steps ...chromedp.Action[chromedp.Void]) {
		if err == nil {
			at := time.Now()
			err = chromedp.Do(ctx, steps...)
			p.Waits[name] = time.Since(at)
		}
	}
	at := func(path string) string { return stage.Site.JoinPath(path).String() }
	timed("start", plantTruth, chromedp.Navigate(at("/sign-in")))
	p.Start = time.Since(began)
	timed("sign in",
		chromedp.SetValue(chromedp.CSS("#email"), "teacher@example.com"),
		chromedp.SetValue(chromedp.CSS("#password"), "bingo-practice"),
		chromedp.Click(chromedp.CSS("main button[type=submit]")),
		chromedp.WaitVisible(chromedp.CSS(`a[href="/cards/new"]`)),
	)
	timed("fill the cart",
		chromedp.Click(chromedp.CSS(`a[href="/catalogue"]`)),
		chromedp.Click(chromedp.CSS(`button[aria-label="Add Animal Bingo to cart"]`)),
		chromedp.WaitVisible(chromedp.CSS("#order button")),
	)
	timed(orderStep,
		chromedp.Click(chromedp.CSS("#order button")),
		chromedp.WaitVisible(chromedp.CSS("[data-testid=order-number]")),
	)
	timed("make a card",
		chromedp.Navigate(at("/cards/new")),
		chromedp.SetValue(chromedp.CSS("#title"), "Bench"),
		chromedp.SetValue(chromedp.CSS("#words"), words),
	)
	timed(printStep,
		chromedp.Click(chromedp.CSS("#do-print")),
		chromedp.WaitVisible(chromedp.CSS("#print a.button")),
	)
	timed(downloadStep,
		chromedp.Click(chromedp.CSS("#print a.button")),
		chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			select {
			case <-downloaded:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}),
	)
	timed("truth", readTruth(&p.Truth))
	sample()
	return p, err
}

// stageOf is where the bench plays, from a child's environment.
func stageOf(site, chrome, env string) (journey.Stage, error) {
	u, err := url.Parse(site)
	s := journey.Stage{Site: u, Chrome: journey.Program{Path: chrome}}
	if env != "" {
		s.Chrome.Env = strings.Split(env, "\n")
	}
	return s, err
}
