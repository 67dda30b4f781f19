package functions_test

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// TestFolderSizes: a folder has at most 25 Go files besides its tests, so that a reader finds the file for a question by its
// name.
func TestFolderSizes(t *testing.T) {
	const most = 25
	files := map[string]int{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != ".." && strings.HasPrefix(d.Name(), ".") {
			return filepath.SkipDir
		}
		if filepath.Ext(path) == ".go" && !isYours(path) && !strings.HasSuffix(path, "_test.go") {
			files[filepath.Dir(path)]++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 30 {
		t.Fatalf("only %d folders with Go files were found", len(files))
	}
	for folder, n := range files {
		if n > most {
			t.Errorf("%s has %d Go files besides tests, at most %d: merge small ones, or make a package of an idea", folder, n, most)
		}
	}
}

// isYours reports whether a file holds a fork's journeys, whose style is the user's own.
func isYours(path string) bool { return filepath.ToSlash(filepath.Dir(path)) == "../probes" }
