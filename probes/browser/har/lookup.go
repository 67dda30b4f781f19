package har

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/target"
	"golang.org/x/net/publicsuffix"
)

// A Navigation is what is known of a request for a tab's document.
type Navigation struct {
	Name       string // "GET /cards?new", as in messages
	URL        string // of the last hop
	Status     int64  // 0: no response
	Answered   bool   // the response has come, and not only its status
	MIME       string
	Attachment bool   // the response asks to be saved, not shown
	Failure    string // Chrome's error
}

// Navigation returns the request for a document by its id, which is that of its loader.
func (r *Recorder) Navigation(id network.RequestID) Navigation {
	r.mu.Lock()
	defer r.mu.Unlock()
	if x := r.current[id]; x != nil {
		return x.navigation(r.problems.site)
	}
	return Navigation{}
}

// Shown returns the request for the document that the tab shows: the latest one with a response that Chrome shows, not
// one that it saves or that has no content.
func (r *Recorder) Shown(tab target.ID) Navigation {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, x := range slices.Backward(r.all) {
		if x.tab == tab && x.document && x.status > 0 && r.isLast(x) && !x.aborted() {
			return x.navigation(r.problems.site)
		}
	}
	return Navigation{}
}

// Broken returns the request for the document that the tab shows if its body ended early, unless another document is on its way.
func (r *Recorder) Broken(tab target.ID) (n Navigation, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, x := range slices.Backward(r.all) {
		switch {
		case x.tab != tab || !x.document || !r.isLast(x) || x.aborted():
		case x.status == 0:
			return Navigation{}, false
		default:
			return x.navigation(r.problems.site), x.failure != ""
		}
	}
	return Navigation{}, false
}

// cutBody bounds the time to read a document's body again.
const cutBody = 300 * time.Millisecond

// CutOff names the request for the document that the tab shows if its body came compressed and ends without the end tag of the
// document that it began: Chrome reads a compressed body that ends too early as if it were whole. "": it looks whole, or is unknown.
func (r *Recorder) CutOff(ctx context.Context, tab target.ID) string {
	ctx, cancel := context.WithTimeout(ctx, cutBody)
	defer cancel()
	r.mu.Lock()
	var shown *exchange
	for _, x := range slices.Backward(r.all) {
		if x.tab == tab && x.document && x.status > 0 && r.isLast(x) && !x.aborted() {
			shown = x
			break
		}
	}
	if shown == nil || shown.response == nil || shown.ended == 0 || header(shown.response.Headers, "Content-Encoding") == "" || shown.from.Session == nil {
		r.mu.Unlock()
		return ""
	}
	name, id, from := shown.name(r.problems.site), shown.id, shown.from.Session
	r.mu.Unlock()
	res, err := cdp.Call(ctx, from, network.GetResponseBody, network.GetResponseBodyParams{RequestID: id})
	body := bytes.ToLower(res.Body)
	if err != nil || !bytes.Contains(body, []byte("<html")) || bytes.Contains(body, []byte("</html")) {
		return ""
	}
	return name
}

// HeadersAt is when the headers of the latest response from an address had come, in milliseconds since the epoch; 0: unknown.
func (r *Recorder) HeadersAt(address string) float64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, x := range slices.Backward(r.all) {
		if x.request.URL == address && x.response != nil && x.response.Timing != nil {
			return (x.response.Timing.RequestTime+x.offset)*1000 + x.response.Timing.ReceiveHeadersEnd
		}
	}
	return 0
}

// isLast reports whether x is not a hop that another one followed.
func (r *Recorder) isLast(x *exchange) bool { return x.preAttach || r.current[x.id] == x }

// aborted reports whether the exchange was given up: the page was left, or it became a download.
func (x *exchange) aborted() bool { return x.canceled || x.failure == "net::ERR_ABORTED" }

func (x *exchange) navigation(site string) Navigation {
	name := x.name(site)
	if u, err := url.Parse(x.request.URL); err == nil && u.RawQuery != "" {
		name += "?" + u.RawQuery
	}
	n := Navigation{Name: name, URL: x.request.URL, Status: x.status, Failure: x.failure}
	if x.response != nil {
		n.Answered, n.MIME = true, x.response.MimeType
		n.Attachment = strings.HasPrefix(strings.ToLower(header(x.response.Headers, "Content-Disposition")), "attachment")
	}
	return n
}

// IsPDF reports whether the response is a PDF that a customer's Chrome shows in the tab.
func (n Navigation) IsPDF() bool {
	return n.Status == 200 && !n.Attachment && (n.MIME == "application/pdf" || n.MIME == "text/pdf")
}

