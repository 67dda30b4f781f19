package lambdatest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// An invocation is one event in progress.
type invocation struct {
	id       string
	payload  []byte
	deadline time.Time
	done     chan Result // capacity 1
}

// A Failure is an error as the function reports it.
type Failure struct {
	Message string `json:"errorMessage"`
	Type    string `json:"errorType"`
}

// serve answers the Runtime API to the function's one process.
func (f *Function) serve(w http.ResponseWriter, r *http.Request) {
	path, ok := strings.CutPrefix(r.URL.Path, "/2018-06-01/runtime/")
	if !ok {
		http.NotFound(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the process has exited
	}
	parts := strings.Split(path, "/")
	switch {
	case path == "invocation/next" && r.Method == http.MethodGet:
		f.next(w, r)
	case path == "init/error" && r.Method == http.MethodPost:
		f.finish("", Result{Failure: failure(body)})
		w.WriteHeader(http.StatusAccepted)
	case len(parts) == 3 && parts[2] == "response" && r.Method == http.MethodPost:
		f.finish(parts[1], Result{Payload: body})
		w.WriteHeader(http.StatusAccepted)
	case len(parts) == 3 && parts[2] == "error" && r.Method == http.MethodPost:
		f.finish(parts[1], Result{Failure: failure(body)})
		w.WriteHeader(http.StatusAccepted)
	default:
		http.NotFound(w, r)
	}
}

// next answers the request for the next event, possibly after a long wait. The request also means that the last event is done.
func (f *Function) next(w http.ResponseWriter, r *http.Request) {
	select {
	case f.idle <- struct{}{}:
	default:
	}
	select {
	case in := <-f.events:
		f.mu.Lock()
		f.current = in
		f.mu.Unlock()
		w.Header().Set("Lambda-Runtime-Aws-Request-Id", in.id)
		w.Header().Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(in.deadline.UnixMilli()))
		w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-west-1:123456789012:function:test")
		_, _ = w.Write(in.payload) // the exit of the process is detected elsewhere
	case <-r.Context().Done():
	}
}

// finish ends the current invocation with a result. An empty id matches any.
func (f *Function) finish(id string, res Result) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.current != nil && (id == "" || id == f.current.id) {
		f.current.done <- res
		f.current = nil
	}
}

func failure(body []byte) *Failure {
	out := &Failure{}
	if json.Unmarshal(body, out) != nil {
		out.Message = string(body)
	}
	return out
}

// A Result is the outcome of an event: exactly one of Payload, Failure and Ended is set.
type Result struct {
	Payload []byte
	Failure *Failure      // the function returned an error, or panicked
	Ended   string        // the process ended: "timeout", or its exit state
	Cold    bool          // a process was started for it
	Init    time.Duration // of a cold start: from the start of the process until it requested an event
	Took    time.Duration // from then until the answer
}

// Err returns the failure, if any.
func (r Result) Err() error {
	switch {
	case r.Failure != nil:
		return fmt.Errorf("%s: %s", r.Failure.Type, r.Failure.Message)
	case r.Ended != "":
		return errors.New(r.Ended)
	}
	return nil
}
