package chrome

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"valkyrie/infra/npm"
)

// stuckNPM returns the script of an npm that writes half a tarball and then hangs in a child, which holds the fifo open. The
// fifo's reader gets npm's process id, and an EOF once all of npm has exited.
func stuckNPM(t *testing.T) (script, fifo string) {
	t.Helper()
	fifo = filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	return "echo half >half.tgz; me=$$; (echo $me; exec sleep 600) >" + fifo + " & wait", fifo
}

// started waits until the npm that writes to the fifo hangs.
func started(t *testing.T, fifo string) (npm int, rest io.Reader) {
	t.Helper()
	f, err := os.Open(fifo)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	r := bufio.NewReader(f)
	line, err := r.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	npm, err = strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	return npm, r
}

func TestCancelledFetchKillsNPM(t *testing.T) {
	script, fifo := stuckNPM(t)
	cfg := config(t, &npm.Pin{Package: "fake", Version: "1.2.3"}, script)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	failed := make(chan error)
	go func() { _, err := Fetch(ctx, cfg); failed <- err }()

	_, rest := started(t, fifo)
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want it to be context.Canceled", err)
	}
	io.ReadAll(rest) // returns once npm's child has exited too
	if diff := cmp.Diff([]string{"chrome-1.2.3.lock"}, listing(t, cfg.CacheDir)); diff != "" {
		t.Errorf("left in the cache (-want +got):\n%s", diff)
	}
}

// TestWaitingForTheLockEndsWithTheContext checks that a fetch which waits for another one ends with its context.
func TestWaitingForTheLockEndsWithTheContext(t *testing.T) {
	cfg := config(t, &npm.Pin{Package: "fake", Version: "1.2.3"}, "exit 1")
	if err := os.MkdirAll(cfg.CacheDir, 0o755); err != nil {
		t.Fatal(err)
	}
	release, err := hold(filepath.Join(cfg.CacheDir, "chrome-1.2.3.lock"))
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cfg.Progress = onWrite(cancel)
	_, err = Fetch(ctx, cfg)
	wantError(t, err, "wait for another process", "context canceled")
}

// hold takes a lock file, like another process that fetches.
func hold(path string) (release func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	return func() { f.Close() }, syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
}

// onWrite is a Progress that calls the function on each write.
type onWrite func()

func (f onWrite) Write(p []byte) (int, error) { f(); return len(p), nil }

// TestKilledFetch kills a fetching process with SIGKILL, and fetches again.
func TestKilledFetch(t *testing.T) {
	script, fifo := stuckNPM(t)
	tarball, p := packed(t, fakeParts(t)...)
	cfg := config(t, p, script)
	npm, err := cfg.LookPath("npm")
	if err != nil {
		t.Fatal(err)
	}
	cmd := helper(cfg, npm)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	group, rest := started(t, fifo)
	t.Cleanup(func() { syscall.Kill(-group, syscall.SIGKILL); io.ReadAll(rest) }) // the killed process cannot clean up
	cmd.Process.Kill()
	cmd.Wait()
	if left := listing(t, cfg.CacheDir); len(left) != 2 {
		t.Errorf("the killed fetch left %q, want the lock and its scratch folder", left)
	}
	again := config(t, p, "cp "+tarball+" .")
	again.CacheDir = cfg.CacheDir
	if _, err := Fetch(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"chrome-1.2.3", "chrome-1.2.3.lock"}, listing(t, cfg.CacheDir)); diff != "" {
		t.Errorf("the cache (-want +got):\n%s", diff)
	}
}

// helper returns a command that runs this test program as a separate process that fetches.
func helper(cfg Config, npm string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), "FETCH_INTO="+cfg.CacheDir, "FETCH_NPM="+npm, "FETCH_INTEGRITY="+cfg.pin.Integrity)
	return cmd
}

func TestMain(m *testing.M) {
	if os.Getenv("FETCH_INTO") == "" {
		os.Exit(m.Run())
	}
	helperMain()
}

func helperMain() {
	dir := os.Getenv("FETCH_INTO")
	if os.Getenv("FETCH_ON_SMALL_DISK") != "" {
		if err := mountSmallDisk(dir); err != nil {
			fmt.Println("cannot mount:", err)
			return
		}
	}
	_, err := Fetch(context.Background(), Config{
		CacheDir: dir,
		LookPath: func(string) (string, error) { return os.Getenv("FETCH_NPM"), nil },
		pin:      &npm.Pin{Package: "fake", Version: "1.2.3", Integrity: os.Getenv("FETCH_INTEGRITY"), Disk: 300},
	})
	left, _ := filepath.Glob(filepath.Join(dir, "*"))
	fmt.Println(err, left)
}
