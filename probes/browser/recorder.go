package browser

import (
	"sync"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// A recorder follows every request of the run from Chrome's events. It asks Chrome for nothing but the bodies of failed
// requests, so that watching costs the page no time.
type recorder struct {
	mu       sync.Mutex
	step     string
	all      []*exchange
	now      map[network.RequestID]*exchange
	early    map[network.RequestID]*wire // headers that came before what they belong to
	pages    []document
	left     int // exchanges that were too many to keep
	latest   float64
	wanted   chan network.RequestID // whose bodies are to be fetched while Chrome has them
	problems problems
}

// A document is a page that the tab showed. Times are seconds, by the clock of events.
type document struct {
	tab                   target.ID
	url                   string
	offset                float64
	asked, content, total float64
}

// wire is what Chrome tells apart of the headers that it sent and got.
type wire struct {
	sent, received []network.Headers
	status         []int64 // one for each of received
}

// maxExchanges is how many requests of a run are kept.
const maxExchanges = 3000

func (r *recorder) open(site string, firstParty func(string) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all, r.pages = nil, nil
	r.problems = problems{site: site, firstParty: firstParty}
	r.now, r.early = map[network.RequestID]*exchange{}, map[network.RequestID]*wire{}
	r.wanted = make(chan network.RequestID, 64)
}

// hear takes the events of a tab's network: its own, or those from a frame of another site.
func (r *recorder) hear(tab target.ID, from *chromedp.Target, ev any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch ev := ev.(type) {
	case *network.EventRequestWillBeSent:
		r.ask(tab, from, ev)
	case *network.EventRequestWillBeSentExtraInfo:
		r.wire(ev.RequestID, ev.Headers, nil, 0)
	case *network.EventResponseReceivedExtraInfo:
		r.wire(ev.RequestID, nil, ev.Headers, ev.StatusCode)
	case *network.EventRequestServedFromCache:
		if x := r.now[ev.RequestID]; x != nil {
			x.cached = true
		}
	case *network.EventResponseReceived:
		r.tick(ev.Timestamp.Float64())
		if x := r.now[ev.RequestID]; x != nil {
			x.response = ev.Response
			if ev.Response != nil {
				x.status = ev.Response.Status
			}
			r.judge(x)
		}
	case *network.EventLoadingFinished:
		r.finish(ev)
	case *network.EventLoadingFailed:
		r.fail(ev)
	case *page.EventDomContentEventFired:
		if n := r.latestPage(tab); from.TargetID == tab && n > 0 && r.pages[n-1].content == 0 {
			r.pages[n-1].content = ev.Timestamp.Float64()
		}
	case *page.EventLoadEventFired:
		if n := r.latestPage(tab); from.TargetID == tab && n > 0 && r.pages[n-1].total == 0 {
			r.pages[n-1].total = ev.Timestamp.Float64()
		}
	}
}

// latestPage is the number of the tab's present document, from 1; 0: it has none yet.
func (r *recorder) latestPage(tab target.ID) int {
	for n := len(r.pages); n > 0; n-- {
		if r.pages[n-1].tab == tab {
			return n
		}
	}
	return 0
}

func (r *recorder) tick(at float64) { r.latest = max(r.latest, at) }

// ask begins an exchange; one that a redirect leads to ends the one before. That a frame asks for its document is told by the
// page, and may be by the frame as well.
func (r *recorder) ask(tab target.ID, from *chromedp.Target, ev *network.EventRequestWillBeSent) {
	at := ev.Timestamp.Float64()
	r.tick(at)
	if ev.Request == nil {
		return
	}
	if x := r.now[ev.RequestID]; x != nil && x.from != from {
		return
	}
	if x := r.now[ev.RequestID]; x != nil && ev.RedirectResponse != nil {
		x.response, x.status, x.ended = ev.RedirectResponse, ev.RedirectResponse.Status, at
	}
	if len(r.all) >= maxExchanges {
		r.left++
		delete(r.now, ev.RequestID)
		return
	}
	x := &exchange{
		id: ev.RequestID, tab: tab, from: from, step: r.step, kind: ev.Type, request: ev.Request, asked: at, offset: ev.WallTime.Float64() - at,
		framed:   from.TargetID != tab,
		document: string(ev.FrameID) == string(tab) && string(ev.LoaderID) == string(ev.RequestID),
	}
	if x.document && ev.RedirectResponse == nil {
		r.pages = append(r.pages, document{tab: tab, url: ev.Request.URL, asked: at, offset: x.offset})
	}
	x.page = r.latestPage(tab)
	r.all = append(r.all, x)
	r.now[ev.RequestID] = x
	if w := r.early[ev.RequestID]; w != nil {
		delete(r.early, ev.RequestID)
		for _, h := range w.sent {
			r.wire(ev.RequestID, h, nil, 0)
		}
		for i, h := range w.received {
			r.wire(ev.RequestID, nil, h, w.status[i])
		}
	}
}

// wire adds headers to the exchange they belong to: the first of that id which has none yet, be it still to come.
func (r *recorder) wire(id network.RequestID, sent, received network.Headers, status int64) {
	x := r.now[id]
	switch {
	case x != nil && sent != nil && x.sent == nil:
		x.sent = sent
	case x != nil && received != nil && x.received == nil:
		x.received = received
		if x.status == 0 {
			x.status = status
		}
	case len(r.early) < maxExchanges:
		w := r.early[id]
		if w == nil {
			w = &wire{}
			r.early[id] = w
		}
		if sent != nil {
			w.sent = append(w.sent, sent)
		} else {
			w.received, w.status = append(w.received, received), append(w.status, status)
		}
	}
}

func (r *recorder) finish(ev *network.EventLoadingFinished) {
	r.tick(ev.Timestamp.Float64())
	x := r.now[ev.RequestID]
	if x == nil {
		return
	}
	x.ended, x.size = ev.Timestamp.Float64(), ev.EncodedDataLength
	if x.failed() {
		select {
		case r.wanted <- x.id:
		default: // a page of failures; the first ones tell enough
		}
	}
}

func (r *recorder) fail(ev *network.EventLoadingFailed) {
	r.tick(ev.Timestamp.Float64())
	x := r.now[ev.RequestID]
	if x == nil {
		return
	}
	x.ended, x.failure, x.blocked, x.canceled = ev.Timestamp.Float64(), ev.ErrorText, string(ev.BlockedReason), ev.Canceled
	if x.blocked == "" && ev.CorsErrorStatus != nil {
		x.blocked = "CORS: " + string(ev.CorsErrorStatus.CorsError)
	}
	r.judge(x)
}

// during copies the exchanges that began in the step, or all of them.
func (r *recorder) during(step string) (all []exchange, end float64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, x := range r.all {
		if step == "" || x.step == step {
			all = append(all, *x)
		}
	}
	return all, r.latest
}
