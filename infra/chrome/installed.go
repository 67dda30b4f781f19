package chrome

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
)

// wellKnown lists installed browsers, best first: headless shells start three times faster than the full browser, and a
// real binary goes before the shell wrapper of the same browser, which adds its own flags and a process to reap.
var wellKnown = []string{
	"/usr/lib/chromium/chromium-headless-shell",
	"chrome-headless-shell",
	"chromium-headless-shell",
	"/usr/lib/chromium/chromium",
	"chromium",
	"chromium-browser",
	"/opt/google/chrome/chrome",
	"google-chrome",
	"google-chrome-stable",
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
	"/Applications/Chromium.app/Contents/MacOS/Chromium",
}

// installed returns the best browser on this machine that starts. A machine without any font has none: text without a
// font has no size, so nothing can be clicked, and the pinned Chrome brings fonts.
func (cfg Config) installed(ctx context.Context) (Chrome, bool) {
	for _, name := range cfg.Installed {
		path, err := cfg.LookPath(name)
		if err != nil {
			continue
		}
		if path, err = filepath.Abs(path); err != nil {
			continue
		}
		c := Chrome{Path: path, Source: SourceInstalled}
		if why := cfg.unfit(ctx, c); why != "" {
			cfg.say("passing over %s: %s", path, why)
			continue
		}
		return c, true
	}
	return Chrome{}, false
}

// unfit says why an installed browser cannot be used, or "".
func (cfg Config) unfit(ctx context.Context, c Chrome) string {
	if !cfg.hasFonts() {
		return "this machine has no fonts, so text on pages would have no size; " + fontCure
	}
	if isSnap(c.Path) {
		return "a snap does not see the folders in which Valkyrie waits for downloads"
	}
	if _, err := Version(ctx, c); err != nil {
		return err.Error()
	}
	return ""
}

// isSnap reports whether the program lives in a snap, whose /tmp is private. Ubuntu's chromium-browser is a script that
// only starts the snap, or says that it is missing.
func isSnap(path string) bool {
	if strings.HasPrefix(path, "/snap/") {
		return true
	}
	if target, err := filepath.EvalSymlinks(path); err == nil && filepath.Base(target) == "snap" {
		return true
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 4096)
	n, _ := f.Read(head)
	return bytes.HasPrefix(head[:n], []byte("#!")) && bytes.Contains(head[:n], []byte("/snap/bin/chromium"))
}
