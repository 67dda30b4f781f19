package browser

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"

	"valkyrie/probes/browser/har"
	"valkyrie/probes/browser/neterror"
)

// Visit opens a path of the site, with its query and fragment, or a whole address, and waits until the document is usable.
// Images that never finish loading do not fail it; an HTTP error does. A PDF that Chrome would show is one to Download.
func (tab *Tab) Visit(path string) { tab.visit(path, nil) }

// VisitExpecting is Visit for a page whose answer is one of these HTTP statuses, such as 404 for a page that must be gone.
// Any other status fails the step.
func (tab *Tab) VisitExpecting(path string, status ...int) { tab.visit(path, status) }

// An opening is a document that a step opens by its address.
type opening struct {
	address  string
	expected []int  // HTTP statuses; empty: any that is no error
	pdf      string // the request for the PDF that the tab shows; empty: it shows a page
	streams  bool   // the page is on screen, and still loading; no step has used it yet

	accepted float64 // start of the wait in which Chrome's own page for an expected status is right; 0: none
}

// patience is how long a document that is on screen may go on loading before a step uses it as it is: half of the step's time, in
// milliseconds. Some pages stream for ever.
func (tab *Tab) patience() int {
	deadline, _ := tab.step.Context().Deadline()
	return max(1, int(time.Until(deadline).Milliseconds()/2))
}

// Finish waits for the end of a document that is still loading, unless an expectation or an action of the step has used it meanwhile,
// and until the page has kept the last choice or tick.
func (tab *Tab) Finish() {
	for _, t := range append(tab.otherTabs(), tab) {
		t.settle()
	}
	if to, ok := tab.navigations.errorIn(tab.top().id); ok && to.ended.After(tab.began) {
		if words := tab.errorPage(); words != "" {
			tab.fail("%s", words)
		}
	}
	if tab.opened.streams {
		tab.poll(query{Op: "loaded"}, "could not open "+tab.opened.address)
	}
}

func (tab *Tab) visit(path string, expected []int) {
	path = tab.takeCredentials(path)
	tab.opened = opening{address: tab.step.URL(path), expected: expected}
	tab.awaitStill()
	tab.wait.begin(tab.step, epochMS(time.Now()))
	res, err := cdp.Call(tab.ctx, tab.target(), page.Navigate, page.NavigateParams{URL: tab.opened.address})
	if err != nil {
		tab.fail("could not open %s: %v", tab.opened.address, tab.callError(err))
	}
	if res.ErrorText != "" {
		n := tab.recorder.Navigation(network.RequestID(res.LoaderID))
		tab.openOther(n, tab.proxy.Cause(res.ErrorText, cmp.Or(n.URL, tab.opened.address)))
		return
	}
	r := tab.poll(query{Op: "loaded", Number: tab.patience()}, "could not open "+tab.opened.address)
	tab.opened.streams = r.Text == "loading"
	if words := tab.opened.unexpected(r.Status, tab.statusWords(r)); words != "" {
		tab.fail("could not open %s: %s", tab.opened.address, words)
	}
	tab.passable = r.Opened
}

// unexpected returns why a status is not the expected one; "": it is. words are "GET /cards answered 404".
func (o opening) unexpected(status int, words string) string {
	switch {
	case slices.Contains(o.expected, status), len(o.expected) == 0 && status < 400:
		return ""
	case len(o.expected) == 0:
		return words
	}
	var all []string
	for _, s := range o.expected {
		all = append(all, strconv.Itoa(s))
	}
	return words + ", expected " + strings.Join(all, " or ")
}

// openOther handles an address that leads to no document: to an error without a body, a PDF, a file, an answer without content,
// another program, or nowhere.
func (tab *Tab) openOther(n har.Navigation, code string) {
	answered, aborted := fmt.Sprintf("%s answered %d", n.Name, n.Status), code == "net::ERR_ABORTED"
	words := ""
	switch {
	case n.Status > 0 && len(tab.opened.expected) > 0:
		words = tab.opened.unexpected(int(n.Status), answered)
	case n.Status >= 400:
		words = answered
	case aborted && n.IsPDF():
		tab.openPDF(n)
		return
	case aborted && (n.Status == http.StatusNoContent || n.Status == http.StatusResetContent):
		words = answered + ", which has no page"
	case aborted && n.Answered:
		words = fmt.Sprintf("it is a file to download (%s), not a page", cmp.Or(n.MIME, "of no type"))
	case aborted && n.URL != "" && !strings.HasPrefix(n.URL, "http"):
		words = fmt.Sprintf("it leads to %s, an address for another program", n.URL)
	default:
		address := tab.opened.address
		if asked, at := hostOf(address), hostOf(n.URL); at != "" && at != asked {
			address += ", which leads to " + n.URL
		}
		tab.failNavigation("could not open %s: %s", address, code)
	}
	if words != "" {
		tab.breakIfNetworkDied("could not open %s: %s", tab.opened.address, code)
		tab.fail("could not open %s: %s", tab.opened.address, words)
	}
	tab.opened.accepted = tab.wait.acted
	tab.wait.end(tab.step, epochMS(time.Now()))
}

// openPDF waits until the PDF has come. Headless Chrome has no viewer and saves it instead; the tab then shows a blank page,
// so that nothing is found on the page before.
func (tab *Tab) openPDF(n har.Navigation) {
	f := tab.awaitDownload(func(f file) bool { return f.url == n.URL }, "could not open "+tab.opened.address+": ")
	tab.wait.end(tab.step, epochMS(tab.downloadedAt(f)))
	tab.opened.pdf = n.Name
	_, err := cdp.Call(tab.ctx, tab.target(), page.Navigate, page.NavigateParams{URL: "about:blank"})
	tab.mustCall("could not open "+tab.opened.address, err)
}

