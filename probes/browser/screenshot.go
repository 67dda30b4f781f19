package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"image"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"valkyrie/probes/browser/picture"
	"valkyrie/probes/browser/script"
	"valkyrie/probes/journey"
)

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
	source := script.Layout
	if w == nil {
		source = script.Secrets
	}
	err = tab.evaluate(ctx, fmt.Sprintf("(%s)(%s, %s)", source, secrets, target), &l)
	return l, err
}

// maskedScreenshot takes a screenshot and covers the secrets on it. It asks for their positions before and after, since a page may
// move meanwhile, and keeps no picture whose secrets could not be located. The returned layout is the one before.
func (tab *Tab) maskedScreenshot(ctx context.Context, mask *journey.Mask, w *query, area picture.Area, shoot func(picture.Layout) ([]byte, error)) (picture.Screenshot, picture.Layout, error) {
	none := picture.Screenshot{}
	if w != nil || len(mask.Forms()) > 0 {
		tab.findClosedRoots(ctx)
	}
	before, err := tab.layout(ctx, mask, w)
	if err != nil {
		return none, before, err
	}
	data, err := shoot(before)
	if err != nil {
		return none, before, err
	}
	after, err := tab.layout(ctx, mask, nil)
	if err != nil {
		return none, before, err
	}
	return picture.Screenshot{Data: data, Area: area, Layouts: []picture.Layout{before, after}}, before, nil
}

// A shot is the screenshot of a failed step.
type shot struct {
	png    []byte
	err    error
	silent bool // the page answered no script
}

// Limits of the attempts at a screenshot after the first, which has captureTimeout.
const (
	reshootLimit = time.Second   // once its loading is given up
	castLimit    = time.Second   // for the compositor's last picture
	keepLimit    = 5 * castLimit // likewise, where nothing waits for it
)

// shoot takes the screenshot of a failed step. A page that does not answer, or does not paint because it is still loading,
// must leave a picture too, so it falls back: take what the page showed last, then give up the load and try again. It calls
// before ahead of the fallback, as that changes the page.
func (tab *Tab) shoot(ctx context.Context, before func()) shot {
	call, release := tab.boundedContext(ctx, captureTimeout, 3)
	defer release()
	pic, silent, err := tab.wholePage(call, 1)
	note := ""
	if err != nil {
		var stopping sync.WaitGroup
		stopping.Go(before)
		last, from := tab.lastPicture(ctx)
		stopping.Wait()
		if pic, silent = tab.stopAndShoot(ctx, silent); pic == nil {
			pic, note = last, from
		}
	}
	if pic == nil {
		return shot{err: err, silent: silent}
	}
	if text := tab.step.Failure() + note; text != "" {
		pic = picture.Caption(pic, tab.step.Step()+": "+text)
	}
	data, err := picture.PNG(pic, maxEvidence)
	return shot{data, err, silent}
}

// wholePage takes a screenshot of the whole page, reduced to a size of it, with the step's target outlined. It reports whether
// the page answered no script.
func (tab *Tab) wholePage(ctx context.Context, size float64) (pic *image.RGBA, silent bool, err error) {
	answered := false
	taken, l, err := tab.maskedScreenshot(ctx, tab.step.Mask(), tab.lastQuery(), picture.Page, func(l picture.Layout) ([]byte, error) {
		answered = true
		w, h, scale := l.PageSize()
		yes := true
		p := page.CaptureScreenshotParams{CaptureBeyondViewport: &yes, OptimizeForSpeed: &yes}
		p.Clip = &page.Viewport{Width: w, Height: h, Scale: scale * size}
		res, err := cdp.Call(ctx, tab.target(), page.CaptureScreenshot, p)
		return res.Data, err
	})
	if err == nil {
		pic, err = taken.Cover()
	}
	if err != nil {
		return nil, !answered && ctx.Err() != nil, err
	}
	picture.Outline(pic, picture.Page, l)
	return pic, false, nil
}

// stopAndShoot gives up the document's load and takes the screenshot. While a navigation has no answer, Chrome holds back
// all scripts, and a document whose head is incomplete is not painted; either ends with the load.
func (tab *Tab) stopAndShoot(ctx context.Context, wasSilent bool) (pic *image.RGBA, silent bool) {
	call, release := tab.boundedContext(ctx, reshootLimit, 2)
	defer release()
	if _, err := cdp.Call(call, tab.target(), page.StopLoading, cdp.Empty{}); err != nil {
		return nil, wasSilent
	}
	size := 0.5 // a quarter of the pixels, as the time was too short for all of them
	if wasSilent {
		size = 1
	}
	pic, silent, _ = tab.wholePage(call, size)
	return pic, silent
}

