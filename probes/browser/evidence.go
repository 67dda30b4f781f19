package browser

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"valkyrie/probes/browser/script"
	"valkyrie/probes/journey"
)

// captureTimeout bounds one kind of evidence, so that a page that does not answer costs little.
const captureTimeout = 1500 * time.Millisecond

// Capture saves a screenshot, the page's HTML, its console, its address, the run's requests as a HAR, its film strip, and
// the latest download. Each is captured independently: one that fails is reported as missing. None exceeds maxEvidence.
//
// The HAR is written before anything that changes the page, such as giving up a load that has no end: it must show the
// requests as they were when the step failed.
func (tab *Tab) Capture(ctx context.Context, save func(kind, name string, data []byte) journey.Evidence) []journey.Evidence {
	screen := tab.failedTab()
	mask := tab.step.Mask()
	screen.beginStill(ctx)
	screen.awaitStill()
	requests := sync.OnceValues(func() ([]byte, error) {
		call, release := tab.boundedContext(ctx, captureTimeout, 2)
		defer release()
		tab.recorder.FetchStep(call, tab.step.Step())
		return tab.recorder.Write(mask, tab.Version(), time.Now())
	})
	var taken shot // by the first kind below
	kinds := []capture{
		{"screenshot", "screenshot.png", func(context.Context) ([]byte, error) {
			taken = screen.shoot(ctx, func() { _, _ = requests() })
			return taken.png, taken.err
		}},
		{"html", "page.html", func(ctx context.Context) ([]byte, error) {
			if taken.silent {
				return nil, context.DeadlineExceeded // another wait would end the same way
			}
			return screen.html(ctx)
		}},
		{"har", "run.har", func(context.Context) ([]byte, error) { return requests() }},
	}
	if !tab.stage.NoFilm {
		kinds = append(kinds, capture{"film", "film.jpg", func(context.Context) ([]byte, error) { return tab.film.JPEG(mask) }})
	}
	if f, ok := tab.downloads.last(); ok {
		kinds = append(kinds, capture{"download", "download-" + safeName(f.name), func(context.Context) ([]byte, error) { return tab.downloaded(f) }})
	}
	quick := []journey.Evidence{ // first, so that they are kept even if a picture takes all the time
		tab.save(ctx, capture{"console", "console.txt", func(context.Context) ([]byte, error) { return []byte(tab.log.text()), nil }}, save),
		tab.save(ctx, capture{"url", "url.txt", screen.address}, save),
	}
	kept := []journey.Evidence{}
	for _, k := range kinds {
		kept = append(kept, tab.save(ctx, k, save))
	}
	return slices.Insert(kept, 2, quick...)
}

// captureContext is the context of the calls for one kind of evidence.
func (tab *Tab) captureContext(ctx context.Context) (context.Context, context.CancelFunc) {
	return tab.boundedContext(ctx, captureTimeout, 1)
}

// boundedContext is a context for calls within limit, and within one of parts of the time that ctx has left, so that what
// follows has time too.
func (tab *Tab) boundedContext(ctx context.Context, limit time.Duration, parts int) (context.Context, context.CancelFunc) {
	if end, ok := ctx.Deadline(); ok {
		limit = min(limit, time.Until(end)/time.Duration(parts))
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	call, release := bind(tab.root, ctx)
	return call, func() { release(); cancel() }
}

// A capture is one kind of evidence.
type capture struct {
	kind, name string
	get        func(context.Context) ([]byte, error)
}

// maxEvidence is the largest size of one kind of evidence, 8 MiB.
const maxEvidence = 8 << 20

func (tab *Tab) save(ctx context.Context, x capture, save func(kind, name string, data []byte) journey.Evidence) journey.Evidence {
	call, release := tab.captureContext(ctx)
	defer release()
	data, err := x.get(call)
	if err == nil && len(data) > maxEvidence {
		err = fmt.Errorf("it is %d bytes, more than the %d that are kept", len(data), maxEvidence)
	}
	if err != nil {
		return journey.Evidence{Kind: x.kind, Missing: missing(tab.root, err)}
	}
	return save(x.kind, x.name, data)
}

func missing(root context.Context, err error) string {
	switch {
	case root.Err() != nil:
		return "Chrome was gone"
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return "the page did not answer within " + captureTimeout.String()
	}
	return err.Error()
}

// maxHTML is the largest size of the page's HTML, 2 MiB.
const maxHTML = 2 << 20

func (tab *Tab) html(ctx context.Context) ([]byte, error) {
	tab.findClosedRoots(ctx)
	var html string
	err := tab.evaluate(ctx, script.HTML, &html)
	if html = tab.step.Mask().Text(html); len(html) > maxHTML { // masked first: half a secret would not be recognized
		html = html[:maxHTML] + fmt.Sprintf("\n<!-- the first %d of %d bytes -->\n", maxHTML, len(html))
	}
	return []byte(html), err
}

// address asks the browser, not the page, so that it works for a page that hangs.
func (tab *Tab) address(ctx context.Context) ([]byte, error) {
	c := chromedp.FromContext(tab.root)
	res, err := cdp.Call(ctx, c.Browser, target.GetTargetInfo, target.GetTargetInfoParams{TargetID: c.Target.TargetID})
	if err != nil {
		return nil, err
	}
	return []byte(res.TargetInfo.URL + "\n"), nil
}

// safeName turns a name chosen by the site into a safe file name.
func safeName(name string) string {
	safe := strings.Map(func(r rune) rune {
		if strings.ContainsRune("/\\:*?\"<>|", r) || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return '_'
		}
		return r
	}, name)
	if safe = strings.TrimLeft(safe, "."); safe == "" {
		return "file"
	}
	return strings.ToValidUTF8(safe[max(0, len(safe)-80):], "")
}
