package browser

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// paper is a frame's document, as it was sent to the printer.
type paper struct {
	URL  string `json:"url"`
	HTML string `json:"html"`
}

// printed is the PDF of a frame that prints itself. Chrome prints whole pages only, so the frame's document is put alone
// into a tab of its own, at its own address but without asking the site for it, and without its scripts. Style sheets and
// pictures come from Chrome's cache, where they still are.
func (tab *Tab) printed(ctx context.Context, p paper) ([]byte, error) {
	if !strings.HasPrefix(p.URL, "http") {
		return nil, fmt.Errorf("the frame's document could not be copied: %s", p.URL)
	}
	own, closeTab := chromedp.NewContext(tab.root)
	defer closeTab()
	if err := chromedp.Do(own); err != nil {
		return nil, err
	}
	loaded := make(chan struct{}, 1)
	target := chromedp.FromContext(own).Target
	err := chromedp.Listen(own, func(ev any) {
		switch ev := ev.(type) {
		case *fetch.EventRequestPaused:
			go hand(own, target, ev.RequestID, p.HTML)
		case *page.EventLoadEventFired:
			select {
			case loaded <- struct{}{}:
			default:
			}
		}
	})
	if err != nil {
		return nil, err
	}
	ctx, cancel := bind(own, ctx)
	defer cancel()
	bare, _, _ := strings.Cut(p.URL, "#")
	if err := spare(ctx); err != nil {
		return nil, err
	}
	if _, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		return nil, err
	}
	if _, err := cdp.Call(ctx, target, fetch.Enable, fetch.EnableParams{Patterns: []*fetch.RequestPattern{{URLPattern: literal(bare), ResourceType: "Document"}}}); err != nil {
		return nil, err
	}
	if res, err := cdp.Call(ctx, target, page.Navigate, page.NavigateParams{URL: bare}); err != nil || res.ErrorText != "" {
		return nil, errors.Join(err, errors.New("the frame's document could not be laid out: "+res.ErrorText))
	}
	select {
	case <-loaded:
	case <-ctx.Done(): // a picture that does not come is left out
	}
	return toPDF(tab.root, target)
}

// hand answers a request with a document.
func hand(ctx context.Context, target *chromedp.Target, id fetch.RequestID, html string) {
	_, _ = cdp.Call(ctx, target, fetch.FulfillRequest, fetch.FulfillRequestParams{
		RequestID: id, ResponseCode: 200, Body: []byte(html),
		ResponseHeaders: []*fetch.HeaderEntry{{Name: "Content-Type", Value: "text/html; charset=utf-8"}},
	})
}

// literal is a pattern that only the address itself matches.
func literal(address string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`).Replace(address)
}
