package chrome

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"valkyrie/infra/npm"
)

// Fetch returns the pinned Chrome, from the cache if it is complete there. It ignores installed browsers. The pinned Chrome is
// built for linux/amd64 only. Any number of processes may call Fetch concurrently: one fetches, the others wait.
//
// Without CacheDir the cache is valkyrie in [os.UserCacheDir], or, if that is not writable, valkyrie-UID in [os.TempDir].
func Fetch(ctx context.Context, cfg Config) (Chrome, error) {
	cfg = cfg.withDefaults()
	if cfg.platform != "linux/amd64" {
		return Chrome{}, fmt.Errorf("find Chrome: none is installed, and none is pinned for %s; install Google Chrome or set CHROME", cfg.platform)
	}
	// The version is in the folder's name, so that two versions of Valkyrie on one machine do not evict each other.
	dir, err := npm.Install(ctx, cfg.npm(), "chrome-"+cfg.pin.Version, *cfg.pin, unpackIntoCache, cfg.checkStart)
	if err != nil {
		return Chrome{}, err
	}
	return cfg.pinnedIn(dir), nil
}

func unpackIntoCache(ctx context.Context, tarball, dir, final string) error {
	return unpackWithFonts(ctx, tarball, dir, filepath.Join(final, "fonts-cache"))
}

// unpackWithFonts unpacks a Chrome's package, and adds the configuration of its fonts. fontCache is a writable folder for
// fontconfig.
func unpackWithFonts(ctx context.Context, tarball, dir, fontCache string) error {
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

// checkStart runs the new Chrome once, so that an unsuitable machine (an old glibc, musl, a noexec disk) is detected now and not
// by a failed journey.
func (cfg Config) checkStart(ctx context.Context, dir string) error {
	if _, err := Version(ctx, cfg.pinnedIn(dir)); err != nil {
		return fmt.Errorf("start the pinned Chrome: it cannot run here; install Google Chrome or chromium, or set CHROME: %w", err)
	}
	return nil
}

// Lay unpacks the pinned Chrome into the folder dir/chrome, for a Lambda layer, in which the program is /opt/chrome/chromium; set
// CHROME to that. It works on any machine, since it does not run Chrome. It replaces an existing chrome folder. Calls for the same
// dir must not overlap: unlike the cache, dir has no lock, because the lock file would end up in the layer.
func Lay(ctx context.Context, cfg Config, dir string) error {
	cfg = cfg.withDefaults()
	layout := func(ctx context.Context, tarball, dir, _ string) error {
		return unpackWithFonts(ctx, tarball, dir, "/tmp/fonts-cache") // on Lambda only /tmp is writable
	}
	if err := npm.Put(ctx, cfg.npm(), filepath.Join(dir, "chrome"), *cfg.pin, layout); err != nil {
		return fmt.Errorf("unpack Chrome for a layer: %w", err)
	}
	return nil
}
