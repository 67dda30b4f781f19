package chrome

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// Fetch returns the pinned Chrome, whatever is installed, from the cache if it is there whole. It is only built for
// linux/amd64. Any number of processes may call it at once: one fetches, the others wait.
//
// With no CacheDir the cache is valkyrie in [os.UserCacheDir], or, where there is no home or it cannot be written,
// valkyrie-UID in [os.TempDir].
func Fetch(ctx context.Context, cfg Config) (Chrome, error) {
	cfg = cfg.withDefaults()
	if cfg.platform != "linux/amd64" {
		return Chrome{}, fmt.Errorf("no Chrome found, and none is pinned for %s; install Google Chrome or set CHROME", cfg.platform)
	}
	if err := cfg.absoluteCache(); err != nil {
		return Chrome{}, err
	}
	for _, cache := range cfg.caches() {
		if dir := filepath.Join(cache, cfg.pin.folder()); checkManifest(dir, *cfg.pin) == nil {
			return cfg.pinnedIn(dir), nil
		}
	}
	cache, err := cfg.writableCache()
	if err != nil {
		return Chrome{}, err
	}
	c, err := cfg.install(ctx, cache)
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return Chrome{}, fmt.Errorf("%w; free %d MB in %s, or point XDG_CACHE_HOME at a larger disk", err, cfg.pin.Disk, cache)
	}
	return c, err
}

func (cfg Config) pinnedIn(dir string) Chrome {
	return Chrome{Path: filepath.Join(dir, program), Env: cfg.bundleEnv(dir), Source: SourcePinned}
}

// install makes the pinned Chrome in cache. Everything happens in a scratch folder beside the final one, which appears
// by a rename: whoever sees it sees it whole.
func (cfg Config) install(ctx context.Context, cache string) (Chrome, error) {
	release, err := lock(ctx, filepath.Join(cache, cfg.pin.folder()+".lock"), cfg.say)
	if err != nil {
		return Chrome{}, err
	}
	defer release()
	dir := filepath.Join(cache, cfg.pin.folder())
	if checkManifest(dir, *cfg.pin) == nil { // someone else fetched it while this process waited
		return cfg.pinnedIn(dir), nil
	}
	scratch, err := freshScratch(dir)
	if err != nil {
		return Chrome{}, err
	}
	defer os.RemoveAll(scratch)
	made, err := cfg.lay(ctx, scratch, filepath.Join(dir, "fonts-cache"))
	if err != nil {
		return Chrome{}, err
	}
	if err := cfg.proveItStarts(ctx, made); err != nil {
		return Chrome{}, err
	}
	if err := replace(dir, made, scratch); err != nil {
		return Chrome{}, fmt.Errorf("putting Chrome in place: %w", err)
	}
	cfg.say("Chrome %s is ready in %s", cfg.pin.Version, dir)
	return cfg.pinnedIn(dir), nil
}

// freshScratch makes a scratch folder beside dir, after removing those of fetches that were killed: nobody
// else lays beside dir at the same time, so none of them is in use.
func freshScratch(dir string) (string, error) {
	prefix := dir + ".fetching-"
	left, err := filepath.Glob(prefix + "*")
	if err != nil {
		return "", err
	}
	for _, old := range left {
		if err := os.RemoveAll(old); err != nil {
			return "", fmt.Errorf("removing what a killed fetch left: %w", err)
		}
	}
	return os.MkdirTemp(filepath.Dir(dir), filepath.Base(prefix)+"*")
}

// proveItStarts runs the new Chrome once, so that a machine it cannot run on (an old glibc, musl, a noexec disk) is
// told so now and not as a failed journey.
func (cfg Config) proveItStarts(ctx context.Context, dir string) error {
	if _, err := Version(ctx, cfg.pinnedIn(dir)); err != nil {
		return fmt.Errorf("the pinned Chrome was fetched but cannot run here; install Google Chrome or chromium, or set CHROME: %w", err)
	}
	return nil
}

// replace puts made where dir is. A damaged dir is moved into scratch first, since a rename does not replace a folder.
func replace(dir, made, scratch string) error {
	err := os.Rename(dir, filepath.Join(scratch, "damaged"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.Rename(made, dir)
}
