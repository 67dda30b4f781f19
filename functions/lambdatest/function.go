// Package lambdatest runs functions as Lambda does, for tests: the deployed programs behind the Runtime API, one event at a
// time, in a sandbox like Lambda's. They are killed at their timeout, and frozen between events.
//
// The sandbox has a read-only root, an unprivileged user, 512 MB in /tmp, the layer in /opt, no /dev/shm, and its own
// process namespace. It needs root's permissions, above all mounts; where the machine lacks them, the program runs without
// a sandbox, and [Function.Jailed] returns false.
//
// The Runtime API: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
package lambdatest

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A Config configures a deployed function.
type Config struct {
	Folder  string        // holds bootstrap and the rest of the zip
	Layer   string        // folder mounted at /opt; empty: none
	Env     []string      // its environment variables, "NAME=value"
	Timeout time.Duration // of an invocation; 0: a minute
	Init    time.Duration // timeout of a start; 0: 10 s, as on Lambda
	Freeze  bool          // stop its processes between invocations, as Lambda does
	Memory  int           // MB that decide how much CPU it gets, as on Lambda; 0: all of the machine's
}

// A Function is a deployed function. It has one process at a time, which starts with the first event, and again after an
// event that ended it.
type Function struct {
	cfg    Config
	cpu    controlGroup // "": none
	api    *httptest.Server
	tmp    string // its temporary folder without a sandbox
	events chan *invocation
	idle   chan struct{} // capacity 1: the process waits for an event

	invoking sync.Mutex              // one event at a time
	running  atomic.Pointer[process] // nil: none; changed only while holding invoking

	mu      sync.Mutex
	current *invocation
	count   int
	log     bytes.Buffer
}

// New returns a Function, which stops at the end of the test.
func New(tb testing.TB, cfg Config) *Function {
	tb.Helper()
	if cfg.Timeout == 0 {
		cfg.Timeout = time.Minute
	}
	if cfg.Init == 0 {
		cfg.Init = 10 * time.Second
	}
	f := &Function{cfg: cfg, tmp: tb.TempDir(), events: make(chan *invocation), idle: make(chan struct{}, 1)}
	if cfg.Memory > 0 {
		var err error
		if f.cpu, err = newControlGroup(tb, cfg.Memory); err != nil {
			tb.Skipf("this machine cannot limit a function's CPU: %v", err)
		}
	}
	f.api = httptest.NewServer(http.HandlerFunc(f.serve))
	tb.Cleanup(func() {
		f.Stop()
		f.api.CloseClientConnections()
		f.api.Close()
	})
	if !f.Jailed() {
		tb.Logf("NO SANDBOX: %s runs without a read-only root, a small /tmp and processes of its own: %s", cfg.Folder, jailed().why)
	}
	return f
}

// Jailed reports whether the function runs in a sandbox.
func (f *Function) Jailed() bool { return jailed().ok }

// Log returns the function's output so far.
func (f *Function) Log() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.log.String()
}

// Write implements io.Writer, for the process's output.
func (f *Function) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.log.Write(p)
}

// Invoke sends an event and waits for its result.
func (f *Function) Invoke(payload string) Result {
	f.invoking.Lock()
	defer f.invoking.Unlock()
	var res Result
	if f.running.Load() == nil {
		init, err := f.start()
		if err != "" {
			return Result{Ended: err, Cold: true, Init: init}
		}
		res.Cold, res.Init = true, init
	}
	f.thaw()
	began := time.Now()
	got := f.handle([]byte(payload), began.Add(f.cfg.Timeout))
	got.Cold, got.Init, got.Took = res.Cold, res.Init, time.Since(began)
	if got.Ended == "" && !f.awaitNext() {
		got = Result{Ended: "it answered, but did not request another event", Cold: got.Cold, Init: got.Init, Took: got.Took}
	}
	return got
}

// nextLimit is the timeout for a process to request another event after an answer.
const nextLimit = 10 * time.Second

// start starts the process, and returns the reason if it does not request an event.
func (f *Function) start() (time.Duration, string) {
	began := time.Now()
	p, err := f.launch()
	if err != nil {
		return 0, err.Error()
	}
	f.running.Store(p)
	select {
	case <-f.idle:
		return time.Since(began), ""
	case <-p.exited:
		f.running.Store(nil)
		return time.Since(began), "init: " + p.state()
	case <-time.After(f.cfg.Init):
		f.end()
		return time.Since(began), "init: timeout"
	}
}

// handle passes the event to the process, and waits until it has answered, reached its timeout, or exited.
func (f *Function) handle(payload []byte, deadline time.Time) Result {
	p := f.running.Load()
	f.mu.Lock()
	f.count++
	in := &invocation{id: fmt.Sprintf("event-%d", f.count), payload: payload, deadline: deadline, done: make(chan Result, 1)}
	f.mu.Unlock()
	ctx, cancel := context.WithDeadline(context.Background(), deadline)
	defer cancel()
	select {
	case f.events <- in:
	case <-p.exited:
		f.end()
		return Result{Ended: p.state()}
	}
	select {
	case res := <-in.done:
		return res
	case <-p.exited:
		defer f.end()
		select {
		case res := <-in.done: // a panic is reported, and then the process exits
			return res
		default:
			return Result{Ended: p.state()}
		}
	case <-ctx.Done():
		f.end()
		return Result{Ended: "timeout"}
	}
}

// awaitNext waits until the process requests another event or has exited, and freezes it.
func (f *Function) awaitNext() bool {
	p := f.running.Load()
	if p == nil {
		return true
	}
	select {
	case <-f.idle:
		if f.cfg.Freeze {
			p.signal(stop)
		}
		return true
	case <-p.exited:
		f.end()
		return true
	case <-time.After(nextLimit):
		f.end()
		return false
	}
}

func (f *Function) thaw() {
	if f.cfg.Freeze {
		f.running.Load().signal(resume)
	}
}

// Stop ends the process, as Lambda does with an idle one.
func (f *Function) Stop() {
	f.invoking.Lock()
	defer f.invoking.Unlock()
	f.end()
}

func (f *Function) end() {
	p := f.running.Swap(nil)
	if p == nil {
		return
	}
	p.kill()
	f.mu.Lock()
	f.current = nil
	f.mu.Unlock()
	select {
	case <-f.idle:
	default:
	}
}
