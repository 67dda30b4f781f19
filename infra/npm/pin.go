package npm

import (
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"io"
	"os"
)

// A Pin names one version of a package, and its checksum. Change Version and Integrity together:
// npm view PACKAGE@VERSION dist.integrity
type Pin struct {
	Package   string
	Version   string
	Integrity string // sha512 of the package's tarball, as npm writes it in lock files
	Download  int    // MB over the network
	Disk      int    // MB of disk space that fetching and unpacking needs at its peak
}

// Spec returns the package in the form of npm's command line.
func (p Pin) Spec() string { return p.Package + "@" + p.Version }

// verify rejects a tarball whose checksum is not the pinned one.
func (cfg Config) verify(tarball string, p Pin) error {
	f, err := os.Open(tarball)
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha512.New()
	if _, err := io.Copy(h, f); err != nil {
		return fmt.Errorf("read %s: %w", tarball, err)
	}
	got := "sha512-" + base64.StdEncoding.EncodeToString(h.Sum(nil))
	if got != p.Integrity {
		return fmt.Errorf("verify %s from npm: it is not the pinned %s, and was discarded: want %s, got %s; "+
			"check which registry npm is set to use (npm config get registry), or %s", p.Spec(), cfg.Program, p.Integrity, got, cfg.Instead)
	}
	return nil
}
