package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// root is the repository, as seen from this package.
const root = "../../.."

// TestClockIsWatched requires that tests which read the clock, or the machine's time zone, are in a package that runs on all
// dates, or that says why it cannot.
func TestClockIsWatched(t *testing.T) {
	runs := map[string]bool{}
	for _, s := range append(watched, pure...) {
		runs[s.folder] = true
	}
	reading := map[string][]string{}
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && (e.Name() == "node_modules" || e.Name() == "bin" || strings.HasPrefix(e.Name(), ".") && path != root):
			return fs.SkipDir
		case !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		uses, err := clockUses(path)
		if folder, _ := filepath.Rel(root, filepath.Dir(path)); len(uses) > 0 {
			reading[filepath.ToSlash(folder)] = append(reading[filepath.ToSlash(folder)], uses...)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for folder, uses := range reading {
		if !runs[folder] && realDate[folder] == "" {
			t.Errorf("tests of %s read the clock, at %s: pass a time to what is tested; or add the package to watched in packages.go", folder, strings.Join(uses, ", "))
		}
	}
	for folder := range realDate {
		if runs[folder] || len(reading[folder]) == 0 {
			t.Errorf("realDate lists %s, which runs on all dates or whose tests do not read the clock", folder)
		}
	}
}

// clockUses lists where a file reads the time of day or the machine's zone.
func clockUses(path string) ([]string, error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, 0)
	if err != nil {
		return nil, err
	}
	var uses []string
	ast.Inspect(file, func(n ast.Node) bool {
		s, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		x, isName := s.X.(*ast.Ident)
		if isName && x.Name == "time" && (s.Sel.Name == "Now" || s.Sel.Name == "Local") {
			at := files.Position(s.Pos())
			uses = append(uses, filepath.Base(at.Filename)+":"+s.Sel.Name)
		}
		return true
	})
	return uses, nil
}
