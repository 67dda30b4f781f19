package chrome

import (
	"archive/tar"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestUnpackRejects(t *testing.T) {
	tests := []struct {
		name  string
		entry file
		want  string
	}{
		{"a way up", file{Name: "../escaped", Body: "x"}, "escapes"},
		{"a way up from below", file{Name: "lib/../../escaped", Body: "x"}, "escapes"},
		{"an absolute name", file{Name: "/tmp/escaped", Body: "x"}, "escapes"},
		{"a link", file{Name: "lib", Body: "/etc", Type: tar.TypeSymlink}, "neither a file nor a folder"},
		{"the program again", file{Name: "chromium", Body: "x"}, "exists"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			archive := squeeze(t, tarOf(t, test.entry))
			tarball, _ := packed(t, append(fakeParts(t), file{Name: "package/bin/evil.tar.br", Body: archive})...)
			parent := t.TempDir()
			err := unpack(t.Context(), tarball, filepath.Join(parent, "chrome"))
			wantError(t, err, "package/bin/evil.tar.br", test.entry.Name, test.want)
			if _, err := os.Lstat(filepath.Join(parent, "escaped")); err == nil {
				t.Error("a file was written outside")
			}
		})
	}
}

func TestUnpackEndsWithItsContext(t *testing.T) {
	tarball, _ := packed(t, fakeParts(t)...)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := unpack(ctx, tarball, filepath.Join(t.TempDir(), "chrome")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}
