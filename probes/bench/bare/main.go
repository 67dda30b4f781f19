// Bare runs the benchmark's journey in plain chromedp, as its documentation suggests.
package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"

	"valkyrie/probes/bench"
)

func main() { bench.Main(play) }

func play(ctx context.Context, at bench.Setup, p *bench.Result) (err error) {
	dir, err := os.MkdirTemp("", "bare-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	began := time.Now()
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(at.Chrome), chromedp.Env(at.Env...), chromedp.NoSandbox, chromedp.UserDataDir(filepath.Join(dir, "profile")))
	for _, f := range at.Flags {
		name, value, _ := strings.Cut(f, "=")
		opts = append(opts, chromedp.Flag(name, value))
	}
	alloc, cancel := chromedp.NewExecAllocator(ctx, opts...)
	defer cancel()
	ctx, cancelTab := chromedp.NewContext(alloc)
	defer cancelTab()
	if err := chromedp.Do(ctx); err != nil {
		return err
	}
	downloaded, err := listen(ctx, dir)
	if err != nil {
		return err
	}
	timed := func(name string, steps ...chromedp.Action[chromedp.Void]) {
		if err == nil {
			began := time.Now()
			err = chromedp.Do(ctx, steps...)
			p.Waits[name] = time.Since(began)
			if err == nil && at.Evidence != "" {
				err = screenshot(ctx, filepath.Join(at.Evidence, name+".png"))
			}
		}
	}
	timed("start", chromedp.Navigate(at.URL("/sign-in")))
	p.Start = time.Since(began)
	trip(timed, at, downloaded)
	if err != nil {
		return err
	}
	return p.Measure(func() (string, error) { return chromedp.Run(ctx, chromedp.Evaluate[string](bench.PageTimesScript)) })
}

// screenshot writes a picture of the window, as the evidence of a step.
func screenshot(ctx context.Context, path string) error {
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		return err
	}
	return os.WriteFile(path, png, 0o600)
}

// listen allows downloads into dir and signals when one is complete.
func listen(ctx context.Context, dir string) (<-chan struct{}, error) {
	downloaded := make(chan struct{}, 1)
	err := chromedp.ListenBrowser(ctx, func(ev any) {
		if e, ok := ev.(*cdpbrowser.EventDownloadProgress); ok && e.State == cdpbrowser.DownloadProgressStateCompleted {
			downloaded <- struct{}{}
		}
	})
	if err != nil {
		return nil, err
	}
	_, err = chromedp.CallBrowser(ctx, cdpbrowser.SetDownloadBehavior, cdpbrowser.SetDownloadBehaviorParams{
		Behavior: cdpbrowser.SetDownloadBehaviorBehaviorAllowAndName, DownloadPath: dir, EventsEnabled: new(true),
	})
	return downloaded, err
}

// trip types into the fields by keys, as the suite does.
func trip(timed func(string, ...chromedp.Action[chromedp.Void]), at bench.Setup, downloaded <-chan struct{}) {
	timed("sign in",
		chromedp.SendKeys(chromedp.CSS("#email"), "teacher@example.com"),
		chromedp.SendKeys(chromedp.CSS("#password"), "bingo-practice"),
		chromedp.Click(chromedp.CSS("main button[type=submit]")),
		chromedp.WaitVisible(chromedp.CSS(`a[href="/cards/new"]`)),
	)
	timed("fill the cart",
		chromedp.Click(chromedp.CSS(`a[href="/catalogue"]`)),
		chromedp.Click(chromedp.CSS(`button[aria-label="Add Animal Bingo to cart"]`)),
		chromedp.WaitVisible(chromedp.CSS("#order button")),
	)
	timed(bench.OrderStep,
		chromedp.Click(chromedp.CSS("#order button")),
		chromedp.WaitVisible(chromedp.CSS("[data-testid=order-number]")),
	)
	timed("make a card",
		chromedp.Navigate(at.URL("/cards/new")),
		chromedp.SendKeys(chromedp.CSS("#title"), "Bench"),
		chromedp.SendKeys(chromedp.CSS("#words"), bench.Words),
	)
	timed(bench.PrintStep,
		chromedp.Click(chromedp.CSS("#do-print")),
		chromedp.WaitVisible(chromedp.CSS("#print a.button")),
	)
	timed(bench.DownloadStep,
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
}
