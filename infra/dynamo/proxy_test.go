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

// A fault is what the proxy does to one request.
type fault int

const (
	none     fault = iota
	throttle       // refused: ProvisionedThroughputExceededException
	limited        // refused: ThrottlingException
	broken         // 500, and not carried out
	lost           // carried out, and the connection is cut instead of an answer
	spoiled        // carried out, and the answer is 500
	silence        // not carried out, and no answer ever
)

// A proxy stands before the real server, counts what is asked for, and plays faults.
type proxy struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string // operations, in order, each time that they were sent
	plan  func(op string, n int) fault
	after func(op string) // called when a request was carried out, before its answer
}

// through makes a table, and a proxy before it. plan says what happens to the n-th request, from 0.
func through(t *testing.T, server *local.Server, plan func(op string, n int) fault) (*proxy, dynamo.Config) {
	t.Helper()
	cfg := server.Table(t)
	target, err := url.Parse(cfg.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{plan: plan}
	behind := httputil.NewSingleHostReverseProxy(target)
	behind.ErrorLog = log.New(io.Discard, "", 0) // of clients that gave up
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
	n := len(p.asked)
	p.asked = append(p.asked, op)
	plan, after := p.plan, p.after
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
		io.Copy(io.Discard, r.Body) // or the server does not notice that the client gave up
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
	io.WriteString(w, `{"__type":"com.amazonaws.dynamodb.v20120810#`+code+`","message":"played by the test"}`)
}

// requests empties and returns what was asked for so far.
func (p *proxy) requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	asked := p.asked
	p.asked = nil
	return asked
}
