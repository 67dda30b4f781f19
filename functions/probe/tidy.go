package main

import (
	"os"
	"path/filepath"
)

// tidy removes what Chrome has left in the function's temporary folder, which stays as long as the sandbox and is small:
// the index of the layer's fonts, and, from a process that was killed, the folder of its last Chrome.
func tidy() error {
	left, err := filepath.Glob(filepath.Join(os.TempDir(), "valkyrie-chrome-*"))
	for _, path := range append(left, filepath.Join(os.TempDir(), "fonts-cache")) {
		if bad := os.RemoveAll(path); err == nil {
			err = bad
		}
	}
	return err
}
