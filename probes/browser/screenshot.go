package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"image"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"

	"valkyrie/probes/browser/picture"
	"valkyrie/probes/browser/script"
	"valkyrie/probes/journey"
)

// stillLimit bounds the screenshot at the end of a step, so that a page which does not paint costs little.
const stillLimit = 400 * time.Millisecond

// layout asks the page for the positions of its secrets, and of the elements that w targets (nil: none).
func (tab *Tab) layout(ctx context.Context, mask *journey.Mask, w *query) (picture.Layout, error) {
	secrets, err := json.Marshal(mask.Forms())
	if err != nil {
		return picture.Layout{}, err
	}
	target, err := json.Marshal(w)
	if err != nil {
		return picture.Layout{}, err
	}
	var l picture.Layout
	err = tab.evaluate(ctx, fmt.Sprintf("(%s)(%s, %s)", script.Layout, secrets, target), &l)
	return l, err
}

// maskedScreenshot takes a screenshot and covers the secrets on it. It asks for their positions before and after, since a page may
// move meanwhile, and keeps no picture whose secrets could not be located. The returned layout is the one before.
func (tab *Tab) maskedScreenshot(ctx context.Context, w *query, area picture.Area, shoot func(picture.Layout) ([]byte, error)) (*image.RGBA, picture.Layout, error) {
	mask := tab.step.Mask()
	if w != nil || len(mask.Forms()) > 0 {
		tab.findClosedRoots(ctx)
	}
	before, err := tab.layout(ctx, mask, w)
	if err != nil {
		return nil, before, err
	}
	data, err := shoot(before)
	if err != nil {
		return nil, before, err
	}
	after, err := tab.layout(ctx, mask, nil)
	if err != nil {
		return nil, before, err
	}
	pic, err := picture.Cover(data, area, before, after)
	return pic, before, err
}

// screenshot returns a PNG of the whole page, with the step's target outlined and the step's error above it.
func (tab *Tab) screenshot(ctx context.Context) ([]byte, error) {
	yes := true
	pic, l, err := tab.maskedScreenshot(ctx, tab.lastQuery(), picture.Page, func(l picture.Layout) ([]byte, error) {
		p := page.CaptureScreenshotParams{CaptureBeyondViewport: &yes, OptimizeForSpeed: &yes}
		p.Clip = &page.Viewport{Width: l.FullWidth, Height: min(l.FullHeight, picture.MaxHeight), Scale: 1}
		res, err := cdp.Call(ctx, tab.target(), page.CaptureScreenshot, p)
		return res.Data, err
	})
	if err != nil {
		return nil, err
	}
	picture.Outline(pic, picture.Page, l)
	if why := tab.step.Failure(); why != "" {
		pic = picture.Caption(pic, tab.step.Step()+": "+why)
	}
	return picture.PNG(pic, maxEvidence)
}

// addStill adds a picture of the window to the film, once per step.
func (tab *Tab) addStill(ctx context.Context) {
	step := tab.step.Step()
	if tab.stage.NoFilm || tab.film.Has(step) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, stillLimit)
	defer cancel()
	call, release := bind(tab.root, ctx)
	defer release()
	pic, _, _ := tab.maskedScreenshot(call, nil, picture.Window, func(l picture.Layout) ([]byte, error) {
		quality, yes := int64(70), true
		p := page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatJpeg, Quality: &quality, OptimizeForSpeed: &yes}
		p.Clip = &page.Viewport{X: l.X, Y: l.Y, Width: l.Width, Height: l.Height, Scale: picture.StillWidth / max(l.Width, 1)}
		res, err := cdp.Call(call, tab.target(), page.CaptureScreenshot, p)
		return res.Data, err
	})
	tab.film.Add(step, pic)
}

// recordQuery records the current query, for the screenshot of a failure.
func (tab *Tab) recordQuery(q query) {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	tab.current = q
}

func (tab *Tab) lastQuery() *query {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	q := tab.current
	return &q
}
