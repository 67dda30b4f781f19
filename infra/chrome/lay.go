package chrome

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// Lay puts the pinned Chrome into the folder dir/chrome, for a Lambda layer: there the program is
// /opt/chrome/chromium, which is what CHROME must say. It works on any machine, since nothing is run. A chrome folder
// that is already there is replaced. Only one call at a time may lay into dir: unlike the cache it has no lock, whose
// file would end up in the layer.
func Lay(ctx context.Context, cfg Config, dir string) error {
	cfg = cfg.withDefaults()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("laying Chrome: %w", err)
	}
	scratch, err := freshScratch(filepath.Join(dir, "chrome"))
	if err != nil {
		return fmt.Errorf("laying Chrome: %w", err)
	}
	defer os.RemoveAll(scratch)
	made, err := cfg.lay(ctx, scratch, "/tmp/fonts-cache") // on Lambda only /tmp can be written
	if err != nil {
		return err
	}
	return replace(filepath.Join(dir, "chrome"), made, scratch)
}

// lay downloads, verifies and unpacks inside scratch, and returns the finished folder. fontCache is where its
// fontconfig may write.
func (cfg Config) lay(ctx context.Context, scratch, fontCache string) (string, error) {
	tarball, err := cfg.download(ctx, scratch)
	if err != nil {
		return "", err
	}
	if err := cfg.pin.verify(tarball); err != nil {
		return "", err
	}
	cfg.say("unpacking Chrome %s ...", cfg.pin.Version)
	made := filepath.Join(scratch, "chrome")
	if err := unpack(ctx, tarball, made); err != nil {
		return "", fmt.Errorf("unpacking %s: %w", cfg.pin.spec(), err)
	}
	if err := os.WriteFile(filepath.Join(made, "fonts.conf"), fontsConf(fontCache), 0o644); err != nil {
		return "", fmt.Errorf("unpacking %s: %w", cfg.pin.spec(), err)
	}
	if err := writeManifest(made, *cfg.pin); err != nil {
		return "", fmt.Errorf("unpacking %s: %w", cfg.pin.spec(), err)
	}
	return made, nil
}
