package chrome

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// download has npm put the pinned package's tarball into dir and returns its path. npm is asked, rather than a registry,
// so that the user's own mirror, proxy, credentials and download cache are used.
func (cfg Config) download(ctx context.Context, dir string) (string, error) {
	npm, err := cfg.LookPath("npm")
	if err != nil {
		return "", fmt.Errorf("no Chrome on this machine, and no npm to fetch one with; "+
			"install Node.js (npm), or Debian's chromium-headless-shell, or set CHROME (%w)", err)
	}
	// A package.json stops npm from taking one further up, with settings of its own, for this folder's.
	if err := os.WriteFile(filepath.Join(dir, "package.json"), []byte(`{"private":true}`), 0o644); err != nil {
		return "", err
	}
	cfg.say("fetching Chrome %s with npm (%d MB) ...", cfg.pin.Version, cfg.pin.Download)
	cmd := exec.CommandContext(ctx, npm, "pack", cfg.pin.spec(), "--ignore-scripts", "--no-update-notifier", "--loglevel=error")
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := runGroup(ctx, cmd); err != nil {
		return "", fmt.Errorf("npm pack %s: %w%s", cfg.pin.spec(), err, quoteTail(stderr.String()))
	}
	return theTarball(dir, cfg.pin.spec())
}

// theTarball finds what npm wrote; its stdout names the file too, but its form depends on the user's settings.
func theTarball(dir, spec string) (string, error) {
	found, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	if err != nil {
		return "", err
	}
	if len(found) != 1 {
		return "", fmt.Errorf("npm pack %s: want one .tgz file from it, got %d", spec, len(found))
	}
	return found[0], nil
}
