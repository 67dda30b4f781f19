package chrome

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// named returns the Chrome for the value of CHROME, a path or a command on PATH. An unpacked pinned Chrome, as in the Lambda
// layer, gets the fonts and libraries of its folder.
func (cfg Config) named(value string) (Chrome, error) {
	path, err := cfg.LookPath(value)
	if err != nil {
		return Chrome{}, fmt.Errorf("CHROME=%q %s; set it to the browser's executable, or unset it to let Valkyrie find one",
			value, lookupFailure(value, err))
	}
	if path, err = filepath.Abs(path); err != nil {
		return Chrome{}, fmt.Errorf("CHROME=%q: %w", value, err)
	}
	c := Chrome{Path: path, Source: SourceEnv}
	dir := filepath.Dir(path)
	if isBundle(dir) {
		c.Env = cfg.bundleEnv(dir)
	} else if !cfg.hasFonts() {
		cfg.progress("warning: this machine has no fonts, so text on pages has no size and clicks on it fail; %s", fontCure)
	}
	return c, nil
}

// lookupFailure describes why a program could not be looked up.
func lookupFailure(value string, err error) string {
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
