package main

import (
	"os"
	"path/filepath"
)

// tidy removes Chrome's leftovers from the function's temporary folder, which is small and lives as long as the sandbox:
// the index of the layer's fonts, and the folder of a Chrome whose process was killed.
func tidy() error {
	left, err := filepath.Glob(filepath.Join(os.TempDir(), "valkyrie-chrome-*"))
	for _, path := range append(left, filepath.Join(os.TempDir(), "fonts-cache")) {
		if bad := os.RemoveAll(path); err == nil {
			err = bad
		}
	}
	return err
}
