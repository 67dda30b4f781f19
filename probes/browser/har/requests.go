package har

import (
	"net/url"
	"sync"

	"github.com/chromedp/cdproto/network"
)

// Requests remembers the method and the address of each request, which the events of its end do not carry. It is safe for
// concurrent use.
type Requests struct {
	mu        sync.Mutex
	byID      map[network.RequestID]request
	failure   string // error of the last document that could not be loaded
	failedURL string // its address
}

type request struct{ method, url string }

// maxRequests bounds the memory that a page of endless requests can take.
const maxRequests = 10_000

// Sent records a request.
func (r *Requests) Sent(ev *network.EventRequestWillBeSent) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.byID == nil {
		r.byID = map[network.RequestID]request{}
	}
	if len(r.byID) < maxRequests && ev.Request != nil {
		r.byID[ev.RequestID] = request{ev.Request.Method, ev.Request.URL}
	}
}

// Failed records the failure of a document's request.
func (r *Requests) Failed(ev *network.EventLoadingFailed) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if ev.Type == network.ResourceTypeDocument {
		r.failure, r.failedURL = ev.ErrorText, r.byID[ev.RequestID].url
	}
}

// LastDocumentFailure returns Chrome's error and the address of the last document that could not be loaded.
func (r *Requests) LastDocumentFailure() (code, address string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failure, r.failedURL
}

// URL is the address of a request; "": unknown.
func (r *Requests) URL(id network.RequestID) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.byID[id].url
}

// Name identifies a request in messages: method, path and query.
func (r *Requests) Name(id network.RequestID, address string) string {
	r.mu.Lock()
	method := r.byID[id].method
	r.mu.Unlock()
	if method == "" {
		method = "GET"
	}
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		address = u.RequestURI()
	}
	return method + " " + address
}
