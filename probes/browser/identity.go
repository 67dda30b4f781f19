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

// identify adds the stage's product to the user agent, and a traceparent to requests to the site itself.
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

// intercept pauses requests to the site: those that carry a traceparent, and documents, since a new window's first one is
// requested before its user agent can be set; with all, every request.
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

// tracedTypes are the types of requests that carry a traceparent.
var tracedTypes = []network.ResourceType{network.ResourceTypeDocument, network.ResourceTypeXHR, network.ResourceTypeFetch}

// overrideUserAgent appends the stage's product to the user agent.
func (tab *Tab) overrideUserAgent(ctx context.Context) error {
	v, err := chromedp.CallBrowser(ctx, cdpbrowser.GetVersion, cdp.Empty{})
	if err != nil {
		return err
	}
	hints, err := tab.userAgentHints(ctx)
	if err != nil {
		return fmt.Errorf("read Chrome's user agent hints: %w", err)
	}
	tab.userAgent = emulation.SetUserAgentOverrideParams{UserAgent: v.UserAgent + " " + tab.stage.Agent, UserAgentMetadata: hints}
	_, err = chromedp.Call(ctx, emulation.SetUserAgentOverride, tab.userAgent)
	return err
}

// hintsPage is an address whose requests never leave Chrome.
const hintsPage = "https://valkyrie.invalid/"

// knownHints caches the hints of each Chrome by its path.
var knownHints sync.Map

// userAgentHints returns what this Chrome sends in the Sec-CH-UA headers. Chrome drops them when its user agent is
// overridden, unless they are set as well, and a site may treat a browser without them differently. Only a secure page can
// read them, so the tab serves one to itself.
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

// forgetHistory resets the tab's history, so that going back leads nowhere. Chrome refuses while a document is replaced.
func (tab *Tab) forgetHistory(ctx context.Context) error {
	for {
		_, err := chromedp.Call(ctx, page.ResetNavigationHistory, cdp.Empty{})
		if err == nil || !sleep(ctx, retryPause) {
			return err
		}
	}
}

// fulfilHints answers requests to hintsPage.
func (tab *Tab) fulfilHints(ev *fetch.EventRequestPaused) {
	_, _ = cdp.Call(tab.root, tab.target(), fetch.FulfillRequest, fetch.FulfillRequestParams{RequestID: ev.RequestID, ResponseCode: 200})
}

// continueRequest continues a paused request, with its traceparent and the user agent of an unattached window.
func (tab *Tab) continueRequest(ev *fetch.EventRequestPaused) {
	unwatched := tab.windows.unattached(target.ID(ev.FrameID), ev.Request)
	if tab.userAgent.UserAgent != "" && unwatched {
		_ = tab.intercept(tab.root, true) // until it is attached; at worst its requests are not identified
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

// traceparent follows https://www.w3.org/TR/trace-context: the run's id as trace id, a new span id, sampled.
func (tab *Tab) traceparent() string {
	var span [8]byte
	_, _ = rand.Read(span[:]) // never fails
	return fmt.Sprintf("00-%s-%s-01", strings.ReplaceAll(tab.stage.RunID, "-", ""), hex.EncodeToString(span[:]))
}
