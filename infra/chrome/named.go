package chrome

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// named is the Chrome that the CHROME variable names, as a path or as a command on PATH. If it is an unpacked pinned
// Chrome, as in the Lambda layer, it gets its own fonts and libraries.
func (cfg Config) named(value string) (Chrome, error) {
	path, err := cfg.LookPath(value)
	if err != nil {
		return Chrome{}, fmt.Errorf("CHROME=%q %s; set it to the browser's executable, or unset it to let Valkyrie find one",
			value, whyNot(value, err))
	}
	if path, err = filepath.Abs(path); err != nil {
		return Chrome{}, fmt.Errorf("CHROME=%q: %w", value, err)
	}
	c := Chrome{Path: path, Source: SourceEnv}
	dir := filepath.Dir(path)
	if isBundle(dir) {
		c.Env = cfg.bundleEnv(dir)
	} else if !cfg.hasFonts() {
		cfg.say("warning: this machine has no fonts, so text on pages has no size and clicks on it fail; %s", fontCure)
	}
	return c, nil
}

// whyNot says in words what is wrong with a program that could not be looked up.
func whyNot(value string, err error) string {
	if !strings.ContainsRune(value, filepath.Separator) {
		return "is not a command on PATH"
	}
	info, statErr := os.Stat(value)
	switch {
	case errors.Is(statErr, fs.ErrNotExist):
		return "does not exist"
	case statErr == nil && info.IsDir():
		return "is a folder"
	case statErr == nil && info.Mode()&0o111 == 0:
		return "is not executable"
	}
	return "cannot be used: " + err.Error()
}
