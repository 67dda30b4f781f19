package npm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// A Layout lays a package's program out of its tarball into the new folder dir, which is to become final.
type Layout func(ctx context.Context, tarball, dir, final string) error

// A Check proves that the program in a folder runs on this machine.
type Check func(ctx context.Context, dir string) error

// Install returns the folder called name of the cache, which holds what layout made of the pinned package: as it is if it
// is there whole, else fetched. The program is checked before it is put in place. Any number of processes may call Install
// at once: one fetches, the others wait.
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
	if checkManifest(dir, p) == nil { // someone else fetched it while this process waited
		return nil
	}
	if err := cfg.put(ctx, dir, p, layout, check); err != nil {
		return err
	}
	cfg.say("%s %s is ready in %s", cfg.Program, p.Version, dir)
	return nil
}

// Put lays the pinned package out as the folder dir, whatever is there. Only one call at a time may do so for a dir.
func Put(ctx context.Context, cfg Config, dir string, p Pin, layout Layout) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	return cfg.withDefaults().put(ctx, dir, p, layout, nil)
}

// put does everything in a scratch folder beside dir, which appears by a rename: whoever sees it sees it whole.
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
	cfg.say("unpacking %s %s ...", cfg.Program, p.Version)
	made := filepath.Join(scratch, "made")
	if err := layout(ctx, tarball, made, dir); err != nil {
		return fmt.Errorf("unpacking %s: %w", p.Spec(), err)
	}
	if err := writeManifest(made, p); err != nil {
		return fmt.Errorf("unpacking %s: %w", p.Spec(), err)
	}
	if check != nil {
		if err := check(ctx, made); err != nil {
			return err
		}
	}
	if err := replace(dir, made, scratch); err != nil {
		return fmt.Errorf("putting %s in place: %w", cfg.Program, err)
	}
	return nil
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

// replace puts made where dir is. A damaged dir is moved into scratch first, since a rename does not replace a folder.
func replace(dir, made, scratch string) error {
	err := os.Rename(dir, filepath.Join(scratch, "damaged"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.Rename(made, dir)
}
