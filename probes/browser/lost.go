package browser

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/systeminfo"
	"github.com/chromedp/chromedp"
)

var errCrashed = errors.New("the browser's process for the page crashed")

// lostLimit bounds the question below. It is asked only of runs that fail.
const lostLimit = 300 * time.Millisecond

// lostPage reports whether Chrome lives, but no process of it that could show a page. Chrome tells when one crashes, but
// not of one that died before we listened, and then the page just never answers: as if the site did not.
func (tab *Tab) lostPage() bool {
	if tab.chrome == nil || tab.chrome.single || tab.root.Err() != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(tab.root, lostLimit)
	defer cancel()
	info, err := cdp.Call(ctx, chromedp.FromContext(tab.root).Browser, systeminfo.GetProcessInfo, cdp.Empty{})
	return err == nil && !slices.ContainsFunc(info.ProcessInfo, func(p *systeminfo.ProcessInfo) bool { return p.Type == "renderer" })
}