// failNavigation ends the step after a network error. It is the site's failure unless the probe's own network caused it.
func (tab *Tab) failNavigation(format, address, code string) {
	tab.breakIfNetworkDied(format, address, code)
	if neterror.IsProbeFault(code) {
		tab.step.Brokenf(format, address, neterror.Describe(code))
	}
	tab.markFailed()
	tab.step.Failf(format+"%s", address, tab.describeLoadError(code, address), tab.dialogs.note()) // no troubleNote: this request is the trouble
}

// breakIfNetworkDied ends the step if the end of Chrome's network process, or of Chrome, is why a navigation was aborted: that looks
// like one to a download. Chrome's end is noticed a little later.
func (tab *Tab) breakIfNetworkDied(format, address, code string) {
	sleep(tab.root, deathGrace) // see callError
	if code == "net::ERR_ABORTED" && tab.chrome.NetworkCrashed() {
		tab.step.Brokenf(format, address, "the browser's network process died")
	}
}

// unmetReason is why r does not meet its query, with the document's HTTP error first; for Chrome's own error page it is the
// network error.
func (tab *Tab) unmetReason(r result) string {
	if strings.HasPrefix(r.URL, "chrome-error:") {
		code, address := tab.requests.LastDocumentFailure()
		return "the page could not be loaded: " + tab.describeLoadError(code, address)
	}
	switch {
	case tab.opened.pdf != "" && r.URL == "about:blank":
		return fmt.Sprintf("the tab shows a PDF, %s; only Download can get it", tab.opened.pdf)
	case r.Status >= 400 && r.Opened != tab.passable:
		return tab.statusWords(r) + "; " + r.Why
	}
	return r.Why
}

// badStatus is why a met query does not count: the document's HTTP status. An expectation decides about a document with a
// status of 4xx, which may be intended, such as 422 for a form that is not valid. That something is gone proves nothing on
// such a document, unless an expectation was met on it before; and 5xx is the site's own report of a failure.
func (tab *Tab) badStatus(q query, r result) string {
	switch {
	case r.Status < 400 || q.Op == "loaded" || r.Opened == tab.passable:
		return ""
	case r.Status < 500 && q.Op != "gone":
		tab.passable = r.Opened
		return ""
	}
	return tab.statusWords(r)
}

// statusWords are "GET /cards answered 404" for the document of r.
func (tab *Tab) statusWords(r result) string {
	name := "the page " + r.URL
	if shown := tab.recorder.Shown(tab.id); r.frame.parent == nil && shown.Status == int64(r.Status) {
		name = shown.Name
	}
	if r.Status == http.StatusUnauthorized && tab.windows.credentials.Exist() {
		return name + " answered 401 to the user name and password"
	}
	return fmt.Sprintf("%s answered %d", name, r.Status)
}

// brokenBody is why no more of the tab's document will come, although it is not complete; "": it is complete or still comes.
func (tab *Tab) brokenBody() string {
	broken, ok := tab.recorder.Broken(tab.id)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s failed: %s", broken.Name, neterror.Describe(broken.Failure))
}

// consoleSlack is by how many milliseconds Chrome's time of a console line may differ from that of an event on the page.
const consoleSlack = 10

// logNote is what the log has to explain an error, to follow it: failures of the site, or else an error in the page's console, unless the
// page itself says something.
func (tab *Tab) logNote(said string) string {
	if note := tab.log.troubleNote(said); note != "" {
		return note
	}
	switch mask := tab.step.Mask().Text; {
	case strings.Contains(said, "the page is blank"):
		return tab.log.errorNote(0, mask)
	case strings.Contains(said, "the page says "), strings.Contains(said, "the page said "):
		return ""
	default:
		return tab.log.errorNote(tab.wait.acted-consoleSlack, mask)
	}
}

// cutOffNote says that the document may lack its end, to follow an error.
func (tab *Tab) cutOffNote() string {
	if name := tab.recorder.CutOff(tab.root, tab.id); name != "" {
		return fmt.Sprintf("; %s may have been cut off: its compressed body ends without </html>", name)
	}
	return ""
}

// wrongClock is how far this machine's clock may be from the site's: sites take the code before and after the present one, of 30 s each.
const wrongClock = 25 * time.Second

// clockNote names this machine's wrong clock as the likely cause when the step has used a one-time code, to follow an error.
func (tab *Tab) clockNote() string {
	ahead := tab.recorder.ClockAhead().Round(time.Second)
	if !tab.step.UsedCode() || ahead.Abs() < wrongClock {
		return ""
	}
	way := "ahead of"
	if ahead < 0 {
		way = "behind"
	}
	return fmt.Sprintf("; the clock of this probe's machine is %v %s the site's, so its one-time codes are wrong: set the clock", ahead.Abs(), way)
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

// A place follows when the tab's address changes.
type place struct {
	mu   sync.Mutex
	at   float64 // time of the latest change, milliseconds since the epoch
	news chan struct{}
}

func (p *place) changed(at float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at = at
	if p.news != nil {
		close(p.news)
		p.news = nil
	}
}

// now returns the time of the latest change, and a channel that is closed at the next.
func (p *place) now() (float64, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.news == nil {
		p.news = make(chan struct{})
	}
	return p.at, p.news
}
