package browser

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"valkyrie/probes/browser/script"
)

// introduce has the tab say who it is, as far as the stage wants: a product in the user agent, and a traceparent on
// requests to the site itself.
func (tab *Tab) identify(ctx context.Context) error {
	if tab.stage.Agent == "" && !tab.stage.Trace {
		return nil
	}
	if tab.stage.Agent != "" {
		if err := tab.overrideUserAgent(ctx); err != nil {
			return err
		}
	}
	return tab.intercept(ctx, false)
}

// intercept has requests to the site come by us: those that carry a traceparent, and documents, as a new window's first one
// is asked for before the window can be told who it is; with all, everything.
func (tab *Tab) intercept(ctx context.Context, all bool) error {
	kinds := []network.ResourceType{network.ResourceTypeDocument}
	if tab.stage.Trace {
		kinds = tracedTypes
	}
	if all {
		kinds = []network.ResourceType{""}
	}
	var patterns []*fetch.RequestPattern
	for _, kind := range kinds {
		patterns = append(patterns, &fetch.RequestPattern{URLPattern: tab.site + "/*", ResourceType: kind, RequestStage: fetch.RequestStageRequest})
	}
	_, err := chromedp.CallBrowser(ctx, fetch.Enable, fetch.EnableParams{Patterns: patterns})
	return err
}

// traced are the kinds of requests that carry a traceparent.
var tracedTypes = []network.ResourceType{network.ResourceTypeDocument, network.ResourceTypeXHR, network.ResourceTypeFetch}

// nameAgent adds our product to the user agent.
func (tab *Tab) overrideUserAgent(ctx context.Context) error {
	v, err := chromedp.CallBrowser(ctx, cdpbrowser.GetVersion, cdp.Empty{})
	if err != nil {
		return err
	}
	hints, err := tab.userAgentHints(ctx)
	if err != nil {
		return fmt.Errorf("what this Chrome says of itself could not be learned: %w", err)
	}
	tab.userAgent = emulation.SetUserAgentOverrideParams{UserAgent: v.UserAgent + " " + tab.stage.Agent, UserAgentMetadata: hints}
	_, err = chromedp.Call(ctx, emulation.SetUserAgentOverride, tab.userAgent)
	return err
}

// hintsPage is an address that no request for ever leaves Chrome.
const hintsPage = "https://valkyrie.invalid/"

// knownHints are those of each Chrome, by its path: they are learned once.
var knownHints sync.Map

// hints are what this Chrome says of itself in the Sec-CH-UA headers. Chrome drops them when it is given another user
// agent, unless it is given them as well; and a site may treat a browser without them differently. Only a secure page
// can ask for them, so it is one that we answer ourselves.
func (tab *Tab) userAgentHints(ctx context.Context) (*emulation.UserAgentMetadata, error) {
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
	if err := tab.evaluate(ctx, script.UserAgentHints, &hints); err != nil {
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

// answerHints is the site of hintsPage.
func (tab *Tab) fulfilHints(ev *fetch.EventRequestPaused) {
	_, _ = cdp.Call(tab.root, tab.target(), fetch.FulfillRequest, fetch.FulfillRequestParams{RequestID: ev.RequestID, ResponseCode: 200})
}

// follow lets a request to the site go on that was held up to get its traceparent, and a window's first one to say who it is.
func (tab *Tab) continueRequest(ev *fetch.EventRequestPaused) {
	unwatched := tab.windows.unattached(target.ID(ev.FrameID), ev.Request)
	if tab.userAgent.UserAgent != "" && unwatched {
		_ = tab.intercept(tab.root, true) // until it is watched; at worst, what it asks for does not say who it is
	}
	p := fetch.ContinueRequestParams{RequestID: ev.RequestID}
	if ev.Request != nil && strings.HasPrefix(ev.Request.URL, tab.site+"/") {
		for name, value := range ev.Request.Headers {
			if strings.EqualFold(name, "User-Agent") && tab.userAgent.UserAgent != "" {
				value = tab.userAgent.UserAgent
			}
			p.Headers = append(p.Headers, &fetch.HeaderEntry{Name: name, Value: fmt.Sprint(value)})
		}
		if tab.stage.Trace && slices.Contains(tracedTypes, ev.ResourceType) {
			p.Headers = append(p.Headers, &fetch.HeaderEntry{Name: "traceparent", Value: tab.traceparent()})
		}
	}
	_, _ = cdp.Call(tab.root, chromedp.FromContext(tab.root).Browser, fetch.ContinueRequest, p)
}

// traceparent is https://www.w3.org/TR/trace-context: the run's id as the trace's, a span of its own, and sampled.
func (tab *Tab) traceparent() string {
	var span [8]byte
	_, _ = rand.Read(span[:]) // never fails
	return fmt.Sprintf("00-%s-%s-01", strings.ReplaceAll(tab.stage.RunID, "-", ""), hex.EncodeToString(span[:]))
}
