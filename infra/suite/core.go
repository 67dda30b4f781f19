package suite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// folder holds the locks that the test processes of this user share. It is read before a test sets TMPDIR.
var folder = filepath.Join(os.TempDir(), fmt.Sprintf("valkyrie-suite-%d", os.Getuid()))

// Core waits until one of the machine's cores is free, and reserves it until the test ends. Tests that drive Chrome, or that
// compute for seconds, call it: `go test` runs several packages at a time, and more such tests than cores would only slow
// each other down until their limits pass. A subtest of a test that has reserved a core shares it.
func Core(tb testing.TB) {
	tb.Helper()
	cores.reserve(tb)
}

// Run runs the tests of a package, for its TestMain, with a core reserved for all of them: where they run one after the other,
// and each would have to wait anew.
func Run(m *testing.M) int {
	file, err := cores.lock(context.Background())
	if err != nil {
		fmt.Fprintf(os.Stderr, "reserve a core: %v\n", err)
		return 1
	}
	defer file.Close()
	cores.whole = true
	return m.Run()
}

// cores are this process's view of the machine's.
var cores = pool{dir: folder, size: runtime.NumCPU(), notes: os.Stderr}

// noteTime is how long a test waits silently for a core.
const noteTime = 10 * time.Second

// A pool is a semaphore across processes: size files, each of which one holder locks.
type pool struct {
	dir   string
	size  int
	notes io.Writer // gets one line for a long wait

	whole bool // this process holds a place for all its tests

	mu      sync.Mutex
	holders map[string]bool // names of tests
}

func (p *pool) reserve(tb testing.TB) {
	tb.Helper()
	if p.whole || !p.hold(tb.Name()) {
		return
	}
	file, err := p.lock(tb.Context())
	if err != nil {
		p.drop(tb.Name())
		tb.Fatalf("reserve a core: %v", err)
	}
	tb.Cleanup(func() {
		p.drop(tb.Name())
		_ = file.Close() // which unlocks it
	})
}

// hold notes that a test holds a core, and reports whether neither it nor a test that it is a part of did before.
func (p *pool) hold(test string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for name := test; name != ""; name = parent(name) {
		if p.holders[name] {
			return false
		}
	}
	if p.holders == nil {
		p.holders = map[string]bool{}
	}
	p.holders[test] = true
	return true
}

func (p *pool) drop(test string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.holders, test)
}

// parent is the name of the test that a subtest is a part of; empty for a test that is no subtest.
func parent(test string) string { return test[:max(0, strings.LastIndex(test, "/"))] }

// lock locks one of the files, as soon as one is free.
func (p *pool) lock(ctx context.Context) (*os.File, error) {
	if err := os.MkdirAll(p.dir, 0o700); err != nil {
		return nil, err
	}
	const pause = 20 * time.Millisecond // flock cannot wait for the first of several files
	for noteAt := time.Now().Add(noteTime); ; {
		for n := range p.size {
			file, err := tryLock(filepath.Join(p.dir, fmt.Sprintf("core-%d", n)))
			if file != nil || err != nil {
				return file, err
			}
		}
		if !noteAt.IsZero() && time.Now().After(noteAt) {
			noteAt = time.Time{}
			fmt.Fprintf(p.notes, "waiting for a core: other tests hold all %d (%s)\n", p.size, p.dir)
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// tryLock locks a file; the result is nil when another holder has locked it. The system unlocks the files of a process that
// ends in any way.
func tryLock(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|syscall.O_CLOEXEC, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	switch {
	case err == nil:
		return file, nil
	case errors.Is(err, syscall.EWOULDBLOCK), errors.Is(err, syscall.EINTR):
		return nil, file.Close()
	}
	return nil, errors.Join(err, file.Close())
}
