package chrome

import (
	"context"
	"fmt"
	"path/filepath"

	"valkyrie/infra/npm"
)

// Lay puts the pinned Chrome into the folder dir/chrome, for a Lambda layer: there the program is
// /opt/chrome/chromium, which is what CHROME must say. It works on any machine, since nothing is run. A chrome folder
// that is already there is replaced. Only one call at a time may lay into dir: unlike the cache it has no lock, whose
// file would end up in the layer.
func Lay(ctx context.Context, cfg Config, dir string) error {
	cfg = cfg.withDefaults()
	layout := func(ctx context.Context, tarball, dir, _ string) error {
		return lay(ctx, tarball, dir, "/tmp/fonts-cache") // on Lambda only /tmp can be written
	}
	if err := npm.Put(ctx, cfg.npm(), filepath.Join(dir, "chrome"), *cfg.pin, layout); err != nil {
		return fmt.Errorf("laying Chrome: %w", err)
	}
	return nil
}
