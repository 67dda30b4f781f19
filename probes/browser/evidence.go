package browser

import (
	"context"
	"errors"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"valkyrie/probes/journey"
)

// eachCapture bounds one kind of evidence, so that a page which answers nothing costs little.
const eachCapture = 1500 * time.Millisecond

// Capture saves a picture of the page, its HTML, its console and its address. Each is had by itself: one that cannot be
// had is named as missing, and the others are kept.
func (tab *Tab) Capture(ctx context.Context, save func(kind, name string, data []byte) journey.Evidence) []journey.Evidence {
	tab = tab.stricken()
	kinds := []struct {
		kind, name string
		take       func(context.Context) ([]byte, error)
	}{
		{"screenshot", "screenshot.png", tab.screenshot},
		{"html", "page.html", tab.html},
		{"console", "console.txt", func(context.Context) ([]byte, error) { return []byte(tab.log.text()), nil }},
		{"url", "url.txt", tab.address},
	}
	kept := []journey.Evidence{}
	for _, k := range kinds {
		kept = append(kept, tab.exhibit(ctx, k.kind, k.name, k.take, save))
	}
	return kept
}

func (tab *Tab) exhibit(ctx context.Context, kind, name string, take func(context.Context) ([]byte, error), save func(kind, name string, data []byte) journey.Evidence) journey.Evidence {
	ctx, cancel := context.WithTimeout(ctx, eachCapture)
	defer cancel()
	call, release := bind(tab.root, ctx)
	defer release()
	data, err := take(call)
	if err != nil {
		return journey.Evidence{Kind: kind, Missing: missing(tab.root, err)}
	}
	return save(kind, name, data)
}

func missing(root context.Context, err error) string {
	switch {
	case root.Err() != nil:
		return "Chrome was gone"
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return "the page did not answer within " + eachCapture.String()
	}
	return err.Error()
}

// screenshot is the whole page, below the fold too.
func (tab *Tab) screenshot(ctx context.Context) ([]byte, error) {
	yes := true
	res, err := cdp.Call(ctx, tab.target(), page.CaptureScreenshot, page.CaptureScreenshotParams{CaptureBeyondViewport: &yes})
	return res.Data, err
}

func (tab *Tab) html(ctx context.Context) ([]byte, error) {
	var html string
	err := tab.evaluate(ctx, "document.documentElement.outerHTML", &html)
	return []byte(html), err
}

// address asks the browser, not the page, so that it can be had of a page that hangs.
func (tab *Tab) address(ctx context.Context) ([]byte, error) {
	c := chromedp.FromContext(tab.root)
	res, err := cdp.Call(ctx, c.Browser, target.GetTargetInfo, target.GetTargetInfoParams{TargetID: c.Target.TargetID})
	if err != nil {
		return nil, err
	}
	return []byte(res.TargetInfo.URL + "\n"), nil
}
