package dynamo_test

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"valkyrie/infra/dynamo"
	"valkyrie/infra/dynamo/local"
)

// A fault is the proxy's behaviour for one request.
type fault int

const (
	none     fault = iota
	throttle       // rejected: ProvisionedThroughputExceededException
	limited        // rejected: ThrottlingException
	broken         // status 500, without effect
	lost           // executed, then the connection is cut instead of a response
	spoiled        // executed, then status 500
	silence        // without effect or response
)

// A proxy in front of the real server records requests and injects faults.
type proxy struct {
	*httptest.Server
	mu        sync.Mutex
	requested []string        // operations, in order, and with a plan each attempt at one
	attempted map[string]bool // by the id that the SDK gives to all attempts at a request
	plan      func(op string, n int) fault
	after     func(op string) // called after a request was executed, before its response
}

// newProxy creates a table and a proxy in front of it. plan chooses the fault of the nth request, counted from 0.
func newProxy(t *testing.T, server *local.Server, plan func(op string, n int) fault) (*proxy, dynamo.Config) {
	t.Helper()
	cfg := server.Table(t)
	target, err := url.Parse(cfg.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{plan: plan, attempted: map[string]bool{}}
	behind := httputil.NewSingleHostReverseProxy(target)
	behind.ErrorLog = log.New(io.Discard, "", 0) // it reports clients that gave up
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.serve(w, r, behind) }))
	t.Cleanup(p.Close)
	cfg.Endpoint = p.URL
	if plan == nil {
		cfg.AttemptLimit = time.Minute // a busy machine must not send a request again that a test counts
	}
	return p, cfg
}

func (p *proxy) serve(w http.ResponseWriter, r *http.Request, behind http.Handler) {
	_, op, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	p.mu.Lock()
	n := len(p.requested)
	plan, after := p.plan, p.after
	id := r.Header.Get("Amz-Sdk-Invocation-Id")
	if plan != nil || !p.attempted[id] { // the SDK repeats what the server of a busy machine has not answered
		p.requested = append(p.requested, op)
	}
	p.attempted[id] = id != ""
	p.mu.Unlock()
	f := none
	if plan != nil {
		f = plan(op, n)
	}
	switch f {
	case throttle:
		refuse(w, http.StatusBadRequest, "ProvisionedThroughputExceededException")
		return
	case limited:
		refuse(w, http.StatusBadRequest, "ThrottlingException")
		return
	case broken:
		refuse(w, http.StatusInternalServerError, "InternalServerError")
		return
	case silence:
		io.Copy(io.Discard, r.Body) // without reading, the server does not notice that the client gave up
		<-r.Context().Done()
		return
	}
	answer := httptest.NewRecorder()
	behind.ServeHTTP(answer, r)
	if after != nil {
		after(op)
	}
	switch f {
	case lost:
		panic(http.ErrAbortHandler)
	case spoiled:
		refuse(w, http.StatusInternalServerError, "InternalServerError")
		return
	}
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.Code)
	w.Write(answer.Body.Bytes())
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.WriteHeader(status)
	io.WriteString(w, `{"__type":"com.amazonaws.dynamodb.v20120810#`+code+`","message":"injected by the test"}`)
}

// requests returns the operations since its last call.
func (p *proxy) requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	requested := p.requested
	p.requested = nil
	return requested
}
