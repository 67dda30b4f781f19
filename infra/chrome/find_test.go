package chrome

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// browser writes a fake browser and returns its path.
func browser(t *testing.T, name, script string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	put(t, path, script, mode)
	return path
}

func TestCHROME(t *testing.T) {
	good := browser(t, "good", fakeChrome, 0o755)
	plain := browser(t, "plain", fakeChrome, 0o644)
	tests := []struct {
		name, value string
		want        []string // words of the error; nil: found
	}{
		{"a path", good, nil},
		{"a command", "some-chrome", nil},
		{"missing", "/no/such/chrome", []string{`CHROME="/no/such/chrome" does not exist`, "unset it"}},
		{"not executable", plain, []string{plain, "is not executable", "unset it"}},
		{"a folder", filepath.Dir(good), []string{"is a folder", "unset it"}},
		{"no such command", "chrom", []string{`CHROME="chrom" is not a command on PATH`, "unset it"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cfg := config(t, nil, "exit 1")
			cfg.Installed = []string{good} // a wrong CHROME must not fall back to it
			cfg.Getenv = func(key string) string { return map[string]string{"CHROME": test.value}[key] }
			cfg.LookPath = func(name string) (string, error) {
				if name == "some-chrome" {
					return good, nil
				}
				return lookFile(name)
			}
			c, err := Find(t.Context(), cfg)
			if test.want != nil {
				wantError(t, err, test.want...)
				return
			}
			if err != nil || c.Path != good || c.Source != SourceEnv || len(c.Env) != 0 {
				t.Errorf("Find() = %+v, %v", c, err)
			}
		})
	}
}

func TestFindInstalled(t *testing.T) {
	good := browser(t, "good", fakeChrome, 0o755)
	tests := []struct {
		name, first string
		progress    string // message about the first, which is skipped
	}{
		{"not there", "/no/such/chrome", ""},
		{"does not start", browser(t, "broken", "#!/bin/sh\necho no display >&2; exit 7\n", 0o755), "no display"},
		{"not a browser", browser(t, "other", "#!/bin/sh\necho hello\n", 0o755), `printed "hello"`},
		{"Ubuntu's stub", browser(t, "chromium-browser", "#!/bin/sh\nexec /snap/bin/chromium\n", 0o755), "a snap"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cfg := config(t, nil, "exit 1")
			var progress bytes.Buffer
			cfg.Progress = &progress
			cfg.Installed = []string{test.first, good}
			c, err := Find(t.Context(), cfg)
			if err != nil || c.Path != good || c.Source != SourceInstalled {
				t.Errorf("Find() = %+v, %v", c, err)
			}
			if !strings.Contains(progress.String(), test.progress) {
				t.Errorf("progress %q, want %q", progress.String(), test.progress)
			}
		})
	}
}

// TestFindWithoutFontsReturnsThePinned: an installed browser without a font cannot click on text, the pinned one has fonts.
func TestFindWithoutFontsReturnsThePinned(t *testing.T) {
	tarball, p := packed(t, fakeParts(t)...)
	cfg := config(t, p, "cp "+tarball+" .")
	cfg.Installed = []string{browser(t, "good", fakeChrome, 0o755)}
	cfg.FontDirs = []string{t.TempDir(), "/no/such/fonts"}
	c, err := Find(t.Context(), cfg)
	if err != nil || c.Source != SourcePinned {
		t.Errorf("Find() = %+v, %v; want the pinned one", c, err)
	}
}

func TestHasLibraries(t *testing.T) {
	dir, cache := t.TempDir(), filepath.Join(t.TempDir(), "ld.so.cache")
	put(t, cache, "x\x00libnss3.so\x00libnssutil3.so\x00libnspr4.so\x00libexpat.so.10\x00", 0o644)
	if hasLibraries(cache, []string{dir}) {
		t.Error("libexpat.so.10 was accepted as libexpat.so.1")
	}
	put(t, filepath.Join(dir, "libexpat.so.1"), "", 0o644)
	if !hasLibraries(cache, []string{dir}) {
		t.Error("want three from the loader's cache and one from the folder")
	}
}

func TestCacheFallsBackToTemp(t *testing.T) {
	t.Setenv("HOME", "/dev/null/home")
	t.Setenv("XDG_CACHE_HOME", "")
	t.Setenv("TMPDIR", t.TempDir())
	temp := filepath.Join(os.TempDir(), fmt.Sprintf("valkyrie-%d", os.Getuid()))
	tarball, p := packed(t, fakeParts(t)...)
	cfg := config(t, p, "cp "+tarball+" .")
	cfg.CacheDir = ""
	for range 2 { // the second time from the cache
		c, err := Fetch(t.Context(), cfg)
		if err != nil || !strings.HasPrefix(c.Path, temp) {
			t.Fatalf("Fetch() = %+v, %v; want it in %s", c, err, temp)
		}
	}
	if err := os.Chmod(temp, 0o777); err != nil {
		t.Fatal(err)
	}
	_, err := Fetch(t.Context(), cfg)
	wantError(t, err, "not a folder that only this user can write to", "XDG_CACHE_HOME")
}
