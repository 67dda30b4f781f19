package chrome

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// wellKnown lists common commands and paths, best first: headless shells start three times faster than the full browser, and a
// binary is better than its shell wrapper, which adds flags and a process to reap.
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

// Windowed lists the commands and paths of [Config.Installed] that can open a window: all but the headless shells.
func Windowed() []string { return slices.DeleteFunc(slices.Clone(wellKnown), hasNoWindows) }

// HasWindows reports whether the browser can open a window. The pinned one cannot.
func (c Chrome) HasWindows() bool { return c.Source != SourcePinned && !hasNoWindows(c.Path) }

func hasNoWindows(path string) bool {
	return strings.Contains(strings.ReplaceAll(path, "_", "-"), "headless-shell")
}

// installed returns the best installed browser that starts. It rejects all of them on a machine without fonts, where text has no
// size and cannot be clicked; the pinned Chrome includes fonts.
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
		if reason := cfg.unfit(ctx, c); reason != "" {
			cfg.progress("skip %s: %s", path, reason)
			continue
		}
		return c, true
	}
	return Chrome{}, false
}

// unfit returns the reason to reject an installed browser, or "".
func (cfg Config) unfit(ctx context.Context, c Chrome) string {
	if !cfg.hasFonts() {
		return "this machine has no fonts, so text on pages would have no size; " + fontCure
	}
	if isSnap(c.Path) {
		return "a snap cannot write to the folders that Valkyrie uses for downloads"
	}
	if _, err := Version(ctx, c); err != nil {
		return err.Error()
	}
	return ""
}

// isSnap reports whether the program is in a snap, whose /tmp is private. Ubuntu's chromium-browser is a script that only starts
// the snap, or reports that it is missing.
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
