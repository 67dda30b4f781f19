package chrome

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"valkyrie/infra/npm"
)

func TestFetchUnpacksAndCaches(t *testing.T) {
	tarball, p := packed(t, fakeParts(t)...)
	cfg := config(t, p, "echo once >>"+tarball+".log; cp "+tarball+" fake-1.2.3.tgz")
	var progress bytes.Buffer
	cfg.Progress = &progress
	for range 2 {
		c, err := Fetch(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Version(t.Context(), c); got != "1.2.3.4" {
			t.Errorf("Version() = %q, %v", got, err)
		}
		if c.Source != SourcePinned || c.Env[0] != "FONTCONFIG_PATH="+filepath.Dir(c.Path) {
			t.Errorf("got %+v", c)
		}
		want := []string{"chromium", "fonts", "fonts.conf", "lib", "manifest.json"}
		if diff := cmp.Diff(want, listing(t, filepath.Dir(c.Path))); diff != "" {
			t.Errorf("its folder (-want +got):\n%s", diff)
		}
	}
	if diff := cmp.Diff([]string{"chrome-1.2.3", "chrome-1.2.3.lock"}, listing(t, cfg.CacheDir)); diff != "" {
		t.Errorf("the cache (-want +got):\n%s", diff)
	}
	if got := count(t, tarball+".log"); got != 1 {
		t.Errorf("npm ran %d times, want once", got)
	}
	if !strings.HasPrefix(progress.String(), "fetching Chrome 1.2.3 with npm") {
		t.Errorf("progress was %q", progress.String())
	}
}

// TestFetchFailures checks that each failure names its cure, and leaves only the lock in the cache.
func TestFetchFailures(t *testing.T) {
	tarball, good := packed(t, fakeParts(t)...)
	oldGlibc, oldGlibcPin := packed(t, file{Name: "package/bin/chromium.br", Body: squeeze(t, "#!/bin/sh\necho GLIBC_2.38 not found >&2; exit 1\n")})
	empty, emptyPin := packed(t, file{Name: "package/README.md"})
	truncated, truncatedPin := packed(t, file{Name: "package/bin/chromium.br", Body: squeeze(t, fakeChrome)[:9]})
	tests := []struct {
		name string
		pin  *npm.Pin
		npm  string
		want []string
	}{
		{"npm fails", good, "echo npm error 404 >&2; exit 3", []string{"npm pack fake@1.2.3", "exit status 3", "npm error 404"}},
		{"npm writes nothing", good, "true", []string{"want one .tgz file", "got 0"}},
		{"wrong checksum", good, "echo garbage >fake.tgz", []string{"not the pinned", good.Integrity, "got sha512-", "npm config get registry"}},
		{"does not run", oldGlibcPin, "cp " + oldGlibc + " .", []string{"cannot run here", "GLIBC_2.38", "set CHROME"}},
		{"no browser inside", emptyPin, "cp " + empty + " .", []string{"no bin/chromium.br"}},
		{"truncated", truncatedPin, "cp " + truncated + " .", []string{"package/bin/chromium.br", "EOF"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cfg := config(t, test.pin, test.npm)
			_, err := Fetch(t.Context(), cfg)
			wantError(t, err, test.want...)
			if diff := cmp.Diff([]string{"chrome-1.2.3.lock"}, listing(t, cfg.CacheDir)); diff != "" {
				t.Errorf("left in the cache (-want +got):\n%s", diff)
			}
			cfg = config(t, good, "cp "+tarball+" .")
			if _, err := Fetch(t.Context(), cfg); err != nil {
				t.Errorf("with a good npm afterwards: %v", err)
			}
		})
	}
}

func TestFetchWithoutNPM(t *testing.T) {
	cfg := config(t, nil, "")
	cfg.LookPath = lookFile
	_, err := Fetch(t.Context(), cfg)
	wantError(t, err, "install Node.js (npm)", "chromium-headless-shell", "set CHROME")
}

func TestFetchOnOtherPlatforms(t *testing.T) {
	cfg := config(t, nil, "")
	cfg.platform = "darwin/arm64"
	_, err := Fetch(t.Context(), cfg)
	wantError(t, err, "darwin/arm64", "install Google Chrome or set CHROME")
}

func TestDamagedCacheIsFetchedAgain(t *testing.T) {
	tarball, p := packed(t, fakeParts(t)...)
	tests := map[string]func(dir string) error{
		"shorter":        func(dir string) error { return os.Truncate(filepath.Join(dir, "chromium"), 5) },
		"zeroed":         func(dir string) error { return zero(filepath.Join(dir, "chromium")) },
		"not executable": func(dir string) error { return os.Chmod(filepath.Join(dir, "chromium"), 0o644) },
		"font zeroed":    func(dir string) error { return zero(filepath.Join(dir, "fonts/Sans.ttf")) },
		"font gone":      func(dir string) error { return os.Remove(filepath.Join(dir, "fonts/Sans.ttf")) },
		"no manifest":    func(dir string) error { return os.Remove(filepath.Join(dir, npm.ManifestFile)) },
		"other build": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, npm.ManifestFile), []byte(`{"Integrity":"sha512-other"}`), 0o644)
		},
		"bad manifest": func(dir string) error { return os.Truncate(filepath.Join(dir, npm.ManifestFile), 9) },
	}
	for name, damage := range tests {
		t.Run(name, func(t *testing.T) {
			log := filepath.Join(t.TempDir(), "log")
			cfg := config(t, p, "echo once >>"+log+"; cp "+tarball+" .")
			c, err := Fetch(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			if err := damage(filepath.Dir(c.Path)); err != nil {
				t.Fatal(err)
			}
			if c, err = Fetch(t.Context(), cfg); err != nil {
				t.Fatal(err)
			}
			if got := count(t, log); got != 2 {
				t.Errorf("npm ran %d times, want twice", got)
			}
			if _, err := Version(t.Context(), c); err != nil {
				t.Error(err)
			}
		})
	}
}

