package browser

import (
	"context"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
)

// prints is what the page sent to the printer.
type prints struct {
	mu    sync.Mutex
	ours  bool // Chrome is printing for us, which tells the page the same as its own print()
	paper [][]byte
	errs  []error
	news  chan struct{}
}

// printScript tells of window.print(), which does nothing in a Chrome without a screen but lets the page get ready.
const printScript = `addEventListener('beforeprint', () => globalThis.valkyriePrinted?.(''))`

// printLimit bounds the making of one PDF.
const printLimit = 10 * time.Second

// hearPrint is told that the page calls window.print(). It must not call Chrome itself.
func (tab *Tab) hearPrint() {
	tab.prints.mu.Lock()
	defer tab.prints.mu.Unlock()
	if tab.prints.ours {
		return
	}
	tab.prints.ours = true
	tab.background.Go(func() {
		ctx, cancel := context.WithTimeout(tab.root, printLimit)
		defer cancel()
		yes := true
		res, err := cdp.Call(ctx, tab.target(), page.PrintToPDF, page.PrintToPDFParams{PrintBackground: &yes, PreferCSSPageSize: &yes})
		tab.prints.keep(res.Data, err)
	})
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

// Printed waits until the page calls window.print(), and returns the PDF of what would come out of the printer. What a
// frame prints by itself is not caught.
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
