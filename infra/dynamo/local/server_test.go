package local

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestServersAreIndependent(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	one, two := For(t), For(t)
	if one.Endpoint == two.Endpoint {
		t.Fatalf("two servers at %s", one.Endpoint)
	}
	for range 2 {
		one.Stop()
	}
	if _, err := http.Get(one.Endpoint); err == nil {
		t.Error("the server responds after Stop")
	}
	if answer, err := http.Get(two.Endpoint); err != nil {
		t.Errorf("the other server does not respond: %v", err)
	} else {
		answer.Body.Close()
	}
	two.Stop()
	http.DefaultClient.CloseIdleConnections()
}

// TestServerEndsWithItsOwner closes the pipe that the exit of this program would close.
func TestServerEndsWithItsOwner(t *testing.T) {
	s := For(t)
	s.alive.Close()
	<-s.exited
}

func TestStartWithoutNPM(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	t.Setenv("TMPDIR", t.TempDir())
	t.Setenv("PATH", "")
	_, err := Start(t.Context())
	wantWords(t, err, "npm is missing", "install Node.js", "VALKYRIE_DYNOXIDE")
}

func TestStartReportsAnExit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dynoxide")
	if err := os.WriteFile(path, []byte("#!/bin/sh\necho cannot bind >&2; exit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("VALKYRIE_DYNOXIDE", path)
	_, err := Start(t.Context())
	wantWords(t, err, "start a local DynamoDB", path, "exited during the start", "cannot bind")
}

func wantWords(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("got no error, expected one that mentions %q", words)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("error %q does not mention %q", err, w)
		}
	}
}
