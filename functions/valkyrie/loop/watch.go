package loop

import (
	"context"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// interval is how often the files are looked at. Reading the times of some 300 files takes two milliseconds; a change counts once
// two looks agree, since an editor may write a file in several steps.
const interval = 40 * time.Millisecond

// A watch follows the files of which the built program is made.
type watch struct {
	root string

	mu      sync.Mutex
	folders []string
}

// A stamp tells the state of the files from another.
type stamp map[string]fileStamp

type fileStamp struct {
	size  int64
	saved time.Time
}

func newWatch(root string) *watch {
	return &watch{root: root, folders: []string{root, filepath.Join(root, "probes")}}
}

// follow has the folders of all packages followed that the program is made of, as they are now.
func (w *watch) follow(ctx context.Context) {
	cmd := exec.CommandContext(ctx, "go", "list", "-deps", "-f", `{{with .Module}}{{if .Main}}{{$.Dir}}{{end}}{{end}}`, program)
	cmd.Dir = w.root
	out, err := cmd.Output()
	if err != nil {
		return // it was built a moment ago; the folders before still count
	}
	folders := append(strings.Fields(string(out)), w.root, filepath.Join(w.root, "probes"))
	slices.Sort(folders)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.folders = slices.Compact(folders)
}

// stamp reads the present state. Tests do not count, nor does a file of another kind than code in the module's own folder.
func (w *watch) stamp() stamp {
	w.mu.Lock()
	folders := w.folders
	w.mu.Unlock()
	s := stamp{}
	for _, folder := range folders {
		entries, _ := os.ReadDir(folder) // one that was removed has none
		for _, e := range entries {
			name := e.Name()
			if !e.Type().IsRegular() || strings.HasPrefix(name, ".") || strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "~") || folder == w.root && name != "go.mod" {
				continue
			}
			if info, err := e.Info(); err == nil {
				s[filepath.Join(folder, name)] = fileStamp{info.Size(), info.ModTime()}
			}
		}
	}
	return s
}

// change waits until the files differ from since and have come to rest, and returns when the latest was saved.
func (w *watch) change(ctx context.Context, since stamp) time.Time {
	before := since
	for {
		select {
		case <-time.After(interval):
		case <-ctx.Done():
			return time.Time{}
		}
		now := w.stamp()
		if differ(now, since) && !differ(now, before) {
			return latest(now, since)
		}
		before = now
	}
}

// differ reports whether a file that both know has changed, or one has come or gone in a folder that both have followed.
func differ(a, b stamp) bool { return !maps.Equal(a.within(b), b.within(a)) }

// within leaves out the files in folders of which the other stamp has none.
func (s stamp) within(other stamp) stamp {
	folders := map[string]bool{}
	for path := range other {
		folders[filepath.Dir(path)] = true
	}
	kept := stamp{}
	for path, f := range s {
		if folders[filepath.Dir(path)] {
			kept[path] = f
		}
	}
	return kept
}

// latest is when the file was saved that has changed last.
func latest(now, before stamp) time.Time {
	var at time.Time
	for path, f := range now {
		if f != before[path] && f.saved.After(at) {
			at = f.saved
		}
	}
	if at.IsZero() { // a file is gone
		return time.Now()
	}
	return at
}
