// Package har records every request of a run from Chrome's events: it writes them as a HAR file, classifies those that
// went wrong, and sums up where a step's time went.
//
// It exists so that watching costs the page no time and needs no tab: it is given events, and asks Chrome for nothing but
// the bodies of failed requests.
package har

import (
	"net/url"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"

	"valkyrie/probes/journey"
)

// A Recorder follows every request of the run. It is safe for concurrent use. Reset makes it ready.
type Recorder struct {
	mu       sync.Mutex
	step     string
	all      []*exchange
	current  map[network.RequestID]*exchange
	pending  map[network.RequestID]*headers // headers that arrived before their request
	pages    []document
	dropped  int                    // exchanges beyond maxExchanges
	wanted   chan network.RequestID // failed requests, for FetchBody
	changed  chan struct{}          // closed at the next event; nil: nothing waits for it
	problems problems

	certificates []journey.Certificate // of the hosts so far
	ahead        time.Duration         // of this machine's clock: see ClockAhead
}

// A document is a page that a tab showed. Times are seconds of the events' clock.
type document struct {
	tab                     target.ID
	url                     string
	offset                  float64
	started, content, total float64
}

// headers are the raw headers that Chrome reports in events of their own, which may arrive before their request's.
type headers struct {
	sent, received []network.Headers
	status         []int64 // one for each of received
}

// maxExchanges is how many requests of a run are kept.
const maxExchanges = 3000

// A Source is where an event came from: a tab, or a frame of another site in it. Its session answers for its bodies.
type Source struct {
	Session cdp.Session
	ID      target.ID
}

// Reset forgets everything, and sets the origin of the site under probe, such as "https://shop.example".
func (r *Recorder) Reset(site string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all, r.pages = nil, nil
	r.problems, r.certificates, r.ahead = problems{site: site}, nil, 0
	r.current, r.pending = map[network.RequestID]*exchange{}, map[network.RequestID]*headers{}
	r.wanted = make(chan network.RequestID, 64)
}

// Handle records an event of the tab, or of a frame of another site in it. It does not call Chrome.
func (r *Recorder) Handle(tab target.ID, from Source, ev any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer r.notify()
	switch ev := ev.(type) {
	case *network.EventRequestWillBeSent:
		r.begin(tab, from, ev)
	case *network.EventRequestWillBeSentExtraInfo:
		r.addHeaders(ev.RequestID, ev.Headers, nil, 0)
	case *network.EventResponseReceivedExtraInfo:
		r.addHeaders(ev.RequestID, nil, ev.Headers, ev.StatusCode)
	case *network.EventRequestServedFromCache:
		if x := r.current[ev.RequestID]; x != nil {
			x.cached = true
		}
	case *network.EventResponseReceived:
		r.noteCertificate(ev.Response)
		r.noteClock(ev.Response)
		if x := r.current[ev.RequestID]; x != nil {
			x.response = boundedResponse(ev.Response)
			if ev.Response != nil {
				x.status = ev.Response.Status
			}
			r.classify(x)
		}
	case *network.EventLoadingFinished:
		r.finish(ev)
	case *network.EventLoadingFailed:
		r.fail(ev)
	case *page.EventDomContentEventFired:
		if n := r.latestPage(tab); from.ID == tab && n > 0 && r.pages[n-1].content == 0 {
			r.pages[n-1].content = ev.Timestamp.Float64()
		}
	case *page.EventLoadEventFired:
		if n := r.latestPage(tab); from.ID == tab && n > 0 && r.pages[n-1].total == 0 {
			r.pages[n-1].total = ev.Timestamp.Float64()
		}
	}
}

// latestPage is the number of the tab's current document, from 1; 0: it has none yet.
func (r *Recorder) latestPage(tab target.ID) int {
	for n := len(r.pages); n > 0; n-- {
		if r.pages[n-1].tab == tab {
			return n
		}
	}
	return 0
}

