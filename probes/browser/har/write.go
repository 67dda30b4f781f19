package har

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/har"
	"github.com/chromedp/cdproto/network"

	"valkyrie/probes/journey"
	"valkyrie/probes/journey/mask"
)

// Write returns the recording as a HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/) that DevTools can open, with
// secrets masked. product is Chrome's product and version; requests that are still in flight last until now.
func (r *Recorder) Write(mask *journey.Mask, product string, now time.Time) ([]byte, error) {
	all := r.during("")
	for i := range all {
		all[i].body, all[i].noBody = maskedBody(all[i], mask)
	}
	r.mu.Lock()
	pages, dropped := slices.Clone(r.pages), r.dropped
	r.mu.Unlock()
	return writer{mask, product, float64(now.UnixMicro()) / 1000}.write(all, pages, dropped)
}

// A writer formats exchanges as a HAR.
type writer struct {
	mask    *journey.Mask
	product string
	now     float64 // end of the requests that are still in flight, milliseconds since the epoch
}

// write formats the whole file. The comment of an entry holds its step and why it failed.
func (h writer) write(all []exchange, pages []document, left int) ([]byte, error) {
	log := &har.Log{Version: "1.2", Creator: &har.Creator{Name: "Valkyrie", Version: strings.TrimPrefix(journey.Version, "v")}, Entries: []*har.Entry{}, Pages: []*har.Page{}}
	product, version, _ := strings.Cut(h.product, "/")
	log.Browser = &har.Creator{Name: product, Version: version}
	if left > 0 {
		log.Comment = fmt.Sprintf("%d more requests were not kept", left)
	}
	for i, p := range pages {
		log.Pages = append(log.Pages, h.page(i, p))
	}
	for i := range all {
		log.Entries = append(log.Entries, h.entry(&all[i]))
	}
	slices.SortStableFunc(log.Entries, func(a, b *har.Entry) int { return strings.Compare(a.StartedDateTime, b.StartedDateTime) })
	text, err := json.MarshalIndent(har.HAR{Log: log}, "", " ")
	return h.mask.File("run.har", text), err
}

func (h writer) page(i int, p document) *har.Page {
	return &har.Page{
		ID: pageID(i + 1), Title: p.url, StartedDateTime: isoTime(p.started + p.offset),
		PageTimings: &har.PageTimings{OnContentLoad: since(p.started, p.content), OnLoad: since(p.started, p.total)},
	}
}

func pageID(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("page_%d", n)
}

// since is the time between two events in milliseconds; -1: the second never came.
func since(from, to float64) *float64 {
	ms := (to - from) * 1000
	if to == 0 || ms < 0 {
		ms = -1
	}
	return &ms
}

func isoTime(seconds float64) string {
	return time.UnixMicro(int64(seconds * 1e6)).UTC().Format("2006-01-02T15:04:05.000000Z")
}

func (h writer) entry(x *exchange) *har.Entry {
	p := x.phases(h.now)
	e := &har.Entry{
		Pageref: pageID(x.page), StartedDateTime: isoTime(x.started + x.offset), Cache: &har.Cache{},
		Request: h.request(x), Response: h.response(x),
		Timings: &har.Timings{Blocked: &p.blocked, DNS: &p.dns, Connect: &p.connect, Ssl: &p.tls, Send: p.send, Wait: p.wait, Receive: p.receive},
		Time:    p.blocked + max(0, p.dns) + max(0, p.connect) + p.send + p.wait + p.receive,
		Comment: fmt.Sprintf("step %q", x.step),
	}
	if x.response != nil {
		e.ServerIPAddress = strings.Trim(x.response.RemoteIPAddress, "[]")
		if x.response.ConnectionID > 0 {
			e.Connection = fmt.Sprintf("%.0f", x.response.ConnectionID)
		}
	}
	switch {
	case x.preAttach:
		e.Comment += "; the window could not be watched yet: this is what its document knows of it"
	case x.blocked != "":
		e.Comment += "; blocked: " + x.blocked
	case x.failure != "":
		e.Comment += "; failed: " + x.failure
	case x.ended == 0:
		e.Comment += "; still in flight"
	}
	return e
}

