package browser

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"valkyrie/probes/browser/script"
)

// keepMoments has every document keep a record of its changes from its first moment. A result is often there before we
// can look: a new document shows it while our question is still on its way. The record says since when, so that our
// delay is not taken for the site's. It lives in our isolated world, where the page cannot see it.
func keepMoments(ctx context.Context) error {
	yes := true // a new window has its first document already
	_, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: script.Changes, WorldName: script.World, RunImmediately: &yes,
	})
	return err
}

// written is when the last byte of a download was on disk, by the file's own time. Chrome looks at the file for a while
// (is it dangerous?) before it says that it has ended; and its word takes time to reach us.
func (tab *Tab) written(f file) time.Time {
	info, err := os.Stat(filepath.Join(tab.chrome.Dir(), f.id))
	if err != nil || info.ModTime().After(f.ended) {
		return f.ended
	}
	return info.ModTime()
}
