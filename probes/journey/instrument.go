package journey

import (
	"context"
	"net/url"
	"time"
)

// An Instrument is what a journey is played on: for most a fresh Chrome (browser.Tab). A journey without one (an API
// check) leaves Uses nil, and no Chrome is started for it.
//
// The runner calls Start once, then Begin before each step, Capture when the run has gone wrong, and Stop once, whatever
// happened. Kill may be called at any time, by another goroutine.
type Instrument interface {
	// Start makes it ready. An error makes the run Broken: nothing has been asked of the site yet.
	Start(ctx context.Context, stage Stage) error
	// Begin tells it which step its calls belong to from now on.
	Begin(t *T)
	// Capture saves what can be had of the present state within ctx. What could not be had is named as missing.
	Capture(ctx context.Context, save func(kind, name string, data []byte) Evidence) []Evidence
	// Died returns why the instrument itself can no longer be played on, or nil. A step that fails on a dead instrument
	// is Broken, not Failed.
	Died() error
	// Kill ends it at once, so that every call still pending on it returns.
	Kill()
	// Stop ends it and waits until nothing of it is left: no process, no goroutine, no file.
	Stop() error
	// Version is its product and version, once it has started.
	Version() string
}

// A Stage is where a run takes place.
type Stage struct {
	Site   *url.URL // address of the site, no trailing slash in its path
	Chrome Program  // what to start when a browser is needed
	// Secrets finds the value of a secret by its name; nil: there are none. Its errors tell the cure, and wrap
	// ErrNoSecret when the secret is unknown; they never hold a secret.
	Secrets func(name string) (string, error)
	Agent   string            // product to add to the user agent, such as "Valkyrie/1.0"; empty: none
	Trace   bool              // requests to the site's own origin carry a W3C traceparent, whose trace is RunID without hyphens
	NoFilm  bool              // no picture is taken at the end of each step; the runner sees to it when no evidence is kept
	Inputs  map[string]string // what T.Input finds
	RunID   string            // set by the runner
	// Network is an http.RoundTripper by which an API check reaches the site; nil: as any program does. It is of no type
	// here, as this package links no network.
	Network any
	TimeNow func() time.Time // the runner's
}

// A Program is an executable with what it needs in its environment.
type Program struct {
	Path string
	Env  []string // "KEY=value", added to the environment
	Args []string // added to its command line, such as "--proxy-server=http://10.0.0.9:3128"
}
