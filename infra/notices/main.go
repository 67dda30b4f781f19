// Command notices writes the notices that the licences of third parties require in a copy: for each folder of a function its
// THIRD_PARTY_NOTICES.txt, with the licences of the modules that are in its program and of Go itself; for the folder of the layer, those of
// Chrome and its libraries. The Makefile runs it, and through it SAM. The same modules make the same file. With -sbom it prints the
// layer's SBOM, for a release.
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./infra/notices DIR..., or -sbom")
		os.Exit(2)
	}
	if os.Args[1] == "-sbom" {
		fmt.Printf("%s", sbomOfChrome())
		return
	}
	for _, dir := range os.Args[1:] {
		if err := write(dir); err != nil {
			fmt.Fprintf(os.Stderr, "notices: %s: %v\n", dir, err)
			os.Exit(1)
		}
	}
}

// file is the name of the notices in a folder.
const file = "THIRD_PARTY_NOTICES.txt"

// write writes the notices of a function's folder, or of the layer's.
func write(dir string) error {
	text, err := ofChrome(), error(nil)
	switch _, missing := os.Stat(filepath.Join(dir, "chrome")); {
	case errors.Is(missing, fs.ErrNotExist):
		text, err = ofProgram(filepath.Join(dir, "bootstrap"))
	case missing != nil:
		err = missing
	}
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, file), text, 0o644)
}
