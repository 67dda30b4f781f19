package browser

import (
	"net/url"
	"sync"

	"github.com/chromedp/cdproto/network"
)

// requests remembers method and address of the requests under way, since the events of their end do not tell.
type requests struct {
	mu       sync.Mutex
	by       map[network.RequestID]request
	document string // the error of the last document that could not be had
	lostAt   string // and its address
}

type request struct{ method, url string }

// maxRequests bounds what a page of endless requests can make us remember.
const maxRequests = 10_000

func (r *requests) sent(ev *network.EventRequestWillBeSent) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.by == nil {
		r.by = map[network.RequestID]request{}
	}
	if len(r.by) < maxRequests && ev.Request != nil {
		r.by[ev.RequestID] = request{ev.Request.Method, ev.Request.URL}
	}
}

// lost notes a failure.
func (r *requests) lost(ev *network.EventLoadingFailed) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if ev.Type == network.ResourceTypeDocument {
		r.document, r.lostAt = ev.ErrorText, r.by[ev.RequestID].url
	}
}

func (r *requests) lastFailure() (code, address string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.document, r.lostAt
}

func (r *requests) url(id network.RequestID) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.by[id].url
}

// name is how a failure calls the request: method, path and query.
func (r *requests) name(id network.RequestID, address string) string {
	r.mu.Lock()
	method := r.by[id].method
	r.mu.Unlock()
	if method == "" {
		method = "GET"
	}
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		address = u.RequestURI()
	}
	return method + " " + address
}
