package chrome

import (
	"context"
	"fmt"
	"path/filepath"

	"valkyrie/infra/npm"
)

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