// Active names a request of the tab that is not over, or was not at a time, in milliseconds since the epoch; "": there is none.
func (r *Recorder) Active(tab target.ID, since float64) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, x := range r.all {
		open := x.ended == 0 && r.isLast(x) && !r.left(x)
		if x.tab == tab && (open || x.ended > 0 && (x.ended+x.offset)*1000 > since) {
			return x.name(r.problems.site)
		}
	}
	return ""
}

// noticeable is how long a request has to be unanswered to be the cause of a failure, in milliseconds.
const noticeable = 1000

// ClockSlack is by how much the page's clock may differ from that of the events, in milliseconds.
const ClockSlack = 50

// Unfinished is what Unanswered says of a request whose answer has come in part.
const Unfinished = "has not finished its answer"

// Unanswered names the request of the tab whose answer the customer most likely waits for: "POST /save has had no answer for
// 10 s"; "" when there is none. after reports whether it was sent after they acted: one from before may be a long poll, which is
// answered only when there is news. acted is when they acted, now the current time, in milliseconds since the epoch.
func (r *Recorder) Unanswered(tab target.ID, acted, now float64) (name string, after bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var waiting []*exchange
	for _, x := range r.all {
		least := float64(noticeable)
		if acted > 0 {
			least = min(least, (now-acted)/2)
		}
		if x.tab == tab && x.ended == 0 && r.isLast(x) && x.startedMS() <= now-least && r.awaited(x) && !r.left(x) {
			waiting = append(waiting, x)
		}
	}
	if len(waiting) == 0 {
		return "", false
	}
	afterAction := func(x *exchange) int { // 2: surely, 1: perhaps
		switch started := x.startedMS(); {
		case started >= acted-1:
			return 2
		case started >= acted-ClockSlack:
			return 1
		}
		return 0
	}
	most := slices.MaxFunc(waiting, func(a, b *exchange) int {
		return cmp.Or(cmp.Compare(afterAction(a), afterAction(b)), cmp.Compare(rank(a), rank(b)), cmp.Compare(b.started, a.started))
	})
	lasted, what := formatSeconds(now-most.startedMS()), "has had no answer"
	if most.response != nil {
		what = Unfinished
	}
	return fmt.Sprintf("%s %s for %s", most.name(r.problems.site), what, lasted), afterAction(most) > 0
}

// left reports whether the tab shows a later document than the one that sent x. Chrome does not report the end of each request
// that it gave up then.
func (r *Recorder) left(x *exchange) bool {
	for n := x.page; n < len(r.pages) && x.kind != network.ResourceTypeDocument; n++ {
		if r.pages[n].tab == x.tab && r.pages[n].content > 0 {
			return true
		}
	}
	return false
}

func (x *exchange) startedMS() float64 { return (x.started + x.offset) * 1000 }

// awaited reports whether a customer waits for the answer to x: it is a document, a request of a script, a script or a
// style sheet, of the site or its neighbours, and no long poll.
func (r *Recorder) awaited(x *exchange) bool {
	if x.framed || !SameSite(r.problems.site, x.request.URL) || r.isLongPoll(x) {
		return false
	}
	switch x.kind {
	case network.ResourceTypeDocument:
		return x.document || x.response == nil
	case network.ResourceTypeXHR, network.ResourceTypeFetch, network.ResourceTypeScript, network.ResourceTypeStylesheet:
		return x.response == nil && x.status == 0 // the tab gets only the raw headers of a worker's script
	}
	return false
}

// isLongPoll reports whether the same request was answered late before, so that its silence is its normal state.
func (r *Recorder) isLongPoll(x *exchange) bool {
	bare := func(address string) string { bare, _, _ := strings.Cut(address, "?"); return bare }
	return slices.ContainsFunc(r.all, func(y *exchange) bool {
		return y != x && y.tab == x.tab && y.ended-y.started > noticeable/1000 && y.status > 0 && y.status < 400 &&
			y.request.Method == x.request.Method && bare(y.request.URL) == bare(x.request.URL)
	})
}

// SameSite reports whether an address belongs to the site, an origin, or to a host of the same registered domain.
func SameSite(site, address string) bool {
	u, err := url.Parse(address)
	s, bad := url.Parse(site)
	if err != nil || bad != nil {
		return false
	}
	registered := func(host string) string {
		if domain, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
			return domain
		}
		return host
	}
	return u.Hostname() == s.Hostname() || registered(u.Hostname()) == registered(s.Hostname())
}

// formatSeconds formats a duration in milliseconds: "2.4 s", "10 s".
func formatSeconds(ms float64) string {
	if ms < 9950 {
		return strings.TrimSuffix(fmt.Sprintf("%.1f", ms/1000), ".0") + " s"
	}
	return fmt.Sprintf("%.0f s", ms/1000)
}
