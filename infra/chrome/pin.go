package chrome

import "valkyrie/infra/npm"

// pinned is the Chrome that Valkyrie is tested with: a headless Chromium built for Lambda (Amazon Linux 2023, x86_64), which also
// runs on ordinary glibc Linux. It reports version 153.0.8010.0. After changing it, run the tests of probes/browser.
var pinned = npm.Pin{
	Package:   "@sparticuz/chromium",
	Version:   "153.0.0",
	Integrity: "sha512-jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA==",
	Download:  70,
	Disk:      300,
}

// npm returns the configuration for fetching the pinned Chrome.
func (cfg Config) npm() npm.Config {
	return npm.Config{
		Program: "Chrome", Instead: "Debian's chromium-headless-shell, or set CHROME",
		CacheDir: cfg.CacheDir, LookPath: cfg.LookPath, Progress: cfg.Progress,
	}
}

// Pinned returns the version of the browser that a deployment runs, such as "153.0.0".
func Pinned() string { return pinned.Version }