// lastPicture returns what the page showed last, with a note for its caption. The compositor has it while the page's scripts
// are stuck. Secrets cannot be located on it, so it is blurred once the run has used any. It returns nil if Chrome is gone
// and no step had ended before.
func (tab *Tab) lastPicture(ctx context.Context) (*image.RGBA, string) {
	frame, note := tab.castFrame(ctx), " (the page does not answer: this is what it showed last"
	if still, step := tab.film.Last(); frame == nil && still != nil {
		return still, fmt.Sprintf(" (no picture could be taken: this is the end of step %q)", step)
	}
	if frame == nil {
		frame, note = tab.keptFrame(), " (no picture could be taken: this is the page before the first click"
	}
	switch {
	case frame != nil && len(tab.step.Mask().Forms()) > 0:
		return picture.Blur(frame), note + ", blurred to hide secrets)"
	case frame != nil:
		return frame, note + ")"
	case tab.root.Err() != nil:
		return nil, ""
	}
	return picture.Blank(), " (no picture could be taken: the page has painted nothing, or Chrome does not answer)"
}

// keepFrame keeps a picture of the window, in the background, for a page that gets stuck on the first click so hard that even
// the compositor has none of it. Later the film has one.
func (tab *Tab) keepFrame() {
	if tab.stage.NoFilm || tab.film.HasPicture() || !tab.frameKept.CompareAndSwap(false, true) {
		return
	}
	tab.background.Go(func() {
		frame := tab.cast(tab.root, keepLimit)
		tab.mu.Lock()
		defer tab.mu.Unlock()
		tab.frame = frame
	})
}

func (tab *Tab) keptFrame() *image.RGBA {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	pic, err := picture.Screenshot{Data: tab.frame}.Cover()
	if err != nil {
		return nil
	}
	return pic
}

// castFrame returns the compositor's current picture of the window; nil: it has none. A page whose scripts are stuck sends
// the frame, and no answer to the command.
func (tab *Tab) castFrame(ctx context.Context) *image.RGBA {
	pic, err := picture.Screenshot{Data: tab.cast(ctx, castLimit)}.Cover()
	if err != nil {
		return nil
	}
	return pic
}

// cast returns the frame as Chrome sends it; nil: there is none within the limit.
func (tab *Tab) cast(ctx context.Context, limit time.Duration) []byte {
	call, release := tab.boundedContext(ctx, limit, 3)
	defer release()
	frames := make(chan []byte, 1)
	listening, stop := context.WithCancel(tab.root)
	defer stop()
	if err := chromedp.Listen(listening, func(ev any) {
		if ev, ok := ev.(*page.EventScreencastFrame); ok {
			select {
			case frames <- ev.Data:
			default:
			}
		}
	}); err != nil {
		return nil
	}
	quality := int64(80)
	tab.background.Go(func() {
		_, _ = cdp.Call(call, tab.target(), page.StartScreencast, page.StartScreencastParams{Format: page.StartScreencastFormatJpeg, Quality: &quality})
	})
	select {
	case data := <-frames:
		tab.background.Go(func() {
			ctx, cancel := context.WithTimeout(tab.root, castLimit)
			defer cancel()
			_, _ = cdp.Call(ctx, tab.target(), page.StopScreencast, cdp.Empty{})
		})
		return data
	case <-call.Done():
		return nil
	}
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

// isReadable reports whether a picture of texts in these boxes of the window shows more than one colour. Where none can be taken, what
// the styles say decides (result.Doubt).
func (tab *Tab) isReadable(ctx context.Context, boxes []box, styles string) bool {
	ctx, cancel := context.WithTimeout(ctx, captureTimeout)
	defer cancel()
	readable := styles != "same"
	for _, b := range boxes {
		if b.Moved {
			continue
		}
		at, err := cdp.Call(ctx, tab.target(), page.GetLayoutMetrics, cdp.Empty{})
		if err != nil {
			return readable
		}
		const margin = 0.15 // of a line's height, where the letters of others may be
		high, view := b.Bottom-b.Y, at.CSSVisualViewport
		clip := &page.Viewport{X: b.X + view.PageX, Y: b.Y + margin*high + view.PageY, Width: b.Right - b.X, Height: (1 - 2*margin) * high, Scale: 1}
		shot, err := cdp.Call(ctx, tab.target(), page.CaptureScreenshot, page.CaptureScreenshotParams{Clip: clip, OptimizeForSpeed: new(true)})
		if err != nil {
			return readable
		}
		if plain, err := picture.IsPlain(shot.Data); err != nil || !plain {
			return err == nil || readable
		}
		readable = false
	}
	return readable
}
