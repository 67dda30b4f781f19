package har

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
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
		r.byID[ev.RequestID] = request{ev.Request.Method, shortAddress(ev.Request.URL)}
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

// maxAddress is the longest address that is kept, in bytes. A data: URL may have megabytes, and a page hundreds of them.
const maxAddress = 8 << 10

// shortAddress is the beginning of an address; it shares no memory with a longer one.
func shortAddress(address string) string {
	if len(address) <= maxAddress {
		return address
	}
	return strings.ToValidUTF8(strings.Clone(address[:maxAddress]), "") + fmt.Sprintf("...(%d bytes)", len(address))
}

// bounded is a request without the parts that have no limit: its address, and its body beyond what may be written. Others read the
// event too, so it is copied and not changed.
func bounded(r *network.Request) *network.Request {
	kept := *r
	kept.URL = shortAddress(r.URL)
	left := 2 * maxBody // more than is written, as the secrets in it are masked first
	for i, e := range r.PostDataEntries {
		if len(e.Bytes) > left {
			cut := *e
			cut.Bytes = slices.Clone(e.Bytes[:left])
			kept.PostDataEntries = append(slices.Clone(r.PostDataEntries[:i]), &cut)
			break
		}
		left -= len(e.Bytes)
	}
	return &kept
}

// boundedResponse is a response with the beginning of its address.
func boundedResponse(r *network.Response) *network.Response {
	if r == nil || len(r.URL) <= maxAddress {
		return r
	}
	kept := *r
	kept.URL = shortAddress(r.URL)
	return &kept
}
