package browser

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"valkyrie/probes/browser/script"
)

// prints is what the page sent to the printer.
type prints struct {
	mu    sync.Mutex
	ours  bool // Chrome is printing for us, which tells the page the same as its own print()
	paper [][]byte
	errs  []error
	news  chan struct{}
}

// keepPrints has every document tell when it prints.
func keepPrints(ctx context.Context) error {
	yes := true
	_, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script.ReportPrint, WorldName: script.World, RunImmediately: &yes})
	return err
}

// loadLimit bounds how long the pictures of a frame's document are waited for.
const loadLimit = 5 * time.Second

// printLimit bounds the making of one PDF.
const printLimit = 10 * time.Second

// hearPrint is told that the page, or a frame with its document, calls window.print(). It must not call Chrome itself.
func (tab *Tab) hearPrint(payload string) {
	tab.prints.mu.Lock()
	defer tab.prints.mu.Unlock()
	if tab.prints.ours {
		return
	}
	tab.prints.ours = true // the frames of a page that prints are told, too
	tab.background.Go(func() {
		if payload == "" {
			tab.prints.keep(toPDF(tab.root, tab.target()))
			return
		}
		ctx, cancel := context.WithTimeout(tab.root, loadLimit)
		defer cancel()
		var p paper
		if err := json.Unmarshal([]byte(payload), &p); err != nil {
			tab.prints.keep(nil, err)
			return
		}
		tab.prints.keep(tab.printed(ctx, p))
	})
}

// toPDF is what a printer would make of a tab.
func toPDF(ctx context.Context, target *chromedp.Target) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, printLimit)
	defer cancel()
	yes := true
	res, err := cdp.Call(ctx, target, page.PrintToPDF, page.PrintToPDFParams{PrintBackground: &yes, PreferCSSPageSize: &yes})
	return res.Data, err
}

func (p *prints) keep(paper []byte, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ours = false
	if err != nil {
		p.errs = append(p.errs, err)
	} else {
		p.paper = append(p.paper, paper)
	}
	if p.news != nil {
		close(p.news)
	}
	p.news = make(chan struct{})
}

func (p *prints) next() ([]byte, <-chan struct{}, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.news == nil {
		p.news = make(chan struct{})
	}
	if len(p.paper) > 0 {
		paper := p.paper[0]
		p.paper = p.paper[1:]
		return paper, p.news, nil
	}
	if len(p.errs) > 0 {
		err := p.errs[0]
		p.errs = p.errs[1:]
		return nil, p.news, err
	}
	return nil, p.news, nil
}

// Printed waits until the page, or a frame in it, calls window.print(), and returns the PDF of what would come out of the
// printer.
func (tab *Tab) Printed() []byte {
	for {
		paper, news, err := tab.prints.next()
		switch {
		case paper != nil:
			return paper
		case err != nil:
			tab.fail("what the page sent to the printer could not be had: %v", tab.reason(err))
		}
		select {
		case <-news:
		case <-tab.ctx.Done():
			tab.fail("expected the page to print %s: it did not call print()", tab.step.LimitNote())
		}
	}
}
