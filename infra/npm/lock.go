package npm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// lock acquires the lock file, waiting while another process fetches, and returns a function that releases it. The kernel
// releases it when the process exits, so a killed fetch does not block others. The file is not removed: otherwise a third process
// could lock a new file while the second waits for the old one.
func (cfg Config) lock(ctx context.Context, path string) (release func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("lock the cache: %w", err)
	}
	for reported := false; ; reported = true {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { f.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			f.Close()
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		if !reported {
			cfg.progress("waiting for another process to fetch %s ...", cfg.Program)
		}
		select {
		case <-ctx.Done():
			f.Close()
			return nil, fmt.Errorf("waiting for another process to fetch %s: %w", cfg.Program, context.Cause(ctx))
		case <-time.After(100 * time.Millisecond): // poll, because flock cannot be cancelled
		}
	}
}
