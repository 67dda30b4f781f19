package npm

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"valkyrie/infra/process"
)

// download runs npm to write the pinned package's tarball into dir, verifies it and returns its path.
func (cfg Config) download(ctx context.Context, p Pin, dir string) (string, error) {
	npm, err := cfg.LookPath("npm")
	if err != nil {
		return "", fmt.Errorf("fetch %s: none is installed, and npm is missing; install Node.js (npm), or %s (%w)", cfg.Program, cfg.Instead, err)
	}
	// A package.json stops npm from using one in a parent folder, and its settings.
	if err := os.WriteFile(filepath.Join(dir, "package.json"), []byte(`{"private":true}`), 0o644); err != nil {
		return "", err
	}
	cfg.progress("fetching %s %s with npm (%d MB) ...", cfg.Program, p.Version, p.Download)
	cmd := exec.CommandContext(ctx, npm, "pack", p.Spec(), "--ignore-scripts", "--no-update-notifier", "--loglevel=error")
	cmd.Dir = dir
	if err := process.Run(ctx, cmd); err != nil {
		return "", fmt.Errorf("npm pack %s: %w", p.Spec(), err)
	}
	tarball, err := findTarball(dir, p.Spec())
	if err != nil {
		return "", err
	}
	return tarball, cfg.verify(tarball, p)
}

// findTarball returns the path of the file that npm wrote. It does not parse npm's stdout, whose form depends on the user's
// settings.
func findTarball(dir, spec string) (string, error) {
	found, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	if err != nil {
		return "", err
	}
	if len(found) != 1 {
		return "", fmt.Errorf("npm pack %s: want one .tgz file, got %d", spec, len(found))
	}
	return found[0], nil
}
