package twilio

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
)

// A wire carries one request of twilio-go, and records how far it got. It adds the context and the other host, which
// the library does not support. It also reads the whole answer, because the library leaves the bodies of errors unread
// and open, and drops the HTTP status of those that are not JSON.
type wire struct {
	ctx       context.Context // of the one request: the library has no parameter for it
	base      *url.URL        // nil: leave the host alone
	next      http.RoundTripper
	connected atomic.Bool // something may have been sent; set by the transport, in its own goroutine
	status    int         // HTTP status; 0: no answer
}

func (p *Client) wire(ctx context.Context) *wire {
	return &wire{ctx: ctx, base: p.base, next: p.cfg.Transport}
}

// RoundTrip sends the request to the right host, under the right context.
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { w.connected.Store(true) }}
	r = r.Clone(httptrace.WithClientTrace(w.ctx, trace))
	if w.base != nil {
		r.URL.Scheme, r.URL.Host, r.Host = w.base.Scheme, w.base.Host, ""
	}
	resp, err := w.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	w.status = resp.StatusCode
	const most = 4 << 20 // a page of a list is some 100 kB
	body, err := io.ReadAll(io.LimitReader(resp.Body, most))
	if err != nil {
		return nil, fmt.Errorf("answer %s, cut off after %d bytes: %w", resp.Status, len(body), err)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}
