// Package chrome finds a Chrome to run, or fetches the one Valkyrie is pinned to.
//
// A monitor that measures milliseconds must not change browser without anyone noticing, and a probe that passes on a
// laptop must mean something on Lambda. So one build is pinned by checksum (pin.go) and is the same program on a laptop,
// in CI and in the Lambda layer. It comes out of an npm package because npm is what people and build machines already
// have, together with their proxies and mirrors.
//
// A Chrome the user has installed is preferred on a laptop: it starts without a download. CHROME overrides everything.
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

// Where a Chrome came from: the values of [Chrome.Source].
const (
	SourceEnv       = "CHROME"    // named by the CHROME environment variable
	SourceInstalled = "installed" // found on this machine
	SourcePinned    = "pinned"    // the build in pin.go, from the cache or freshly fetched
)

// A Chrome is a browser program that is ready to start.
type Chrome struct {
	Path   string   // the executable, absolute
	Env    []string // "KEY=value" to add to its environment, may be empty; without these it may not start, or have no fonts
	Source string   // SourceEnv, SourceInstalled or SourcePinned
}

// Config says where to look. The zero value is right for programs; tests set fields to stay off the machine.
type Config struct {
	CacheDir  string                       // where the pinned Chrome lives; "": valkyrie in the user's cache folder, see [Fetch]
	Getenv    func(string) string          // nil: os.Getenv
	LookPath  func(string) (string, error) // nil: exec.LookPath
	Installed []string                     // commands and paths to try, best first; nil: the well-known ones, empty: none
	FontDirs  []string                     // where the machine keeps fonts; nil: the well-known folders, empty: it has none
	Progress  io.Writer                    // a line for each thing that takes long or may surprise; nil: discarded

	platform string   // "" : this machine, as "linux/amd64"
	pin      *npm.Pin // nil: the committed one
}

// Find returns the Chrome to use: the one CHROME names, else an installed one, else the pinned one, which is fetched
// if it is not in the cache yet. A CHROME that does not work is an error and is never passed over.
func Find(ctx context.Context, cfg Config) (Chrome, error) {
	cfg = cfg.withDefaults()
	if value := cfg.Getenv("CHROME"); value != "" {
		return cfg.named(value)
	}
	if c, ok := cfg.installed(ctx); ok {
		return c, nil
	}
	if err := ctx.Err(); err != nil {
		return Chrome{}, fmt.Errorf("looking for Chrome: %w", err)
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

// say writes one progress line; nobody reading it is no reason to stop.
func (cfg Config) say(format string, args ...any) {
	fmt.Fprintf(cfg.Progress, format+"\n", args...)
}
