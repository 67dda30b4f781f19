package npm

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
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
