package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"valkyrie/probes/browser/script"
	"valkyrie/probes/journey"
)

// eachCapture bounds one kind of evidence, so that a page which answers nothing costs little.
const eachCapture = 1500 * time.Millisecond

// Capture saves a picture of the page, its HTML, its console, its address, the run's requests as a HAR, its film strip,
// and the file that was downloaded last. Each is had by itself: one that cannot be had is named as missing, and the
// others are kept. None is larger than maxExhibit.
func (tab *Tab) Capture(ctx context.Context, save func(kind, name string, data []byte) journey.Evidence) []journey.Evidence {
	screen := tab.stricken()
	mask := tab.step.Mask()
	screen.shoot(ctx)
	kinds := []exhibit{
		{"screenshot", "screenshot.png", screen.screenshot},
		{"html", "page.html", screen.html},
		{"console", "console.txt", func(context.Context) ([]byte, error) { return []byte(tab.log.text()), nil }},
		{"url", "url.txt", screen.address},
		{"har", "run.har", func(ctx context.Context) ([]byte, error) {
			tab.record.FetchStep(ctx, tab.step.Step())
			return tab.record.Write(mask, tab.Version())
		}},
	}
	if !tab.stage.NoFilm {
		kinds = append(kinds, exhibit{"film", "film.jpg", func(context.Context) ([]byte, error) { return tab.film.JPEG(mask) }})
	}
	if f, ok := tab.downloads.last(); ok {
		kinds = append(kinds, exhibit{"download", "download-" + safeName(f.name), func(context.Context) ([]byte, error) { return tab.downloaded(f) }})
	}
	kept := []journey.Evidence{}
	for _, k := range kinds {
		kept = append(kept, tab.show(ctx, k, save))
	}
	return kept
}

// An exhibit is one kind of evidence.
type exhibit struct {
	kind, name string
	take       func(context.Context) ([]byte, error)
}

// maxExhibit is the most that is kept of one kind.
const maxExhibit = 8 << 20

func (tab *Tab) show(ctx context.Context, x exhibit, save func(kind, name string, data []byte) journey.Evidence) journey.Evidence {
	ctx, cancel := context.WithTimeout(ctx, eachCapture)
	defer cancel()
	call, release := bind(tab.root, ctx)
	defer release()
	data, err := x.take(call)
	if err == nil && len(data) > maxExhibit {
		err = fmt.Errorf("it is %d bytes, more than the %d that are kept", len(data), maxExhibit)
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
		return "the page did not answer within " + eachCapture.String()
	}
	return err.Error()
}

// maxHTML is how much of the page's HTML is kept.
const maxHTML = 2 << 20

func (tab *Tab) html(ctx context.Context) ([]byte, error) {
	tab.openClosed(ctx)
	var html string
	err := tab.evaluate(ctx, script.HTML, &html)
	if html = tab.step.Mask().Text(html); len(html) > maxHTML { // masked first: half a secret would not be recognized
		html = html[:maxHTML] + fmt.Sprintf("\n<!-- the first %d of %d bytes -->\n", maxHTML, len(html))
	}
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

// last is the file that was downloaded last, whole or not.
func (d *downloads) last() (file, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.files) == 0 {
		return file{}, false
	}
	return *d.files[len(d.files)-1], true
}

func (tab *Tab) downloaded(f file) ([]byte, error) {
	if f.state != cdpbrowser.DownloadProgressStateCompleted {
		return nil, fmt.Errorf("only %.0f of %.0f bytes came", f.got, f.of)
	}
	if f.got > maxExhibit {
		return nil, fmt.Errorf("it is %.0f bytes, more than the %d that are kept", f.got, maxExhibit)
	}
	return os.ReadFile(filepath.Join(tab.chrome.Dir(), f.id))
}

// safeName is a name that the site has chosen, as a file's.
func safeName(name string) string {
	safe := strings.Map(func(r rune) rune {
		if strings.ContainsRune("/\\:*?\"<>|", r) || r < ' ' {
			return '_'
		}
		return r
	}, name)
	if safe = strings.TrimLeft(safe, "."); safe == "" {
		return "file"
	}
	return strings.ToValidUTF8(safe[max(0, len(safe)-80):], "")
}