func (h writer) request(x *exchange) *har.Request {
	headers := x.sent
	if headers == nil {
		headers = x.request.Headers
	}
	r := &har.Request{
		Method: x.request.Method, URL: x.request.URL, HTTPVersion: protocol(x.response),
		Cookies: []*har.Cookie{}, Headers: pairs(headers), QueryString: []*har.NameValuePair{}, HeadersSize: -1,
	}
	if u, err := url.Parse(x.request.URL); err == nil {
		for _, key := range sortedKeys(u.Query()) {
			for _, value := range u.Query()[key] {
				r.QueryString = append(r.QueryString, &har.NameValuePair{Name: key, Value: redact(key, value)})
			}
		}
	}
	if x.request.HasPostData {
		r.PostData = h.postData(x.request, header(headers, "Content-Type"))
		r.BodySize = int64(len(r.PostData.Text))
	}
	return r
}

// postData is the request body; fields with names of secrets are redacted even if no step asked for them.
func (h writer) postData(r *network.Request, mime string) *har.PostData {
	var sent []byte
	for _, e := range r.PostDataEntries {
		sent = append(sent, e.Bytes...)
	}
	d := &har.PostData{MimeType: mime, Params: []*har.Param{}}
	values, err := url.ParseQuery(string(sent))
	if !isForm(mime) || err != nil {
		d.Text = string(h.mask.Overwrite(sent[:min(len(sent), maxBody)]))
		return d
	}
	var all []string // in the order of the keys
	for _, key := range sortedKeys(values) {
		all = append(all, values[key]...)
	}
	split := h.mask.Split(all)
	for _, key := range sortedKeys(values) {
		for i := range values[key] {
			values[key][i] = redact(key, values[key][i])
			if split[0] {
				values[key][i] = mask.Hidden
			}
			split = split[1:]
			d.Params = append(d.Params, &har.Param{Name: key, Value: values[key][i]})
		}
	}
	d.Text = values.Encode()
	return d
}

func (h writer) response(x *exchange) *har.Response {
	r := &har.Response{
		HTTPVersion: protocol(x.response), Cookies: []*har.Cookie{}, Headers: []*har.NameValuePair{},
		Content: &har.Content{MimeType: "x-unknown"}, HeadersSize: -1, BodySize: -1,
	}
	if x.response == nil {
		r.Status, r.StatusText, r.Headers = x.status, x.failure, pairs(x.received)
		r.RedirectURL = header(x.received, "Location")
		return r
	}
	headers := x.received
	if headers == nil {
		headers = x.response.Headers
	}
	r.Status, r.StatusText, r.Headers = x.response.Status, x.response.StatusText, pairs(headers)
	if r.StatusText == "" {
		r.StatusText = http.StatusText(int(r.Status))
	}
	r.RedirectURL = header(headers, "Location")
	r.Content.MimeType, r.Content.Size = x.response.MimeType, int64(x.size)
	if r.Content.MimeType == "" {
		r.Content.MimeType = "x-unknown"
	}
	r.Content.Comment = x.noBody
	if x.body != nil {
		r.Content.Size = int64(len(x.body))
		r.Content.Text, r.Content.Encoding = x.body, "base64" // of the masked body: see maskedBody
	}
	return r
}

func protocol(r *network.Response) string {
	if r == nil || r.Protocol == "" {
		return "unknown"
	}
	return r.Protocol
}

func redact(name, value string) string {
	if mask.IsSecretName(name) {
		return mask.Hidden
	}
	return value
}

func pairs(headers network.Headers) []*har.NameValuePair {
	all := []*har.NameValuePair{}
	for _, name := range sortedKeys(headers) {
		all = append(all, &har.NameValuePair{Name: name, Value: redact(name, fmt.Sprint(headers[name]))})
	}
	return all
}

func header(headers network.Headers, name string) string {
	for key, value := range headers {
		if strings.EqualFold(key, name) {
			return fmt.Sprint(value)
		}
	}
	return ""
}

func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
