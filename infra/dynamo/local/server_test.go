package local

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestServersAreApartAndStop(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	one, two := For(t), For(t)
	if one.Endpoint == two.Endpoint {
		t.Fatalf("two servers at %s", one.Endpoint)
	}
	for range 2 {
		one.Stop()
	}
	if _, err := http.Get(one.Endpoint); err == nil {
		t.Error("it still answers after Stop")
	}
	if answer, err := http.Get(two.Endpoint); err != nil {
		t.Errorf("the other one does not answer any more: %v", err)
	} else {
		answer.Body.Close()
	}
	two.Stop()
	http.DefaultClient.CloseIdleConnections()
}

// TestServerEndsWithItsOwner closes what the death of this program would close.
func TestServerEndsWithItsOwner(t *testing.T) {
	s := For(t)
	s.alive.Close()
	<-s.exited
}

func TestNoNPMAndNoProgram(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	t.Setenv("TMPDIR", t.TempDir())
	t.Setenv("PATH", "")
	_, err := Start(t.Context())
	wantWords(t, err, "no npm to fetch one with", "install Node.js", "VALKYRIE_DYNOXIDE")
}

func TestProgramThatEnds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dynoxide")
	if err := os.WriteFile(path, []byte("#!/bin/sh\necho cannot bind >&2; exit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("VALKYRIE_DYNOXIDE", path)
	_, err := Start(t.Context())
	wantWords(t, err, "starting a local DynamoDB", path, "ended by itself", "cannot bind")
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
