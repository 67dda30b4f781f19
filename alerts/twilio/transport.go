package twilio

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"
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

	retryAfter time.Duration // that the answer asks for; 0: nothing

	timeNow func() time.Time
	ahead   time.Duration // of our clock, by the answer's Date, which has no fractions; 0: they agree, or that is unknown
}

// readRetryAfter reads the header Retry-After: seconds, or a date (RFC 9110, section 10.2.3).
func readRetryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(value); err == nil {
		return max(0, time.Duration(min(seconds, 24*60*60))*time.Second)
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

func (p *Client) wire(ctx context.Context) *wire {
	return &wire{ctx: ctx, base: p.base, next: p.cfg.Transport, timeNow: p.cfg.TimeNow}
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
	w.status, w.retryAfter = resp.StatusCode, readRetryAfter(resp.Header.Get("Retry-After"), time.Now())
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		if ahead := w.timeNow().Sub(date); ahead.Abs() >= clocksAgree {
			w.ahead = ahead
		}
	}
	const most = 4 << 20 // a page of a list is some 100 kB
	body, err := io.ReadAll(io.LimitReader(resp.Body, most))
	if err != nil {
		return nil, fmt.Errorf("answer %s, cut off after %d bytes: %w", resp.Status, len(body), err)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}
