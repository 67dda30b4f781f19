package browser

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
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
	_, err = chromedp.Call(ctx, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: v.UserAgent + " " + tab.stage.Agent})
	return err
}

// follow lets a request go on that was held up to get its traceparent.
func (tab *Tab) follow(ev *fetch.EventRequestPaused) {
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
