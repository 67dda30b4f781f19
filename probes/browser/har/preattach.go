package har

import (
	"math"
	"slices"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/target"
)

// A PreAttachRequest is a request that a window's first document reports: it may have been made before the tab could be
// attached. Times are milliseconds since the epoch; 0: it never happened, or the document may not know. See
// https://www.w3.org/TR/resource-timing/.
type PreAttachRequest struct {
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
	First   float64 `json:"first"` // byte of the response
	Ended   float64 `json:"ended"`
	Content float64 `json:"content"` // the document was parsed
	Loaded  float64 `json:"loaded"`
}

// AddPreAttach adds a request that only the tab's document knows of, unless it was recorded.
func (r *Recorder) AddPreAttach(tab target.ID, from Source, e PreAttachRequest) {
	r.mu.Lock()
	defer r.mu.Unlock()
	known := func(x *exchange) bool {
		const sameRequest = 0.25 // seconds by which the two clocks may differ
		return x.tab == tab && x.request.URL == e.URL && math.Abs(x.started+x.offset-e.Asked/1000) < sameRequest
	}
	if len(r.all) == 0 || len(r.all) >= maxExchanges || slices.ContainsFunc(r.all, known) {
		return
	}
	offset := r.all[0].offset
	x := &exchange{
		preAttach: true, tab: tab, from: from, step: r.step, kind: e.resourceType(), document: e.Kind == "navigation",
		request: &network.Request{Method: e.Method, URL: e.URL}, offset: offset, started: e.Asked/1000 - offset,
		status: e.Status, size: e.Size, response: e.response(offset),
	}
	if e.Ended > 0 {
		x.ended = e.Ended/1000 - offset
	}
	r.all = append(r.all, x)
	if x.document {
		r.addPage(x, e)
	}
	x.page = r.latestPage(tab)
	if e.Status > 0 {
		r.classify(x)
	}
}

// addPage makes the document of x a page that owns all requests of its window so far.
func (r *Recorder) addPage(x *exchange, e PreAttachRequest) {
	d := document{tab: x.tab, url: e.URL, offset: x.offset, started: x.started}
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

// resourceType is the type that Chrome would have reported.
func (e PreAttachRequest) resourceType() network.ResourceType {
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

// response is the known part of the response; nil: nothing.
func (e PreAttachRequest) response(offset float64) *network.Response {
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
		t = nil // another site's, which hides its timings
	}
	return &network.Response{URL: e.URL, Status: e.Status, MimeType: e.Mime, Protocol: e.Proto, Timing: t}
}
