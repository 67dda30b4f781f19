package suite

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// Build builds a command into path, by `go build` with args, and links it only once for all test processes. They share one
// output per module and name, under a lock; `go build` itself finds out whether that is up to date, so that no test runs a
// stale binary. Path is a copy, which a later build does not change.
func Build(ctx context.Context, name, path string, args ...string) error {
	module, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return fmt.Errorf("build %s: find the module: %w", name, err)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("build %s: %w", name, err)
	}
	output := filepath.Join(folder, fmt.Sprintf("%s-%x", name, sha256.Sum256(module))[:len(name)+9])
	lock, err := os.OpenFile(output+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("build %s: %w", name, err)
	}
	defer lock.Close() // which unlocks it
	for err = syscall.EINTR; errors.Is(err, syscall.EINTR); {
		err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX)
	}
	if err != nil {
		return fmt.Errorf("build %s: lock %s: %w", name, lock.Name(), err)
	}
	cmd := exec.CommandContext(ctx, "go", append([]string{"build", "-o", output}, args...)...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w\n%s", name, err, out)
	}
	return clone(output, path)
}

// clone copies an executable.
func clone(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
