package npm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// lock takes the lock file for this process, waiting for another's fetch to end, and returns what releases it. The
// kernel releases it too when the process dies, so a killed fetch blocks nobody. The file itself stays: removing it
// would let a third process lock a new one while the second waits on the old.
func (cfg Config) lock(ctx context.Context, path string) (release func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("locking the cache: %w", err)
	}
	for told := false; ; told = true {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { f.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			f.Close()
			return nil, fmt.Errorf("locking %s: %w", path, err)
		}
		if !told {
			cfg.say("waiting for another process to fetch %s ...", cfg.Program)
		}
		select {
		case <-ctx.Done():
			f.Close()
			return nil, fmt.Errorf("waiting for another process to fetch %s: %w", cfg.Program, context.Cause(ctx))
		case <-time.After(100 * time.Millisecond): // flock itself cannot be cancelled
		}
	}
}
