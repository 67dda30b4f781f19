package api

import (
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"net/http/httptrace"
	"strings"
	"sync"
	"time"

	"valkyrie/probes/journey"
)

// trace adds up where the time of a step's requests went.
type trace struct {
	mu    sync.Mutex
	total journey.Waterfall
	since time.Time // the last thing that was noted
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

// asks notes that a request begins.
func (t *trace) asks(now time.Time) { t.note(now, nil) }

// read notes that an answer has been read.
func (t *trace) read(now time.Time) { t.note(now, &t.total.DownloadMS) }

// note adds the time since the last note to a part; nil: to none.
func (t *trace) note(now time.Time, part *int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if part != nil {
		*part += now.Sub(t.since).Milliseconds()
	}
	t.since = now
}

// hooks note what net/http tells of a request on its way.
func (t *trace) hooks(now func() time.Time) *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		DNSStart:             func(httptrace.DNSStartInfo) { t.note(now(), &t.total.QueueMS) },
		DNSDone:              func(httptrace.DNSDoneInfo) { t.note(now(), &t.total.DNSMS) },
		ConnectStart:         func(string, string) { t.note(now(), &t.total.QueueMS) },
		ConnectDone:          func(string, string, error) { t.note(now(), &t.total.ConnectMS) },
		TLSHandshakeDone:     func(tls.ConnectionState, error) { t.note(now(), &t.total.TLSMS) },
		GotConn:              func(httptrace.GotConnInfo) { t.note(now(), &t.total.QueueMS) },
		GotFirstResponseByte: func() { t.note(now(), &t.total.FirstByteMS) },
	}
}

// parent is a W3C traceparent (https://www.w3.org/TR/trace-context/) whose trace is the run.
func parent(run string) string {
	var span [8]byte
	_, _ = rand.Read(span[:]) // never fails
	return "00-" + strings.ReplaceAll(run, "-", "") + "-" + hex.EncodeToString(span[:]) + "-01"
}
