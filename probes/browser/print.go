package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"valkyrie/probes/browser/script"
)

// prints holds the page's print jobs.
type prints struct {
	mu      sync.Mutex
	ignore  bool // PrintToPDF is running, which dispatches the same events as window.print()
	pdfs    [][]byte
	errs    []error
	changed chan struct{}
}

// reportPrints makes every document of a target report window.print(), and with it a copy of a page that may close at once.
func reportPrints(ctx context.Context, mayClose bool) error {
	report, yes := script.ReportPrint, true
	if mayClose {
		report = script.ReportWindowPrint
	}
	if _, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: report, WorldName: script.World, RunImmediately: &yes}); err != nil {
		return err
	}
	_, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script.PrintHook, RunImmediately: &yes})
	return err
}

// loadLimit bounds the wait for the images of a frame's document.
const loadLimit = 5 * time.Second

// printLimit bounds one PrintToPDF.
const printLimit = 10 * time.Second

// A printJob is a report that window.print() was called, with a copy of the document where the page may change or close at once.
type printJob struct {
	By   string `json:"by"` // page, frame, or window: a new one that the page has written, and that is not attached yet
	URL  string `json:"url"`
	HTML string `json:"html"`
}

// receivePrint handles the report of a printJob. It must not call Chrome itself.
func (tab *Tab) receivePrint(payload string) {
	var job printJob
	err := json.Unmarshal([]byte(payload), &job)
	if job.By == "window" {
		if w := tab.windows.latest(tab); w != nil {
			tab = w
		}
	}
	tab.prints.mu.Lock()
	defer tab.prints.mu.Unlock()
	if tab.prints.ignore {
		return
	}
	tab.prints.ignore = true // the frames of a printing page report it too
	first := tab.windows.tabs[0]
	first.background.Go(func() {
		var paper []byte
		if err == nil {
			paper, err = tab.print(job)
		}
		tab.prints.add(paper, err)
		tab.windows.notify(func() {}) // Printed of the opener waits for it too
	})
}

// print returns the PDF of a job: of the page itself if it is still there, otherwise of its copy.
func (tab *Tab) print(job printJob) ([]byte, error) {
	if job.By == "page" {
		paper, err := toPDF(tab.root, tab.target())
		if err == nil || job.HTML == "" {
			return paper, err
		}
	}
	first := tab.windows.tabs[0].root
	ctx, cancel := context.WithTimeout(first, loadLimit)
	defer cancel()
	return printCopy(ctx, first, job)
}

// toPDF prints a tab.
func toPDF(ctx context.Context, target *chromedp.Target) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, printLimit)
	defer cancel()
	yes := true
	res, err := cdp.Call(ctx, target, page.PrintToPDF, page.PrintToPDFParams{PrintBackground: &yes, PreferCSSPageSize: &yes})
	return res.Data, err
}

func (p *prints) add(paper []byte, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ignore = false
	if err != nil {
		p.errs = append(p.errs, err)
	} else {
		p.pdfs = append(p.pdfs, paper)
	}
	if p.changed != nil {
		close(p.changed)
	}
	p.changed = make(chan struct{})
}

func (p *prints) next() ([]byte, <-chan struct{}, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.changed == nil {
		p.changed = make(chan struct{})
	}
	if len(p.pdfs) > 0 {
		paper := p.pdfs[0]
		p.pdfs = p.pdfs[1:]
		return paper, p.changed, nil
	}
	if len(p.errs) > 0 {
		err := p.errs[0]
		p.errs = p.errs[1:]
		return nil, p.changed, err
	}
	return nil, p.changed, nil
}

// Printed waits until the page, a frame in it, or a window that it has opened and that no step uses, calls window.print(), and returns
// the PDF that a printer would get. A call that a link's new tab makes while it loads may be too early to be noticed.
func (tab *Tab) Printed() []byte {
	for {
		changed := tab.windows.news()
		paper, news, err := tab.prints.next()
		for _, w := range tab.windows.untaken(tab) {
			if paper == nil && err == nil {
				paper, _, err = w.prints.next()
			}
		}
		switch {
		case paper != nil:
			return paper
		case err != nil:
			tab.fail("could not get what the page printed: %v", tab.callError(err))
		}
		select {
		case <-news:
		case <-changed:
		case <-tab.ctx.Done():
			tab.fail("expected the page to print %s: it did not call print()", tab.step.LimitNote())
		}
	}
}

// printCopy returns the PDF of a document's copy. Chrome prints whole pages only, so the copy is loaded alone in a tab of its own, at its
// own address but without a request to the site and without its scripts. Style sheets and images come from Chrome's cache.
func printCopy(ctx, root context.Context, job printJob) ([]byte, error) {
	if !strings.HasPrefix(job.URL, "http") {
		return nil, fmt.Errorf("the printed document could not be copied: %s", job.URL)
	}
	own, closeTab := chromedp.NewContext(root)
	defer closeTab()
	if err := chromedp.Do(own); err != nil {
		return nil, err
	}
	loaded := make(chan struct{}, 1)
	target := chromedp.FromContext(own).Target
	err := chromedp.Listen(own, func(ev any) {
		switch ev := ev.(type) {
		case *fetch.EventRequestPaused:
			go fulfil(own, target, ev.RequestID, job.HTML)
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
	bare, _, _ := strings.Cut(job.URL, "#")
	if err := disableDOM(ctx); err != nil {
		return nil, err
	}
	if _, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		return nil, err
	}
	if _, err := cdp.Call(ctx, target, fetch.Enable, fetch.EnableParams{Patterns: []*fetch.RequestPattern{{URLPattern: escapePattern(bare), ResourceType: "Document"}}}); err != nil {
		return nil, err
	}
	if res, err := cdp.Call(ctx, target, page.Navigate, page.NavigateParams{URL: bare}); err != nil || res.ErrorText != "" {
		return nil, errors.Join(err, errors.New("the printed document could not be laid out: "+res.ErrorText))
	}
	select {
	case <-loaded:
	case <-ctx.Done(): // images that do not load are left out
	}
	return toPDF(root, target)
}

// fulfil answers a request with a document.
func fulfil(ctx context.Context, target *chromedp.Target, id fetch.RequestID, html string) {
	_, _ = cdp.Call(ctx, target, fetch.FulfillRequest, fetch.FulfillRequestParams{
		RequestID: id, ResponseCode: 200, Body: []byte(html),
		ResponseHeaders: []*fetch.HeaderEntry{{Name: "Content-Type", Value: "text/html; charset=utf-8"}},
	})
}

// escapePattern returns the URL pattern that matches only this address.
func escapePattern(address string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`).Replace(address)
}
