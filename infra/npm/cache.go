package npm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// caches returns the folders that may contain a cached program, best first.
func (cfg Config) caches() []string {
	if cfg.CacheDir != "" {
		return []string{cfg.CacheDir}
	}
	var dirs []string
	if user, err := os.UserCacheDir(); err == nil {
		dirs = append(dirs, filepath.Join(user, "valkyrie"))
	}
	if temp := tempCache(); checkPrivate(temp) == nil {
		dirs = append(dirs, temp)
	}
	return dirs
}

// absoluteCache makes CacheDir absolute, so that the paths of installed programs are.
func (cfg *Config) absoluteCache() (err error) {
	if cfg.CacheDir != "" {
		cfg.CacheDir, err = filepath.Abs(cfg.CacheDir)
	}
	return err
}

// tempCache returns a temporary folder per user: in a shared one, any user could choose the programs of the others.
func tempCache() string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("valkyrie-%d", os.Getuid()))
}

// writableCache creates the cache folder. Without CacheDir it falls back to a temporary one.
func (cfg Config) writableCache() (string, error) {
	if cfg.CacheDir != "" {
		return cfg.CacheDir, cfg.writable(cfg.CacheDir)
	}
	if user, err := os.UserCacheDir(); err == nil {
		if dir := filepath.Join(user, "valkyrie"); cfg.writable(dir) == nil {
			return dir, nil
		}
	}
	dir := tempCache()
	err := os.Mkdir(dir, 0o700)
	if err != nil && !errors.Is(err, os.ErrExist) {
		return "", fmt.Errorf("create cache folder for %s: %w; set XDG_CACHE_HOME to a writable folder", cfg.Program, err)
	}
	if err := checkPrivate(dir); err != nil {
		return "", err
	}
	cfg.progress("the home is not writable: caching %s in %s", cfg.Program, dir)
	return dir, nil
}

// writable creates dir and checks that it is writable.
func (cfg Config) writable(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("create cache folder for %s: %w", cfg.Program, err)
	}
	f, err := os.CreateTemp(dir, ".writable-*")
	if err != nil {
		return fmt.Errorf("create cache folder for %s: %w", cfg.Program, err)
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// checkPrivate rejects a temporary folder that another user owns or can write to, as that user could choose the program that runs
// here.
func checkPrivate(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || int(stat.Uid) != os.Getuid() || info.Mode()&0o022 != 0 {
		return fmt.Errorf("use cache %s: it is not a folder that only this user can write to; remove it, or set XDG_CACHE_HOME", dir)
	}
	return nil
}

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
			return nil, fmt.Errorf("wait for another process to fetch %s: %w", cfg.Program, context.Cause(ctx))
		case <-time.After(100 * time.Millisecond): // poll, because flock cannot be cancelled
		}
	}
}
