package har

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"

	"valkyrie/probes/journey"
)

// Caps on response bodies, in bytes: one body, and all bodies of a run.
const (
	maxBody   = 256 << 10
	maxBodies = 4 << 20
)

// bodyTimeout bounds one body, so that a page that answers nothing costs little.
const bodyTimeout = 1500 * time.Millisecond

// FetchFailed fetches the bodies of failed requests as they happen, until ctx ends: Chrome drops them when the tab leaves
// the page.
func (r *Recorder) FetchFailed(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case id := <-r.wanted:
			one, cancel := context.WithTimeout(ctx, bodyTimeout)
			r.fetchBody(one, id)
			cancel()
		}
	}
}

// FetchStep fetches the response bodies of the failing step's requests.
func (r *Recorder) FetchStep(ctx context.Context, step string) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	for _, id := range r.withoutBody(step) {
		if ctx.Err() != nil {
			return
		}
		r.fetchBody(ctx, id)
	}
}

func (r *Recorder) fetchBody(ctx context.Context, id network.RequestID) {
	from := r.session(id)
	if from == nil {
		return
	}
	res, err := cdp.Call(ctx, from, network.GetResponseBody, network.GetResponseBodyParams{RequestID: id})
	r.keepBody(id, res.Body, err)
}

// session is that of the tab or frame that made the request; nil: unknown.
func (r *Recorder) session(id network.RequestID) cdp.Session {
	r.mu.Lock()
	defer r.mu.Unlock()
	if x := r.current[id]; x != nil {
		return x.from.Session
	}
	return nil
}

// withoutBody lists the finished requests of the step whose bodies were not fetched, the document and its own requests
// (XHR, fetch) before pictures.
func (r *Recorder) withoutBody(step string) []network.RequestID {
	r.mu.Lock()
	defer r.mu.Unlock()
	var first, then []network.RequestID
	for _, x := range r.all {
		redirected := r.current[x.id] != x
		if x.step != step || x.response == nil || x.ended == 0 || x.failure != "" || x.body != nil || x.noBody != "" || redirected {
			continue
		}
		if x.size > 16*maxBody {
			x.noBody = fmt.Sprintf("the body was not kept: %.0f bytes came", x.size)
			continue
		}
		if slices.Contains([]network.ResourceType{network.ResourceTypeDocument, network.ResourceTypeXHR, network.ResourceTypeFetch}, x.kind) {
			first = append(first, x.id)
		} else {
			then = append(then, x.id)
		}
	}
	return append(first, then...)
}

// keepBody stores a body within the caps. It is stored unmasked, since a secret in it may become known only later.
func (r *Recorder) keepBody(id network.RequestID, body []byte, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	x := r.current[id]
	if x == nil {
		return
	}
	kept := 0
	for _, y := range r.all {
		kept += len(y.body)
	}
	switch {
	case err != nil:
		firstLine, _, _ := strings.Cut(err.Error(), "\n")
		x.noBody = "the body could not be fetched: " + firstLine
	case kept >= maxBodies:
		x.noBody = fmt.Sprintf("the body was not kept: a run keeps %d MiB of bodies", maxBodies>>20)
	case len(body) > 0:
		x.body = slices.Clone(body[:min(len(body), 2*maxBody)]) // more than is written: see maskedBody
	}
}

// maskedBody masks the secrets in a body and then truncates it: half a secret would not be recognized.
func maskedBody(x exchange, mask *journey.Mask) (body []byte, note string) {
	if x.body == nil {
		return nil, x.noBody
	}
	body = mask.File("body.txt", x.body)
	if len(body) > maxBody {
		return body[:maxBody], fmt.Sprintf("the first %d of %d bytes", maxBody, len(body))
	}
	return body, x.noBody
}
