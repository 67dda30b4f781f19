package journey

import (
	"context"
	"net/url"
	"time"
)

// An Instrument executes a journey's steps: usually a fresh Chrome (browser.Tab). A journey without one leaves Uses nil,
// and no Chrome is started for it.
//
// The runner calls Start once, then Begin before each step (and Finish after its code, see Finisher), Capture when the run has failed, and Stop once in any case. Kill
// may be called at any time from another goroutine.
type Instrument interface {
	// Start makes it ready. An error makes the run Broken: no request has been made to the site yet.
	Start(ctx context.Context, stage Stage) error
	// Begin sets the step that later calls belong to.
	Begin(t *T)
	// Capture saves evidence of the current state within ctx. What cannot be captured is reported as missing.
	Capture(ctx context.Context, save func(kind, name string, data []byte) Evidence) []Evidence
	// Died returns why the instrument can no longer be used, or nil. A step that fails on a dead instrument is Broken, not
	// Failed.
	Died() error
	// Kill ends it at once, so that every pending call returns.
	Kill()
	// Stop ends it and waits until no process, goroutine or file of it is left.
	Stop() error
	// Version is its product and version, once it has started.
	Version() string
}

// NeedsChrome reports whether the journey's instrument may start Chrome. One that never does has a method WithoutChrome.
func (j Journey) NeedsChrome() bool {
	_, without := j.Uses.(interface{ WithoutChrome() })
	return j.Uses != nil && !without
}

// A Stage is the environment of a run.
type Stage struct {
	Site   *url.URL // address of the site, no trailing slash in its path
	Chrome Program  // the browser
	// Secrets returns the value of a secret by its name; nil: there are none. Its errors state the cure, and wrap ErrNoSecret
	// when the secret is unknown; they never contain a secret.
	Secrets func(name string) (string, error)
	Agent   string            // product to add to the user agent, such as "Valkyrie/1.0"; empty: none
	Trace   bool              // requests to the site's own origin carry a W3C traceparent, whose trace is RunID without hyphens
	NoFilm  bool              // no screenshot at the end of each step; set by the runner when no evidence is kept
	Inputs  map[string]string // values of T.Input
	RunID   string            // set by the runner
	// Network is an http.RoundTripper for API checks; nil: the default transport. Its type is any because this package does
	// not link net/http.
	Network any
	// Confined keeps pages and API checks from the addresses of the probe's own machine, other than those of the site and of Hosts;
	// see package reach. It is for a probe on AWS, where credentials are behind such addresses.
	Confined bool
	Hosts    []string         // of the journey; set by the runner
	TimeNow  func() time.Time // the runner's clock
}

// A Program is an executable with its environment and arguments.
type Program struct {
	Path string
	Env  []string // "KEY=value", added to the few variables of this program that it gets
	Args []string // added to its command line, such as "--proxy-server=http://10.0.0.9:3128"
	// Window opens a window on the machine's display, for a person who watches; Env must lead to the display.
	Window bool
}

// A Finisher is an Instrument that has a last look at a step whose code has returned: Finish runs within the step, and may fail it.
type Finisher interface {
	Finish()
}
