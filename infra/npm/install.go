package npm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// A Layout unpacks a package's tarball into the new folder dir, which will be renamed to final.
type Layout func(ctx context.Context, tarball, dir, final string) error

// A Check returns an error if the program in a folder does not run on this machine.
type Check func(ctx context.Context, dir string) error

// Install returns the folder called name in the cache, which layout has filled from the pinned package. If it is missing or
// incomplete, Install fetches the package, and calls check before the folder becomes visible. Any number of processes may call
// Install concurrently: one fetches, the others wait.
func Install(ctx context.Context, cfg Config, name string, p Pin, layout Layout, check Check) (string, error) {
	cfg = cfg.withDefaults()
	if err := cfg.absoluteCache(); err != nil {
		return "", err
	}
	for _, cache := range cfg.caches() {
		if dir := filepath.Join(cache, name); checkManifest(dir, p) == nil {
			return dir, nil
		}
	}
	cache, err := cfg.writableCache()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, name)
	err = cfg.install(ctx, dir, p, layout, check)
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		err = fmt.Errorf("%w; free %d MB in %s, or point XDG_CACHE_HOME at a larger disk", err, p.Disk, cache)
	}
	return dir, err
}

func (cfg Config) install(ctx context.Context, dir string, p Pin, layout Layout, check Check) error {
	release, err := cfg.lock(ctx, dir+".lock")
	if err != nil {
		return err
	}
	defer release()
	if checkManifest(dir, p) == nil { // another process fetched it while this one waited
		return nil
	}
	if err := cfg.put(ctx, dir, p, layout, check); err != nil {
		return err
	}
	cfg.progress("%s %s is ready in %s", cfg.Program, p.Version, dir)
	return nil
}

// Put unpacks the pinned package as the folder dir, replacing it if it exists. Calls for the same dir must not overlap.
func Put(ctx context.Context, cfg Config, dir string, p Pin, layout Layout) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	return cfg.withDefaults().put(ctx, dir, p, layout, nil)
}

// put works in a scratch folder beside dir and then renames it, so that dir is never incomplete.
func (cfg Config) put(ctx context.Context, dir string, p Pin, layout Layout, check Check) error {
	scratch, err := freshScratch(dir)
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	tarball, err := cfg.download(ctx, p, scratch)
	if err != nil {
		return err
	}
	cfg.progress("unpacking %s %s ...", cfg.Program, p.Version)
	unpacked := filepath.Join(scratch, "made")
	if err := layout(ctx, tarball, unpacked, dir); err != nil {
		return fmt.Errorf("unpack %s: %w", p.Spec(), err)
	}
	if err := writeManifest(unpacked, p); err != nil {
		return fmt.Errorf("unpack %s: %w", p.Spec(), err)
	}
	if check != nil {
		if err := check(ctx, unpacked); err != nil {
			return err
		}
	}
	if err := replace(dir, unpacked, scratch); err != nil {
		return fmt.Errorf("install %s: %w", cfg.Program, err)
	}
	return nil
}

// freshScratch creates a scratch folder beside dir, after removing those of killed fetches. They are not in use, because only
// one process at a time unpacks beside dir.
func freshScratch(dir string) (string, error) {
	prefix := dir + ".fetching-"
	left, err := filepath.Glob(prefix + "*")
	if err != nil {
		return "", err
	}
	for _, old := range left {
		if err := os.RemoveAll(old); err != nil {
			return "", fmt.Errorf("remove scratch folder of a killed fetch: %w", err)
		}
	}
	return os.MkdirTemp(filepath.Dir(dir), filepath.Base(prefix)+"*")
}

// replace renames unpacked to dir. It first moves a damaged dir into scratch, since a rename does not replace a folder.
func replace(dir, unpacked, scratch string) error {
	err := os.Rename(dir, filepath.Join(scratch, "damaged"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.Rename(unpacked, dir)
}
