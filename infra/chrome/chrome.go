// Package chrome finds an installed Chrome, or fetches the pinned one.
//
// One build is pinned by checksum (pin.go) and runs on laptops, in CI and in the Lambda layer: a browser update must not change
// measured times unnoticed, and a probe that passes on a laptop should pass on Lambda. It is fetched as an npm package, because
// people and build machines already have npm, with their proxies and mirrors.
//
// On a laptop an installed Chrome is preferred, since it needs no download. CHROME overrides both.
package chrome

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"

	"valkyrie/infra/npm"
)

// Values of [Chrome.Source].
const (
	SourceEnv       = "CHROME"    // named by the CHROME environment variable
	SourceInstalled = "installed" // found on this machine
	SourcePinned    = "pinned"    // the build in pin.go, from the cache or freshly fetched
)

// A Chrome is an executable browser.
type Chrome struct {
	Path   string   // the executable, absolute
	Env    []string // "KEY=value" to add to its environment; without these it may not start, or lack fonts
	Source string   // SourceEnv, SourceInstalled or SourcePinned
}

// Config configures the search. Programs use the zero value; tests set fields to isolate themselves from the machine.
type Config struct {
	CacheDir  string                       // folder of the pinned Chrome; "": valkyrie in the user's cache folder, see [Fetch]
	Getenv    func(string) string          // nil: os.Getenv
	LookPath  func(string) (string, error) // nil: exec.LookPath
	Installed []string                     // commands and paths to try, best first; nil: the well-known ones, empty: none
	FontDirs  []string                     // folders of the machine's fonts; nil: the well-known ones, empty: none
	Progress  io.Writer                    // gets a line per slow action or warning; nil: discarded

	platform string   // "" : this machine, as "linux/amd64"
	pin      *npm.Pin // nil: the committed one
}

// Find returns the Chrome that CHROME names, else an installed one, else the pinned one, which it fetches unless it is cached. A
// CHROME that does not work is an error, never a fallback to another.
func Find(ctx context.Context, cfg Config) (Chrome, error) {
	cfg = cfg.withDefaults()
	if value := cfg.Getenv("CHROME"); value != "" {
		return cfg.named(value)
	}
	if c, ok := cfg.installed(ctx); ok {
		return c, nil
	}
	if err := ctx.Err(); err != nil {
		return Chrome{}, fmt.Errorf("find Chrome: %w", err)
	}
	return Fetch(ctx, cfg)
}

func (cfg Config) withDefaults() Config {
	if cfg.Getenv == nil {
		cfg.Getenv = os.Getenv
	}
	if cfg.LookPath == nil {
		cfg.LookPath = exec.LookPath
	}
	if cfg.Installed == nil {
		cfg.Installed = wellKnown
	}
	if cfg.FontDirs == nil {
		cfg.FontDirs = fontDirs(cfg.Getenv)
	}
	if cfg.Progress == nil {
		cfg.Progress = io.Discard
	}
	if cfg.platform == "" {
		cfg.platform = runtime.GOOS + "/" + runtime.GOARCH
	}
	if cfg.pin == nil {
		cfg.pin = &pinned
	}
	return cfg
}

// progress writes one progress line. It ignores write errors, as progress is optional.
func (cfg Config) progress(format string, args ...any) {
	fmt.Fprintf(cfg.Progress, format+"\n", args...)
}
