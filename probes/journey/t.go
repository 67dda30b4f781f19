package journey

import (
	"context"
	"fmt"
	"net/url"
	"runtime"
	"sync/atomic"
	"time"
)

// T is handed to a step, as testing.T is to a test: it carries the run's surroundings, and takes the verdict.
//
// Failf and Brokenf do not return; they end the step. They must be called from the goroutine that runs the step.
type T struct {
	ctx      context.Context // the step's; a T lives no longer than its step
	limit    time.Duration
	site     *url.URL
	name     string
	declared []string // names of the secrets that it may ask for
	secrets  func(name string) (string, error)
	mask     *Mask
	tally    *tally
	inputs   map[string]string
	waited   time.Duration
	timed    bool
	slow     string // why it is slow, whatever the clock says
	verdict  Outcome
	err      string
	said     atomic.Pointer[string] // err, for whoever takes evidence while the step may still run
}

// Context ends at the step's limit.
func (t *T) Context() context.Context { return t.ctx }

// Step is the name of the step.
func (t *T) Step() string { return t.name }

// URL is the address of a path on the site under probe, such as URL("/sign-in").
func (t *T) URL(path string) string { return t.site.JoinPath(path).String() }

// Failf ends the step: the site did not do what a customer expects. Say what was expected and what was there.
func (t *T) Failf(format string, args ...any) { t.end(Failed, fmt.Sprintf(format, args...)) }

// Brokenf ends the step: the probe itself cannot go on, and the site is not to blame.
func (t *T) Brokenf(format string, args ...any) { t.end(Broken, fmt.Sprintf(format, args...)) }

// Slowf makes a step that passes slow, and goes on: what the customer gets is right, and something behind it is not well.
func (t *T) Slowf(format string, args ...any) { t.slow = fmt.Sprintf(format, args...) }

func (t *T) end(o Outcome, err string) {
	t.verdict, t.err = o, t.mask.Text(err)
	t.said.Store(&t.err)
	runtime.Goexit()
}

// Failure is how the step has ended itself, by Failf or Brokenf, with secrets masked; empty: it has not.
func (t *T) Failure() string {
	if s := t.said.Load(); s != nil {
		return *s
	}
	return ""
}

// Waited adds d to the time that the customer has waited in this step. An instrument that knows the customer's wait
// exactly calls it; for a step where it never was called, the time that Do took counts.
func (t *T) Waited(d time.Duration) {
	t.timed = true
	t.waited += max(d, 0)
}

// LimitNote says how long the step may wait, for an error: "within 15s".
func (t *T) LimitNote() string {
	return "within " + t.limit.String()
}
