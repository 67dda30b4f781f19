package api

import (
	"crypto/tls"
	"net/http/httptrace"
	"slices"
	"sync"
	"time"

	"valkyrie/probes/journey"
)

// trace sums up where the time of a step's requests went.
type trace struct {
	mu    sync.Mutex
	total journey.Waterfall
	since time.Time // the latest event
}

func (t *trace) reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.total = journey.Waterfall{}
}

func (t *trace) waterfall() journey.Waterfall {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.total
}

// start records that a request starts.
func (t *trace) start(now time.Time) { t.note(now, nil) }

// answered records that the response has begun. An interim one, such as 103 Early Hints, does not count.
func (t *trace) answered(now time.Time) { t.note(now, &t.total.FirstByteMS) }

// done records that a response has been read.
func (t *trace) done(now time.Time) { t.note(now, &t.total.DownloadMS) }

// note adds the time since the latest event to a part; nil: to none.
func (t *trace) note(now time.Time, part *int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if part != nil {
		*part += now.Sub(t.since).Milliseconds()
	}
	t.since = now
}

// hooks record the events of net/http.
func (t *trace) hooks(now func() time.Time) *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		DNSStart:         func(httptrace.DNSStartInfo) { t.note(now(), &t.total.QueueMS) },
		DNSDone:          func(httptrace.DNSDoneInfo) { t.note(now(), &t.total.DNSMS) },
		ConnectStart:     func(string, string) { t.note(now(), &t.total.QueueMS) },
		ConnectDone:      func(string, string, error) { t.note(now(), &t.total.ConnectMS) },
		TLSHandshakeDone: func(tls.ConnectionState, error) { t.note(now(), &t.total.TLSMS) },
		GotConn:          func(httptrace.GotConnInfo) { t.note(now(), &t.total.QueueMS) },
	}
}

// noteCertificate keeps the certificate of a host, as its handshake showed it.
func (c *Client) noteCertificate(host string, state *tls.ConnectionState) {
	if state == nil || len(state.PeerCertificates) == 0 {
		return
	}
	shown := state.PeerCertificates[0]
	issuer := shown.Issuer.CommonName
	if issuer == "" && len(shown.Issuer.Organization) > 0 {
		issuer = shown.Issuer.Organization[0]
	}
	cert := journey.Certificate{Host: host, Issuer: issuer, From: shown.NotBefore.UTC(), Expires: shown.NotAfter.UTC()}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !slices.Contains(c.certificates, cert) {
		c.certificates = append(c.certificates, cert)
	}
}
