package browser

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// introduce has the tab say who it is, as far as the stage wants: a product in the user agent, and a traceparent on
// requests to the site itself.
func (tab *Tab) introduce(ctx context.Context) error {
	if tab.stage.Agent != "" {
		if err := tab.nameAgent(ctx); err != nil {
			return err
		}
	}
	if !tab.stage.Trace {
		return nil
	}
	var patterns []*fetch.RequestPattern
	for _, kind := range []network.ResourceType{network.ResourceTypeDocument, network.ResourceTypeXHR, network.ResourceTypeFetch} {
		patterns = append(patterns, &fetch.RequestPattern{URLPattern: tab.site + "/*", ResourceType: kind, RequestStage: fetch.RequestStageRequest})
	}
	_, err := chromedp.Call(ctx, fetch.Enable, fetch.EnableParams{Patterns: patterns})
	return err
}

// nameAgent adds our product to the user agent.
func (tab *Tab) nameAgent(ctx context.Context) error {
	v, err := chromedp.CallBrowser(ctx, cdpbrowser.GetVersion, cdp.Empty{})
	if err != nil {
		return err
	}
	hints, err := tab.hints(ctx)
	if err != nil {
		return fmt.Errorf("what this Chrome says of itself could not be learned: %w", err)
	}
	_, err = chromedp.Call(ctx, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{
		UserAgent: v.UserAgent + " " + tab.stage.Agent, UserAgentMetadata: hints,
	})
	return err
}

// hintsPage is an address that no request for ever leaves Chrome.
const hintsPage = "https://valkyrie.invalid/"

// knownHints are those of each Chrome, by its path: they are learned once.
var knownHints sync.Map

// hints are what this Chrome says of itself in the Sec-CH-UA headers. Chrome drops them when it is given another user
// agent, unless it is given them as well; and a site may treat a browser without them differently. Only a secure page
// can ask for them, so it is one that we answer ourselves.
func (tab *Tab) hints(ctx context.Context) (*emulation.UserAgentMetadata, error) {
	if known, ok := knownHints.Load(tab.stage.Chrome.Path); ok {
		return known.(*emulation.UserAgentMetadata), nil
	}
	if _, err := chromedp.Call(ctx, fetch.Enable, fetch.EnableParams{Patterns: []*fetch.RequestPattern{{URLPattern: hintsPage + "*"}}}); err != nil {
		return nil, err
	}
	if _, err := chromedp.Call(ctx, page.Navigate, page.NavigateParams{URL: hintsPage}); err != nil {
		return nil, err
	}
	var hints emulation.UserAgentMetadata
	ask := "navigator.userAgentData.getHighEntropyValues(['architecture','bitness','formFactors','fullVersionList','model','platformVersion','wow64'])"
	if err := tab.evaluate(ctx, ask, &hints); err != nil {
		return nil, err
	}
	if _, err := chromedp.Call(ctx, fetch.Disable, cdp.Empty{}); err != nil {
		return nil, err
	}
	if _, err := chromedp.Call(ctx, page.Navigate, page.NavigateParams{URL: "about:blank"}); err != nil {
		return nil, err
	}
	if err := tab.forgetHistory(ctx); err != nil {
		return nil, err
	}
	knownHints.Store(tab.stage.Chrome.Path, &hints)
	return &hints, nil
}

// forgetHistory leaves the tab as new, so that going back leads nowhere. While documents change places it is refused.
func (tab *Tab) forgetHistory(ctx context.Context) error {
	for {
		_, err := chromedp.Call(ctx, page.ResetNavigationHistory, cdp.Empty{})
		if err == nil || !sleep(ctx, retryPause) {
			return err
		}
	}
}

// follow lets a request go on that was held up to get its traceparent.
func (tab *Tab) follow(ev *fetch.EventRequestPaused) {
	if ev.Request != nil && ev.Request.URL == hintsPage {
		_, _ = cdp.Call(tab.root, tab.target(), fetch.FulfillRequest, fetch.FulfillRequestParams{RequestID: ev.RequestID, ResponseCode: 200})
		return
	}
	p := fetch.ContinueRequestParams{RequestID: ev.RequestID}
	if ev.Request != nil && strings.HasPrefix(ev.Request.URL, tab.site+"/") {
		for name, value := range ev.Request.Headers {
			p.Headers = append(p.Headers, &fetch.HeaderEntry{Name: name, Value: fmt.Sprint(value)})
		}
		p.Headers = append(p.Headers, &fetch.HeaderEntry{Name: "traceparent", Value: tab.traceparent()})
	}
	_, _ = cdp.Call(tab.root, tab.target(), fetch.ContinueRequest, p)
}

// traceparent is https://www.w3.org/TR/trace-context: the run's id as the trace's, a span of its own, and sampled.
func (tab *Tab) traceparent() string {
	var span [8]byte
	_, _ = rand.Read(span[:]) // never fails
	return fmt.Sprintf("00-%s-%s-01", strings.ReplaceAll(tab.stage.RunID, "-", ""), hex.EncodeToString(span[:]))
}
