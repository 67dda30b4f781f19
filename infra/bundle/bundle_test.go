package main

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestBundle(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "probe")
	put(t, dir, "bootstrap", "program", 0o700)
	put(t, dir, "fonts/Sans.ttf", "font", 0o600)
	var output strings.Builder
	if err := bundle([]string{dir}, &output); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(output.String(), "probe.zip ") || !strings.Contains(output.String(), "MB unzipped") {
		t.Errorf("output %q", output.String())
	}
	z, err := zip.OpenReader(dir + ".zip")
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for i, want := range []struct {
		name, body string
		mode       os.FileMode
	}{{"bootstrap", "program", 0o755}, {"fonts/Sans.ttf", "font", 0o644}} {
		r, err := z.File[i].Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if z.File[i].Name != want.name || z.File[i].Mode() != want.mode || string(body) != want.body || err != nil {
			t.Errorf("%s %v %q, %v; want %v", z.File[i].Name, z.File[i].Mode(), body, err, want)
		}
	}
}

// TestBundleIsReproducible checks that newer files with the same content make the same zip.
func TestBundleIsReproducible(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "probe")
	put(t, dir, "bootstrap", "program", 0o755)
	var zips [2][]byte
	for i := range zips {
		if err := bundle([]string{dir + "/"}, io.Discard); err != nil {
			t.Fatal(err)
		}
		var err error
		if zips[i], err = os.ReadFile(dir + ".zip"); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(filepath.Join(dir, "bootstrap"), time.Time{}, time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(zips[0], zips[1]) {
		t.Error("the two zips differ")
	}
}

func TestBundleRejects(t *testing.T) {
	empty, linked, large := t.TempDir(), t.TempDir(), t.TempDir()
	if err := os.Symlink("/etc/passwd", filepath.Join(linked, "link")); err != nil {
		t.Fatal(err)
	}
	put(t, large, "holes", "", 0o644)
	if err := os.Truncate(filepath.Join(large, "holes"), MaxUnzipped+1); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]string{
		empty: "contains no data", linked: "link: neither a regular file nor a folder", large: "250.0 MB unzipped: over Lambda's limit of 250 MB", "no-such-dir": "no-such-dir",
	} {
		if err := bundle([]string{dir}, io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %q", err, want)
		}
	}
}

func put(t *testing.T, dir, name, body string, mode os.FileMode) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(body), mode); err != nil {
		t.Fatal(err)
	}
}
