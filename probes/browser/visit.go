package browser

import (
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"

	"valkyrie/probes/browser/neterror"
)

// Visit opens a path of the site, with its query and fragment, or a whole address, and waits until the document is usable. Images that never finish
// loading do not fail it; an HTTP error does.
func (tab *Tab) Visit(path string) {
	address := tab.step.URL(path)
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

// failNavigation ends the step after a network error. It is the site's failure unless the probe's own network caused it.
func (tab *Tab) failNavigation(format, address, code string) {
	sleep(tab.root, deathGrace) // see callError
	if code == "net::ERR_ABORTED" && tab.chrome.NetworkCrashed() {
		tab.step.Brokenf(format, address, "the browser's network process died")
	}
	if neterror.IsProbeFault(code) {
		tab.step.Brokenf(format, address, neterror.Describe(code))
	}
	tab.markFailed()
	tab.step.Failf(format+"%s", address, tab.describeLoadError(code, address), tab.dialogs.note()) // no troubleNote: this request is the trouble
}

// unmetReason is why r does not meet its query; for Chrome's own error page it is the network error.
func (tab *Tab) unmetReason(r result) string {
	if !strings.HasPrefix(r.URL, "chrome-error:") {
		return r.Why
	}
	code, address := tab.requests.LastDocumentFailure()
	return "the page could not be loaded: " + tab.describeLoadError(code, address)
}

// describeLoadError words why a document could not be loaded, at address or where that redirects to.
func (tab *Tab) describeLoadError(code, address string) string {
	if last, at := tab.requests.LastDocumentFailure(); last == code && at != "" {
		address = at
	}
	if tab.lastError.code != code || tab.lastError.address != address {
		tab.lastError = loadError{code, address, neterror.DescribeAt(tab.ctx, code, address, time.Now())}
	}
	return tab.lastError.words
}

// A loadError is a description of such an error, kept because it may take a TLS handshake.
type loadError struct{ code, address, words string }
