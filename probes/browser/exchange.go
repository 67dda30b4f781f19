package browser

import (
	"net/url"
	"strings"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// An exchange is one request and what came of it. A redirect makes one of each hop. Times are in seconds, by the clock
// that Chrome's events go by.
type exchange struct {
	id       network.RequestID
	tab      target.ID
	from     *chromedp.Target // the tab, or its frame
	step     string
	page     int // which of the run's documents it belongs to, from 1; 0: none yet
	kind     network.ResourceType
	document bool // it is the tab's own document
	framed   bool // a frame of another site has made it
	request  *network.Request
	sent     network.Headers // as they went over the wire; nil: unknown
	response *network.Response
	received network.Headers
	status   int64   // as it came over the wire, even if Chrome then refused the answer; 0: none came
	offset   float64 // add it to an event's time to get seconds since the epoch
	asked    float64
	ended    float64 // 0: it is under way
	size     float64 // bytes that came, headers too
	failure  string  // Chrome's error text, such as "net::ERR_CONNECTION_REFUSED"
	blocked  string  // why Chrome did not let it happen
	canceled bool
	cached   bool
	body     []byte // capped; nil: not kept
	noBody   string // why it was not, if it should have been
	early    bool   // only the document itself has told of it
}

// failed reports whether the exchange did not give what was asked for.
func (x *exchange) failed() bool {
	return x.failure != "" || x.blocked != "" || x.status >= 400
}

// name is how people call it: method and path, with the host if it is not the site's own.
func (x *exchange) name(site string) string {
	u, err := url.Parse(x.request.URL)
	if err != nil || u.Host == "" {
		return x.request.Method + " " + x.request.URL
	}
	path := u.EscapedPath()
	if origin(u) != site {
		path = u.Host + path
	}
	return x.request.Method + " " + path
}

// phases are the parts of an exchange, in milliseconds; a part that did not happen is negative.
type phases struct{ blocked, dns, connect, tls, send, wait, receive float64 }

// phases splits the time until end, by the clock of events. Connect includes tls, as in a HAR.
func (x *exchange) phases(end float64) phases {
	p := phases{dns: -1, connect: -1, tls: -1}
	if x.ended > 0 {
		end = x.ended
	}
	total := max(0, (end-x.asked)*1000)
	if x.response == nil || x.response.Timing == nil {
		p.wait = total
		return p
	}
	t := x.response.Timing
	queued := (t.RequestTime - x.asked) * 1000
	p.dns, p.connect, p.tls = span(t.DNSStart, t.DNSEnd), span(t.ConnectStart, t.ConnectEnd), span(t.SslStart, t.SslEnd)
	p.send, p.wait = max(0, t.SendEnd-t.SendStart), max(0, t.ReceiveHeadersEnd-t.SendEnd)
	p.receive = max(0, total-queued-t.ReceiveHeadersEnd)
	p.blocked = max(0, queued+t.SendStart-max(0, p.dns)-max(0, p.connect))
	return p
}

func span(from, to float64) float64 {
	if from < 0 || to < from {
		return -1
	}
	return to - from
}

// parts are the phases as stretches of time, in milliseconds since the epoch, in their order.
func (x *exchange) parts(end float64) []part {
	p := x.phases(end)
	at := (x.asked + x.offset) * 1000
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

// A part is a stretch of an exchange.
type part struct {
	x        *exchange
	kind     string
	from, to float64
}

// The kinds of parts, in the words that a failure's text uses.
const (
	partQueue     = "a free connection for"
	partDNS       = "the DNS for"
	partConnect   = "the connection for"
	partTLS       = "the TLS handshake for"
	partFirstByte = "the first byte of"
	partDownload  = "the rest of"
)

// isForm reports whether a media type is that of an HTML form.
func isForm(mime string) bool { return strings.HasPrefix(mime, "application/x-www-form-urlencoded") }
