package browser

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"valkyrie/probes/journey"
)

// How much is kept of response bodies: of one, and of all that a run has.
const (
	maxBody   = 256 << 10
	maxBodies = 4 << 20
)

// keepBodies fetches the bodies of failed requests as they come, until the tab ends: Chrome forgets them when the page
// is left.
func (tab *Tab) keepBodies() {
	tab.background.Go(func() {
		for {
			select {
			case <-tab.root.Done():
				return
			case id := <-tab.record.wanted:
				ctx, cancel := context.WithTimeout(tab.root, eachCapture)
				tab.fetchBody(ctx, id)
				cancel()
			}
		}
	})
}

func (tab *Tab) fetchBody(ctx context.Context, id network.RequestID) {
	from := tab.record.source(id)
	if from == nil {
		return
	}
	res, err := cdp.Call(ctx, from, network.GetResponseBody, network.GetResponseBodyParams{RequestID: id})
	tab.record.keep(id, res.Body, err)
}

// source is the tab that made the request.
func (r *recorder) source(id network.RequestID) *chromedp.Target {
	r.mu.Lock()
	defer r.mu.Unlock()
	if x := r.now[id]; x != nil {
		return x.from
	}
	return nil
}

// stepBodies fetches what the requests of the failing step were answered with.
func (tab *Tab) stepBodies(ctx context.Context, step string) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	for _, id := range tab.record.bodiless(step) {
		if ctx.Err() != nil {
			return
		}
		tab.fetchBody(ctx, id)
	}
}

// bodiless are the answered requests of the step whose bodies are not kept. The document's, and what it was told by
// its own requests, come before pictures.
func (r *recorder) bodiless(step string) []network.RequestID {
	r.mu.Lock()
	defer r.mu.Unlock()
	var first, then []network.RequestID
	for _, x := range r.all {
		redirected := r.now[x.id] != x
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

// keep adds a body, within the caps. It is kept as it came: a secret in it may become known only later.
func (r *recorder) keep(id network.RequestID, body []byte, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	x := r.now[id]
	if x == nil {
		return
	}
	kept := 0
	for _, y := range r.all {
		kept += len(y.body)
	}
	switch {
	case err != nil:
		x.noBody = "the body could not be had: " + firstLine(err)
	case kept >= maxBodies:
		x.noBody = fmt.Sprintf("the body was not kept: a run keeps %d MiB of bodies", maxBodies>>20)
	case len(body) > 0:
		x.body = slices.Clone(body[:min(len(body), 2*maxBody)]) // more than is shown: see presentable
	}
}

// har is the run so far as a HAR.
func (tab *Tab) har(mask *journey.Mask) ([]byte, error) {
	all, latest := tab.record.during("")
	for i := range all {
		all[i].body, all[i].noBody = presentable(all[i], mask)
	}
	tab.record.mu.Lock()
	pages, left := slices.Clone(tab.record.pages), tab.record.left
	tab.record.mu.Unlock()
	return harWriter{mask, tab.Version(), latest}.write(all, pages, left)
}

// presentable is a body with its secrets masked, and cut only then: half a secret would not be recognized.
func presentable(x exchange, mask *journey.Mask) (body []byte, note string) {
	if x.body == nil {
		return nil, x.noBody
	}
	if strings.HasPrefix(x.response.MimeType, "text/") || strings.Contains(x.response.MimeType, "json") {
		body = []byte(mask.Text(string(x.body)))
	} else {
		body = mask.Blot(x.body)
	}
	if len(body) > maxBody {
		return body[:maxBody], fmt.Sprintf("the first %d of %d bytes", maxBody, len(body))
	}
	return body, x.noBody
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
