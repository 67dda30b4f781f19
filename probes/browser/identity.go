package browser

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
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

	"valkyrie/probes/browser/credentials"
	"valkyrie/probes/browser/device"
	"valkyrie/probes/browser/har"
	"valkyrie/probes/browser/script"
	"valkyrie/probes/journey"
)

// An Option sets what a tab's browser runs on, for NewTab.
type Option func(*device.Settings)

// Phone makes the browser that of a common Android phone: its window, its touch screen, its user agent and client hints.
// A click is then a tap of a finger, and nothing can be hovered over.
func Phone(options ...Option) Option {
	return func(s *device.Settings) {
		s.Phone = true
		for _, set := range options {
			set(s)
		}
	}
}

// Locale sets the customer's language and region, such as "de-DE": the languages that requests ask for, and how scripts
// format numbers and dates. The default is en-US.
func Locale(tag string) Option { return func(s *device.Settings) { s.Locale = tag } }

// TimeZone sets the customer's time zone, such as "Europe/Berlin". The default is the machine's.
func TimeZone(name string) Option { return func(s *device.Settings) { s.TimeZone = name } }

// Location sets where the customer is, in degrees, and lets every page know it. Without it pages that ask are denied.
func Location(latitude, longitude float64) Option {
	return func(s *device.Settings) { s.Location = &device.Location{Latitude: latitude, Longitude: longitude} }
}

// Allow grants permissions without a question, by their names in the Permissions API: "notifications", "camera". Pages may
// use the clipboard in any case.
func Allow(permissions ...string) Option {
	return func(s *device.Settings) { s.Allowed = append(s.Allowed, permissions...) }
}

// identify makes requests carry what a customer's do, the stage's product in the user agent, and a traceparent to the site.
func (tab *Tab) identify(ctx context.Context) error {
	if err := tab.overrideUserAgent(ctx); err != nil {
		return err
	}
	if err := tab.emulateWindow(ctx); err != nil {
		return err
	}
	for _, name := range tab.device.Permissions() {
		p := cdpbrowser.SetPermissionParams{Permission: &cdpbrowser.PermissionDescriptor{Name: name}, Setting: cdpbrowser.PermissionSettingGranted}
		if _, err := chromedp.CallBrowser(ctx, cdpbrowser.SetPermission, p); err != nil {
			return fmt.Errorf("grant the permission %q: %w", name, err)
		}
	}
	if !tab.identified() {
		return nil
	}
	return tab.intercept(ctx, false)
}

// identified reports whether requests have to be changed on their way, not only those that sessions of ours can change.
func (tab *Tab) identified() bool {
	return tab.stage.Agent != "" || tab.stage.Trace || tab.device.Phone || tab.device.Locale != ""
}

// emulate gives a window, or a frame of another site, the device's user agent, screen, language and place.
func (tab *Tab) emulate(ctx context.Context) error {
	if _, err := chromedp.Call(ctx, emulation.SetUserAgentOverride, tab.userAgent); err != nil {
		return err
	}
	if tab.device.Phone {
		if _, err := chromedp.Call(ctx, emulation.SetTouchEmulationEnabled, tab.device.Touch()); err != nil {
			return err
		}
	}
	if tab.device.Locale != "" {
		p := emulation.SetLocaleOverrideParams{Locale: strings.ReplaceAll(tab.device.Locale, "-", "_")}
		if _, err := chromedp.Call(ctx, emulation.SetLocaleOverride, p); err != nil && !strings.Contains(err.Error(), "already in effect") { // a process has one
			return err
		}
	}
	return nil
}

// emulateWindow is emulate for a window, which has a screen and a place.
func (tab *Tab) emulateWindow(ctx context.Context) error {
	if tab.device.Phone {
		if _, err := chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, tab.device.Metrics()); err != nil {
			return err
		}
	}
	if l := tab.device.Location; l != nil {
		if _, err := chromedp.Call(ctx, emulation.SetGeolocationOverride, l.Place()); err != nil {
			return err
		}
	}
	return tab.emulate(ctx)
}

// intercept pauses requests to the site: those that carry a traceparent, and documents, since a new window's first one is
// requested before its user agent can be set; with all, every request.
func (tab *Tab) intercept(ctx context.Context, all bool) error {
	kinds := []network.ResourceType{network.ResourceTypeDocument}
	if tab.stage.Trace {
		kinds = tracedTypes
	}
	auth := tab.windows.credentials.Exist()
	if all || auth {
		kinds = []network.ResourceType{""}
	}
	var patterns []*fetch.RequestPattern
	for _, kind := range kinds {
		patterns = append(patterns, &fetch.RequestPattern{URLPattern: tab.site + "/*", ResourceType: kind, RequestStage: fetch.RequestStageRequest})
	}
	_, err := chromedp.CallBrowser(ctx, fetch.Enable, fetch.EnableParams{Patterns: patterns, HandleAuthRequests: &auth})
	return err
}

