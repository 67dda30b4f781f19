package npm

import (
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"io"
	"os"
)

// A Pin names one version of a package and the exact bytes it arrives in. To move to another, change Version and
// Integrity together: npm view PACKAGE@VERSION dist.integrity
type Pin struct {
	Package   string
	Version   string
	Integrity string // sha512 of the package's tarball, as npm writes it in lock files
	Download  int    // MB over the network
	Disk      int    // MB free that fetching and unpacking takes at its peak
}

// Spec is the package as npm's command line takes it.
func (p Pin) Spec() string { return p.Package + "@" + p.Version }

// verify refuses a tarball that is not the pinned one, byte for byte.
func (cfg Config) verify(tarball string, p Pin) error {
	f, err := os.Open(tarball)
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha512.New()
	if _, err := io.Copy(h, f); err != nil {
		return fmt.Errorf("reading %s: %w", tarball, err)
	}
	got := "sha512-" + base64.StdEncoding.EncodeToString(h.Sum(nil))
	if got != p.Integrity {
		return fmt.Errorf("%s from npm is not the pinned %s and was thrown away: want %s, got %s; "+
			"check which registry npm is set to use (npm config get registry), or %s", p.Spec(), cfg.Program, p.Integrity, got, cfg.Instead)
	}
	return nil
}
