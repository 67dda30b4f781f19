package har

import (
	"context"
	"fmt"
	"net/http"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/target"

	"valkyrie/probes/browser/neterror"
)

// An Answer is a request that a step waits for, and its outcome so far.
type Answer struct {
	Name    string // "POST /save", as in messages
	Method  string
	URL     string
	Status  int64 // 0: no response yet
	Header  http.Header
	Ended   float64 // milliseconds since the epoch; 0: it has not
	Failure string  // why there is no complete response, in words; empty: there is, or it may still come

	x *exchange
}

// Answers returns the requests of the tab since a time (milliseconds since the epoch) that no step has taken, in order, and
// a channel that is closed when more may be known.
func (r *Recorder) Answers(tab target.ID, since float64) ([]Answer, <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.changed == nil {
		r.changed = make(chan struct{})
	}
	var all []Answer
	for _, x := range r.all {
		if x.tab != tab || x.taken || x.startedMS() < since-ClockSlack {
			continue
		}
		a := Answer{Name: x.name(r.problems.site), Method: x.request.Method, URL: x.request.URL, Status: x.status, Header: http.Header{}, x: x}
		if x.response != nil {
			for name, value := range x.response.Headers {
				a.Header.Set(name, fmt.Sprint(value))
			}
		}
		if x.ended > 0 {
			a.Ended = (x.ended + x.offset) * 1000
		}
		if x.failure != "" && (x.status == 0 || !x.aborted()) {
			a.Failure = neterror.Describe(x.failure)
		}
		all = append(all, a)
	}
	return all, r.changed
}

// Take marks the answer as taken by a step, and returns its body.
func (r *Recorder) Take(ctx context.Context, a Answer) ([]byte, error) {
	r.mu.Lock()
	a.x.taken = true
	kept, last := a.x.body, r.isLast(a.x)
	r.mu.Unlock()
	if kept != nil || !last || a.x.from.Session == nil {
		return kept, nil // a redirect has no body that Chrome keeps
	}
	res, err := cdp.Call(ctx, a.x.from.Session, network.GetResponseBody, network.GetResponseBodyParams{RequestID: a.x.id})
	return res.Body, err
}

// notify wakes those who wait for Answers. The caller holds r.mu.
func (r *Recorder) notify() {
	if r.changed != nil {
		close(r.changed)
		r.changed = nil
	}
}
