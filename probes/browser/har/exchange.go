package har

import (
	"net/url"
	"strings"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/target"

	"valkyrie/probes/journey"
)

// An exchange is one request and its outcome. Each hop of a redirect is one. Times are seconds of the events' clock.
type exchange struct {
	id        network.RequestID
	tab       target.ID
	from      Source
	step      string
	page      int // the run's document that it belongs to, from 1; 0: none yet
	kind      network.ResourceType
	document  bool // it is the tab's own document
	framed    bool // made by a frame of another site
	request   *network.Request
	sent      network.Headers // the raw headers; nil: unknown
	response  *network.Response
	received  network.Headers
	status    int64   // raw, even if Chrome then refused the response; 0: no response
	offset    float64 // add it to an event's time to get seconds since the epoch
	started   float64
	ended     float64 // 0: still in flight
	size      float64 // bytes received, including headers
	failure   string  // Chrome's error text, such as "net::ERR_CONNECTION_REFUSED"
	blocked   string  // why Chrome blocked it
	canceled  bool
	cached    bool
	body      []byte          // capped; nil: not kept
	noBody    string          // why the body is missing, if it should be there
	taken     bool            // by Answers
	problem   journey.Problem // as added; zero: it has none
	preAttach bool            // known only from the document's own timings
}

// failed reports whether the request was blocked, got no response, or got an HTTP error.
func (x *exchange) failed() bool {
	return x.failure != "" || x.blocked != "" || x.status >= 400
}

// name identifies the request in messages: method and path, with the host unless it is the site's own.
func (x *exchange) name(site string) string {
	u, err := url.Parse(x.request.URL)
	if err != nil || u.Host == "" {
		return x.request.Method + " " + x.request.URL
	}
	path := u.EscapedPath()
	if Origin(u) != site {
		path = u.Host + path
	}
	return x.request.Method + " " + path
}

// phases are the durations of an exchange's phases, in milliseconds; a phase that did not happen is negative.
type phases struct{ blocked, dns, connect, tls, send, wait, receive float64 }

// phases splits the time until the exchange ended, or until now (milliseconds since the epoch) if it has not. connect
// includes tls, as in a HAR.
func (x *exchange) phases(now float64) phases {
	p := phases{dns: -1, connect: -1, tls: -1}
	end := x.ended
	if end == 0 {
		end = now/1000 - x.offset
	}
	total := max(0, (end-x.started)*1000)
	if x.response == nil || x.response.Timing == nil {
		p.wait = total
		return p
	}
	t := x.response.Timing
	queued := (t.RequestTime - x.started) * 1000
	p.dns, p.connect, p.tls = interval(t.DNSStart, t.DNSEnd), interval(t.ConnectStart, t.ConnectEnd), interval(t.SslStart, t.SslEnd)
	p.send, p.wait = max(0, t.SendEnd-t.SendStart), max(0, t.ReceiveHeadersEnd-t.SendEnd)
	p.receive = max(0, total-queued-t.ReceiveHeadersEnd)
	p.blocked = max(0, queued+t.SendStart-max(0, p.dns)-max(0, p.connect))
	return p
}

func interval(from, to float64) float64 {
	if from < 0 || to < from {
		return -1
	}
	return to - from
}

// parts are the phases as intervals in milliseconds since the epoch, in order; an exchange that has not ended lasts until now.
func (x *exchange) parts(now float64) []part {
	p := x.phases(now)
	at := (x.started + x.offset) * 1000
	var all []part
	add := func(kind string, ms float64) {
		if ms > 0 {
			all = append(all, part{x, kind, at, at + ms})
			at += ms
		}
	}
	add(partQueue, p.blocked)
	add(partDNS, p.dns)
	add(partConnect, p.connect-max(0, p.tls))
	add(partTLS, p.tls)
	add(partFirstByte, p.send+p.wait)
	add(partDownload, p.receive)
	return all
}

// A part is the interval of one phase of an exchange.
type part struct {
	x        *exchange
	kind     string
	from, to float64
}

// The kinds of parts, as they are worded in a message.
const (
	partQueue     = "a free connection for"
	partDNS       = "the DNS for"
	partConnect   = "the connection for"
	partTLS       = "the TLS handshake for"
	partFirstByte = "the first byte of"
	partDownload  = "the rest of"
)

// isForm reports whether mime is the media type of an HTML form.
func isForm(mime string) bool { return strings.HasPrefix(mime, "application/x-www-form-urlencoded") }
