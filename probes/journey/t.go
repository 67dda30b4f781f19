package journey

import (
	"context"
	"fmt"
	"net/url"
	"runtime"
	"sync/atomic"
	"time"
)

// T is passed to a step, as testing.T is to a test: it holds the run's environment and takes the verdict.
//
// Failf and Brokenf do not return; they end the step. They must be called from the goroutine that runs the step.
type T struct {
	ctx      context.Context // the step's; a T lives no longer than its step
	limit    time.Duration
	site     *url.URL
	name     string
	declared []string // names of the journey's secrets
	accounts []string
	secrets  func(name string) (string, error)
	mask     *Mask
	counts   *counter
	attached *attachments
	inputs   map[string]string
	waited   time.Duration
	timed    bool
	slow     string // why it is slow whatever its time
	verdict  Outcome
	err      string
	usedCode atomic.Bool            // see UsedCode
	failure  atomic.Pointer[string] // err, readable while the step may still run
}

// Context ends at the step's limit.
func (t *T) Context() context.Context { return t.ctx }

// Step is the name of the step.
func (t *T) Step() string { return t.name }

// URL is the address of a path on the site under probe, with its query and fragment, such as URL("/search?q=x"); see Address.
func (t *T) URL(path string) string {
	address, err := Address(t.site, path)
	if err != nil {
		t.Brokenf("%v", err)
	}
	return address
}

// Failf ends the step as failed: the site did not meet a customer's expectation. State the expected and the actual result.
func (t *T) Failf(format string, args ...any) { t.end(Failed, fmt.Sprintf(format, args...)) }

// Brokenf ends the step as broken: the probe itself cannot go on, and the site is not to blame.
func (t *T) Brokenf(format string, args ...any) { t.end(Broken, fmt.Sprintf(format, args...)) }

// Slowf makes a passing step slow and continues: the customer's result is correct, but something behind it is unhealthy.
func (t *T) Slowf(format string, args ...any) { t.slow = fmt.Sprintf(format, args...) }

func (t *T) end(o Outcome, err string) {
	t.verdict, t.err = o, clip(t.mask.Text(err), MaxError)
	t.failure.Store(&t.err)
	runtime.Goexit()
}

// Failure is the error with which Failf or Brokenf ended the step, with secrets masked; "": neither did.
func (t *T) Failure() string {
	if s := t.failure.Load(); s != nil {
		return *s
	}
	return ""
}

// Waited adds d to the customer's wait in this step. An instrument that measures it exactly calls this; for a step without
// such calls the duration of Do counts.
func (t *T) Waited(d time.Duration) {
	t.timed = true
	t.waited += max(d, 0)
}

// LimitNote formats the step's limit for an error: "within 15s".
func (t *T) LimitNote() string {
	return "within " + t.limit.String()
}

// Input is a value given when the run is started, such as a larger number for a drill; otherwise usual.
func (t *T) Input(name, usual string) string {
	if value, ok := t.inputs[name]; ok {
		return value
	}
	return usual
}
