package npm

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// caches are the folders that may hold a program, best first.
func (cfg Config) caches() []string {
	if cfg.CacheDir != "" {
		return []string{cfg.CacheDir}
	}
	var dirs []string
	if user, err := os.UserCacheDir(); err == nil {
		dirs = append(dirs, filepath.Join(user, "valkyrie"))
	}
	if temp := tempCache(); ours(temp) == nil {
		dirs = append(dirs, temp)
	}
	return dirs
}

// absoluteCache makes a CacheDir that was given absolute, as the path of an installed program is.
func (cfg *Config) absoluteCache() (err error) {
	if cfg.CacheDir != "" {
		cfg.CacheDir, err = filepath.Abs(cfg.CacheDir)
	}
	return err
}

// tempCache is per user: one shared by all would let any of them choose the programs of the others.
func tempCache() string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("valkyrie-%d", os.Getuid()))
}

// writableCache makes the cache folder, falling back on a temporary one if CacheDir leaves the choice.
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
		return "", fmt.Errorf("no folder to keep %s in: %w; set XDG_CACHE_HOME to one", cfg.Program, err)
	}
	if err := ours(dir); err != nil {
		return "", err
	}
	cfg.say("no writable home, so %s is kept in %s", cfg.Program, dir)
	return dir, nil
}

// writable makes dir and proves that files can be made in it.
func (cfg Config) writable(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("no folder to keep %s in: %w", cfg.Program, err)
	}
	f, err := os.CreateTemp(dir, ".writable-*")
	if err != nil {
		return fmt.Errorf("no folder to keep %s in: %w", cfg.Program, err)
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// ours refuses a folder in the shared temporary one that somebody else made, or may write to: it would let them choose
// the program that runs here.
func ours(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || int(stat.Uid) != os.Getuid() || info.Mode()&0o022 != 0 {
		return fmt.Errorf("%s is not a folder that only this user can write to; remove it, or set XDG_CACHE_HOME", dir)
	}
	return nil
}
