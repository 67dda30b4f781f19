package lambdatest

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"valkyrie/infra/chrome"
)

// Layer returns a folder with the contents of the deployed layer: the pinned Chrome, from this machine's cache. It skips the
// test if no Chrome is pinned for this machine.
func Layer(tb testing.TB) string {
	tb.Helper()
	c, err := chrome.Fetch(tb.Context(), chrome.Config{})
	if err != nil {
		tb.Skip("no layer: ", err)
	}
	from, dir := filepath.Dir(c.Path), tb.TempDir()
	err = filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(from, path)
		to := filepath.Join(dir, "chrome", rel)
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return os.Mkdir(to, 0o755)
		case rel == "fonts.conf":
			return relocate(path, to)
		}
		return link(path, to)
	})
	if err != nil {
		tb.Fatal(err)
	}
	return dir
}

// relocate moves the fonts' cache to its path on Lambda: see chrome.Lay.
func relocate(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	const there = "<cachedir>/tmp/fonts-cache</cachedir>"
	moved := regexp.MustCompile(`<cachedir>[^<]*</cachedir>`).ReplaceAll(text, []byte(there))
	if !bytes.Contains(moved, []byte(there)) {
		return errors.New("fonts.conf names no cache")
	}
	return os.WriteFile(to, moved, 0o644)
}

// link makes to a hard link of from, or a copy on another disk.
func link(from, to string) error {
	if os.Link(from, to) == nil {
		return nil
	}
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o755)
}

// Chrome returns the variable that names the layer's browser, for a function's environment.
func Chrome(layer string) string {
	if jailed().ok {
		layer = "/opt"
	}
	return "CHROME=" + filepath.Join(layer, "chrome/chromium")
}
