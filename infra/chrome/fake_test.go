package chrome

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"valkyrie/infra/npm"
)

const fakeChrome = "#!/bin/sh\necho Chromium 1.2.3.4\n"

// A file of an archive; Type 0 is a regular file.
type file struct {
	Name, Body string
	Type       byte
}

// fakeParts returns a package with the layout of the real one, and a shell script as browser.
func fakeParts(t *testing.T) []file {
	return []file{
		{Name: "package/README.md", Body: "read me"},
		{Name: "package/bin/chromium.br", Body: squeeze(t, fakeChrome)},
		{Name: "package/bin/fonts.tar.br", Body: squeeze(t, tarOf(t,
			file{Name: "fonts/", Type: tar.TypeDir}, file{Name: "fonts/Sans.ttf", Body: "a font"}, file{Name: "fonts.conf", Body: "elsewhere"}))},
		{Name: "package/bin/al2023.tar.br", Body: squeeze(t, tarOf(t, file{Name: "lib/libnss3.so", Body: "a library"}))},
	}
}

func tarOf(t *testing.T, files ...file) string {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		h := &tar.Header{Name: f.Name, Typeflag: f.Type, Size: int64(len(f.Body)), Mode: 0o644}
		if f.Type == tar.TypeSymlink {
			h.Size, h.Linkname, f.Body = 0, f.Body, ""
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, f.Body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func squeeze(t *testing.T, plain string) string {
	t.Helper()
	var b bytes.Buffer
	w := brotli.NewWriterLevel(&b, 1)
	io.WriteString(w, plain)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// packed writes the parts as an npm tarball, and returns its path and a matching pin.
func packed(t *testing.T, parts ...file) (string, *npm.Pin) {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, tarOf(t, parts...))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	sum := sha512.Sum512(b.Bytes())
	path := filepath.Join(t.TempDir(), "fake.tgz")
	put(t, path, b.String(), 0o644)
	return path, &npm.Pin{Package: "fake", Version: "1.2.3", Integrity: "sha512-" + base64.StdEncoding.EncodeToString(sum[:]), Disk: 300}
}

// config returns the Config of a machine without a browser, whose npm runs the shell script.
func config(t *testing.T, p *npm.Pin, npm string) Config {
	t.Helper()
	path := filepath.Join(t.TempDir(), "npm")
	put(t, path, "#!/bin/sh\n"+npm+"\n", 0o755)
	return Config{
		CacheDir: filepath.Join(t.TempDir(), "cache"),
		Getenv:   func(string) string { return "" },
		LookPath: func(name string) (string, error) {
			if name == "npm" {
				return path, nil
			}
			return lookFile(name)
		},
		Installed: []string{},
		FontDirs:  []string{fontFolder(t)},
		platform:  "linux/amd64",
		pin:       p,
	}
}

// lookFile is exec.LookPath for paths only, so that commands on the tester's PATH are not found.
func lookFile(name string) (string, error) {
	if !strings.Contains(name, "/") {
		return "", exec.ErrNotFound
	}
	return exec.LookPath(name)
}

func fontFolder(t *testing.T) string {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "Sans.TTF"), "a font", 0o644)
	return dir
}

func put(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// listing returns the names in a folder.
func listing(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// wantError fails unless err mentions each of the words.
func wantError(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("got no error, want one that mentions %q", words)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("error %q does not mention %q", err, word)
		}
	}
}