// begin adds an exchange; a redirect ends the one before it. The page reports the request for a frame's document, and the
// frame may report it again: the second report is ignored.
func (r *Recorder) begin(tab target.ID, from Source, ev *network.EventRequestWillBeSent) {
	at := ev.Timestamp.Float64()
	if ev.Request == nil {
		return
	}
	if x := r.current[ev.RequestID]; x != nil && x.from != from {
		return
	}
	if x := r.current[ev.RequestID]; x != nil && ev.RedirectResponse != nil {
		x.response, x.status, x.ended = ev.RedirectResponse, ev.RedirectResponse.Status, at
	}
	if len(r.all) >= maxExchanges {
		r.dropped++
		delete(r.current, ev.RequestID)
		return
	}
	x := &exchange{
		id: ev.RequestID, tab: tab, from: from, step: r.step, kind: ev.Type, request: bounded(ev.Request), started: at, offset: ev.WallTime.Float64() - at,
		framed:   from.ID != tab,
		document: string(ev.FrameID) == string(tab) && string(ev.LoaderID) == string(ev.RequestID),
	}
	if x.document && ev.RedirectResponse == nil {
		r.pages = append(r.pages, document{tab: tab, url: shortAddress(ev.Request.URL), started: at, offset: x.offset})
	}
	x.page = r.latestPage(tab)
	r.all = append(r.all, x)
	r.current[ev.RequestID] = x
	if w := r.pending[ev.RequestID]; w != nil {
		delete(r.pending, ev.RequestID)
		for _, h := range w.sent {
			r.addHeaders(ev.RequestID, h, nil, 0)
		}
		for i, h := range w.received {
			r.addHeaders(ev.RequestID, nil, h, w.status[i])
		}
	}
}

// addHeaders assigns raw headers to the first exchange of that id which has none yet, even one still to come.
func (r *Recorder) addHeaders(id network.RequestID, sent, received network.Headers, status int64) {
	x := r.current[id]
	switch {
	case x != nil && sent != nil && x.sent == nil:
		x.sent = sent
	case x != nil && received != nil && x.received == nil:
		x.received = received
		if x.status == 0 {
			x.status = status
		}
		if x.failure != "" && x.blocked == "" && status >= 400 {
			r.reclassify(x)
		}
	case len(r.pending) < maxExchanges:
		w := r.pending[id]
		if w == nil {
			w = &headers{}
			r.pending[id] = w
		}
		if sent != nil {
			w.sent = append(w.sent, sent)
		} else {
			w.received, w.status = append(w.received, received), append(w.status, status)
		}
	}
}

func (r *Recorder) finish(ev *network.EventLoadingFinished) {
	x := r.current[ev.RequestID]
	if x == nil {
		return
	}
	x.ended, x.size = ev.Timestamp.Float64(), ev.EncodedDataLength
	if x.failed() {
		select {
		case r.wanted <- x.id:
		default: // the queue is full of failures already; the first ones are evidence enough
		}
	}
}

func (r *Recorder) fail(ev *network.EventLoadingFailed) {
	x := r.current[ev.RequestID]
	if x == nil {
		return
	}
	x.ended, x.failure, x.blocked, x.canceled = ev.Timestamp.Float64(), ev.ErrorText, string(ev.BlockedReason), ev.Canceled
	if x.blocked == "" && ev.CorsErrorStatus != nil {
		x.blocked = "CORS: " + string(ev.CorsErrorStatus.CorsError)
	}
	r.classify(x)
}

// during copies the exchanges that began in the step; "": all of them.
func (r *Recorder) during(step string) (all []exchange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, x := range r.all {
		if step == "" || x.step == step {
			all = append(all, *x)
		}
	}
	return all
}

// BeginStep names the step that later requests belong to.
func (r *Recorder) BeginStep(step string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.step = step
}

// FirstParty reports whether an address belongs to the site, an origin. Its icon does not count: browsers ask for one
// unasked, and no customer misses it.
func FirstParty(site, address string) bool {
	u, err := url.Parse(address)
	return err == nil && Origin(u) == site && u.Path != "/favicon.ico"
}

// Origin is the scheme, host and port of an address.
func Origin(u *url.URL) string { return u.Scheme + "://" + u.Host }
