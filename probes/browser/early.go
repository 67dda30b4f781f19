package browser

import (
	"context"
	_ "embed"
	"math"
	"slices"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// An early is a request that a window's first document knows of: it may have been made before the window could be watched.
// Times are milliseconds since the epoch; 0: it never was so, or the document may not know. See
// https://www.w3.org/TR/resource-timing/.
type early struct {
	URL     string  `json:"url"`
	Method  string  `json:"-"`
	Kind    string  `json:"kind"` // the initiator: navigation, script, fetch, …
	Mime    string  `json:"mime"`
	Proto   string  `json:"proto"`
	Status  int64   `json:"status"`
	Size    float64 `json:"size"`
	Asked   float64 `json:"asked"`
	DNS     float64 `json:"dns"`
	DNSEnd  float64 `json:"dnsEnd"`
	Connect float64 `json:"connect"`
	TLS     float64 `json:"tls"`
	Ready   float64 `json:"ready"` // the connection
	Sent    float64 `json:"sent"`
	First   float64 `json:"first"` // byte of the answer
	Ended   float64 `json:"ended"`
	Content float64 `json:"content"` // the document was parsed
	Loaded  float64 `json:"loaded"`
}

//go:embed script/early.js
var earlyScript string

// sayAgain has Chrome tell what a window wrote to its console before we listened.
func (tab *Tab) sayAgain(ctx context.Context) error {
	if !tab.opened() {
		return nil
	}
	if _, err := chromedp.Call(ctx, runtime.Disable, cdp.Empty{}); err != nil {
		return err
	}
	_, err := chromedp.Call(ctx, runtime.Enable, cdp.Empty{})
	return err
}

// askEarly asks the window's present document what it had asked for before it was watched.
func (tab *Tab) askEarly(ctx context.Context) {
	var all []early
	if tab.evaluate(ctx, earlyScript, &all) != nil {
		return
	}
	first := tab.family.firstRequest(tab.id)
	for _, e := range all {
		e.Method = "GET" // which it is, but for a form's; of that alone it does not know
		if first != nil && first.URL == e.URL && e.Kind == "navigation" {
			e.Method = first.Method
		}
		if e.Asked < tab.watched {
			tab.record.recall(tab, e)
		}
	}
}

// recall adds a request that only the document knows of.
func (r *recorder) recall(tab *Tab, e early) {
	r.mu.Lock()
	defer r.mu.Unlock()
	known := func(x *exchange) bool {
		const sameRequest = 0.25 // seconds by which the two clocks may tell apart when it was made
		return x.tab == tab.id && x.request.URL == e.URL && math.Abs(x.asked+x.offset-e.Asked/1000) < sameRequest
	}
	if len(r.all) == 0 || len(r.all) >= maxExchanges || slices.ContainsFunc(r.all, known) {
		return
	}
	offset := r.all[0].offset
	x := &exchange{
		early: true, tab: tab.id, from: tab.target(), step: r.step, kind: e.kind(), document: e.Kind == "navigation",
		request: &network.Request{Method: e.Method, URL: e.URL}, offset: offset, asked: e.Asked/1000 - offset,
		status: e.Status, size: e.Size, response: e.response(offset),
	}
	if e.Ended > 0 {
		x.ended = e.Ended/1000 - offset
	}
	r.all = append(r.all, x)
	if x.document {
		r.lead(x, e)
	}
	x.page = r.latestPage(tab.id)
	if e.Status > 0 {
		r.judge(x)
	}
}

// lead makes the document of x a page, to which all belongs that its window has asked for so far.
func (r *recorder) lead(x *exchange, e early) {
	d := document{tab: x.tab, url: e.URL, offset: x.offset, asked: x.asked}
	if e.Content > 0 {
		d.content = e.Content/1000 - x.offset
	}
	if e.Loaded > 0 {
		d.total = e.Loaded/1000 - x.offset
	}
	r.pages = append(r.pages, d)
	for _, other := range r.all {
		if other.tab == x.tab && other.page == 0 {
			other.page = len(r.pages)
		}
	}
}

// kind is the type that Chrome would have told.
func (e early) kind() network.ResourceType {
	switch e.Kind {
	case "navigation":
		return network.ResourceTypeDocument
	case "script":
		return network.ResourceTypeScript
	case "css", "link":
		return network.ResourceTypeStylesheet
	case "img":
		return network.ResourceTypeImage
	case "fetch":
		return network.ResourceTypeFetch
	case "xmlhttprequest":
		return network.ResourceTypeXHR
	}
	return network.ResourceTypeOther
}

// response is what is known of the answer; nil: nothing.
func (e early) response(offset float64) *network.Response {
	if e.Status == 0 {
		return nil
	}
	since := func(at float64) float64 {
		if at == 0 {
			return -1
		}
		return at - e.Asked
	}
	t := &network.ResourceTiming{
		RequestTime: e.Asked/1000 - offset, DNSStart: since(e.DNS), DNSEnd: since(e.DNSEnd), ConnectStart: since(e.Connect), ConnectEnd: since(e.Ready),
		SslStart: since(e.TLS), SslEnd: since(e.Ready), SendStart: since(e.Sent), SendEnd: since(e.Sent), ReceiveHeadersEnd: since(e.First),
	}
	if e.Sent == 0 || e.First == 0 {
		t = nil // of another site, which does not allow it
	}
	return &network.Response{URL: e.URL, Status: e.Status, MimeType: e.Mime, Protocol: e.Proto, Timing: t}
}