// Credentials gives the site a user name and a password when it asks for them by HTTP, as staging sites do; no other origin
// gets them. secret is the name of the journey's secret that holds the password. Call it before Visit.
func (tab *Tab) Credentials(user, secret string) {
	tab.useCredentials(user, tab.step.Secret(secret))
}

func (tab *Tab) useCredentials(user, password string) {
	tab.step.Mask().Add("credentials", base64.StdEncoding.EncodeToString([]byte(user+":"+password)))
	tab.windows.credentials.Set(user, password)
	tab.mustCall("could not set the credentials", tab.intercept(tab.root, false))
}

// takeCredentials removes a user name and a password from an address, since addresses are logged, and uses them for the site.
func (tab *Tab) takeCredentials(address string) string {
	bare, user, password, found, err := credentials.Cut(address)
	if !found {
		return address
	}
	if password != "" {
		tab.step.Mask().Add("password", password)
	}
	if u, bad := url.Parse(bare); err == nil && (bad != nil || har.Origin(u) != tab.site) {
		err = errors.New("it is not an address of the site, and only the site gets the user name and password")
	}
	if err != nil {
		tab.step.Brokenf("could not open %s: %v", bare, err)
	}
	tab.useCredentials(user, password)
	return bare
}

// answerChallenge answers a request for credentials.
func (tab *Tab) answerChallenge(ev *fetch.EventAuthRequired) {
	p := fetch.ContinueWithAuthParams{RequestID: ev.RequestID, AuthChallengeResponse: tab.windows.credentials.Answer(ev, tab.site)}
	_, _ = cdp.Call(tab.root, chromedp.FromContext(tab.root).Browser, fetch.ContinueWithAuth, p)
}

// tracedTypes are the types of requests that carry a traceparent.
var tracedTypes = []network.ResourceType{network.ResourceTypeDocument, network.ResourceTypeXHR, network.ResourceTypeFetch}

// overrideUserAgent determines the user agent: Chrome's own or the phone's, with the stage's product appended. Chrome's own stays as it
// is, with its hints: reading those takes two documents.
func (tab *Tab) overrideUserAgent(ctx context.Context) error {
	tab.userAgent = emulation.SetUserAgentOverrideParams{AcceptLanguage: tab.device.Languages(), Platform: tab.device.Platform()}
	if tab.stage.Agent == "" && !tab.device.Phone {
		return nil
	}
	v, err := chromedp.CallBrowser(ctx, cdpbrowser.GetVersion, cdp.Empty{})
	if err != nil {
		return err
	}
	hints, err := tab.userAgentHints(ctx)
	if err != nil {
		return fmt.Errorf("read Chrome's user agent hints: %w", err)
	}
	tab.userAgent.UserAgent = strings.TrimSpace(tab.device.UserAgent(v.UserAgent) + " " + tab.stage.Agent)
	tab.userAgent.UserAgentMetadata = tab.device.Hints(hints)
	return nil
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
	if tab.identified() && unwatched {
		_ = tab.intercept(tab.root, true) // until it is attached; at worst its requests are not identified
	}
	p := fetch.ContinueRequestParams{RequestID: ev.RequestID}
	if ev.Request != nil && strings.HasPrefix(ev.Request.URL, tab.site+"/") {
		device := tab.device.Headers()
		for name, value := range ev.Request.Headers {
			if strings.EqualFold(name, "User-Agent") && tab.userAgent.UserAgent != "" {
				value = tab.userAgent.UserAgent
			} else if own := device[strings.ToLower(name)]; own != "" {
				value = own
			}
			delete(device, strings.ToLower(name))
			p.Headers = append(p.Headers, &fetch.HeaderEntry{Name: name, Value: fmt.Sprint(value)})
		}
		for name, value := range device { // Chrome adds some after this
			p.Headers = append(p.Headers, &fetch.HeaderEntry{Name: name, Value: value})
		}
		if tab.stage.Trace && slices.Contains(tracedTypes, ev.ResourceType) {
			step, _ := tab.stepName.Load().(string)
			p.Headers = append(p.Headers, &fetch.HeaderEntry{Name: "traceparent", Value: journey.Traceparent(tab.stage.RunID, step)})
		}
	}
	_, _ = cdp.Call(tab.root, chromedp.FromContext(tab.root).Browser, fetch.ContinueRequest, p)
}

// hostOf is the host and the port of an address; "": it has none.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
