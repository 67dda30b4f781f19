package browser

import (
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"

	"valkyrie/probes/browser/neterror"
)

// Visit opens a path of the site (or a whole address), and waits until the document can be used. A page that never
// finishes loading its pictures is no obstacle; one that answers with an HTTP error is.
func (tab *Tab) Visit(path string) {
	address := path
	if !strings.Contains(path, "://") {
		address = tab.step.URL(path)
	}
	tab.wait.begin(tab.step, epochMS(time.Now()))
	res, err := cdp.Call(tab.ctx, tab.target(), page.Navigate, page.NavigateParams{URL: address})
	if err != nil {
		tab.fail("could not open %s: %v", address, tab.callError(err))
	}
	if res.ErrorText != "" {
		tab.failNavigation("could not open %s: %s", address, res.ErrorText)
	}
	tab.poll(query{Op: "loaded"}, "could not open "+address)
}

// refuse ends the step over a network error: it is the site's fault, unless the way to it is ours and broken.
func (tab *Tab) failNavigation(format, address, code string) {
	sleep(tab.root, deathGrace) // it may be the first sign of Chrome's death: whose fault it is depends on that
	if code == "net::ERR_ABORTED" && tab.chrome.NetworkCrashed() {
		tab.step.Brokenf(format, address, "the browser's network process died")
	}
	if neterror.IsProbeFault(code) {
		tab.step.Brokenf(format, address, neterror.Describe(code))
	}
	tab.markFailed()
	tab.step.Failf(format+"%s", address, tab.describeLoadError(code, address), tab.dialogs.note()) // what broke on the way is this very request
}

// unloaded is why s was not met; where a navigation ended on Chrome's own error page, it is what went wrong.
func (tab *Tab) unmetReason(s result) string {
	if !strings.HasPrefix(s.URL, "chrome-error:") {
		return s.Why
	}
	code, address := tab.requests.LastDocumentFailure()
	return "the page could not be loaded: " + tab.describeLoadError(code, address)
}

// documentFault words why a document could not be had: code says it of the one at address, or of where that redirects to.
func (tab *Tab) describeLoadError(code, address string) string {
	if last, at := tab.requests.LastDocumentFailure(); last == code && at != "" {
		address = at
	}
	if tab.lastError.code != code || tab.lastError.address != address {
		tab.lastError = loadError{code, address, neterror.DescribeAt(tab.ctx, code, address, time.Now())}
	}
	return tab.lastError.words
}

// fault is why a document could not be had, once it has been found out.
type loadError struct{ code, address, words string }