// zero overwrites a file with as many zeros, as a crash of the machine may leave it.
func zero(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	return os.WriteFile(path, make([]byte, info.Size()), info.Mode())
}

// TestConcurrentFetchesDownloadOnce uses goroutines in place of processes: flock locks open files, so they contend alike.
func TestConcurrentFetchesDownloadOnce(t *testing.T) {
	tarball, p := packed(t, fakeParts(t)...)
	cfg := config(t, p, "echo once >>"+tarball+".log; cp "+tarball+" .")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, err := Fetch(context.Background(), cfg); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := count(t, tarball+".log"); got != 1 {
		t.Errorf("npm ran %d times, want once", got)
	}
}

// TestRelativeCacheDir checks that the path is absolute, because a program may be started from another folder.
func TestRelativeCacheDir(t *testing.T) {
	t.Chdir(t.TempDir())
	tarball, p := packed(t, fakeParts(t)...)
	cfg := config(t, p, "cp "+tarball+" .")
	cfg.CacheDir = "build"
	c, err := Fetch(t.Context(), cfg)
	if err != nil || !filepath.IsAbs(c.Path) {
		t.Errorf("Fetch() = %+v, %v; want an absolute path", c, err)
	}
}

// count returns the number of lines that a fake npm has logged.
func count(t *testing.T, log string) int {
	t.Helper()
	f, err := os.Open(log)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Count(text, []byte("\n"))
}

func TestLayForLambda(t *testing.T) {
	tarball, p := packed(t, fakeParts(t)...)
	cfg := config(t, p, "cp "+tarball+" .")
	cfg.platform = "darwin/arm64" // Lay does not run Chrome, so a Mac can build the layer
	layer := t.TempDir()
	for range 2 {
		if err := Lay(t.Context(), cfg, layer); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"chrome"}, listing(t, layer)); diff != "" {
		t.Errorf("the layer (-want +got):\n%s", diff)
	}
	program := filepath.Join(layer, "chrome/chromium")
	cfg.Getenv = func(key string) string { return map[string]string{"CHROME": program}[key] }
	c, err := Find(t.Context(), cfg)
	if err != nil || len(c.Env) == 0 || c.Env[0] != "FONTCONFIG_PATH="+filepath.Dir(program) {
		t.Errorf("Find() with CHROME in the layer = %+v, %v; want its fonts", c, err)
	}
	conf, err := os.ReadFile(filepath.Join(layer, "chrome/fonts.conf"))
	if err != nil || !strings.Contains(string(conf), "/tmp/fonts-cache") {
		t.Errorf("fonts.conf: %v\n%s", err, conf)
	}
}
