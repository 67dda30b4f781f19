package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"valkyrie/probes/demoshop"
)

// A variant is a driver with its setup.
type variant struct {
	driver string
	flags  []string
	film   bool
}

func (s variant) String() string {
	name := strings.Join(append([]string{s.driver}, s.flags...), " ")
	if s.film {
		name += ", film"
	}
	return name
}

// A shop is the practice shop whose pages record their times; it records when it last sent a PDF.
type shop struct {
	url string
	mu  sync.Mutex
	pdf time.Time
}

func openShop(t testing.TB) *shop {
	inner, err := demoshop.New(demoshop.Config{})
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inner.ServeHTTP(&scriptInjector{ResponseWriter: w}, r)
		if strings.HasSuffix(r.URL.Path, ".pdf") {
			s.mu.Lock()
			s.pdf = time.Now()
			s.mu.Unlock()
		}
	}))
	t.Cleanup(func() { server.Close(); inner.Close() })
	s.url = server.URL
	return s
}

// build builds the driver programs as a user would, and returns their folder.
func build(t testing.TB) string {
	dir := t.TempDir()
	out, err := exec.Command("go", "build", "-trimpath", "-o", dir, "./bare", "./ours").CombinedOutput()
	if err != nil {
		t.Fatalf("the programs of the hands could not be built: %v\n%s", err, out)
	}
	return dir
}

// play runs a driver once, in a process of its own.
func (s *shop) play(t testing.TB, programs string, by variant) (Result, error) {
	at := Setup{Site: s.url, Chrome: program.Path, Env: program.Env, Flags: by.flags}
	if by.film {
		at.Evidence = t.TempDir()
	}
	place, err := json.Marshal(at)
	if err != nil {
		return Result{}, err
	}
	cmd := exec.Command(filepath.Join(programs, by.driver))
	cmd.Env = append(os.Environ(), setupKey+"="+string(place), "TMPDIR="+t.TempDir())
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		return Result{}, fmt.Errorf("%s: %w\n%s", by, err, errs.Bytes())
	}
	var p Result
	if err := json.Unmarshal(out, &p); err != nil {
		return Result{}, fmt.Errorf("%s: %w in %s", by, err, out)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p.Truth["sent"] = float64(s.pdf.UnixMicro()) / 1000
	return p, nil
}

// burn starts n processes that burn CPU, for half a minute at most.
func burn(t testing.TB, n int) (stop func()) {
	var all []*exec.Cmd
	for range n {
		cmd := exec.Command("timeout", "30", "sh", "-c", "while :; do :; done")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		all = append(all, cmd)
	}
	return func() {
		for _, cmd := range all {
			_ = cmd.Process.Signal(os.Interrupt)
			_ = cmd.Wait()
		}
	}
}
