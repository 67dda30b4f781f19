package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// A code is a package's code that is not a test, with its types.
type code struct {
	folder string // as the tool was given it, such as alerts/judge
	dir    string // the same, absolute
	name   string
	set    *token.FileSet
	files  []source
	info   *types.Info
	pkg    *types.Package
}

// A source is a file of the code.
type source struct {
	name string
	text []byte
	tree *ast.File
}

// load parses the package in a folder and checks its types, so that every mutant compiles.
func load(ctx context.Context, folder string) (*code, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-export", "-deps", "-json=Dir,ImportPath,Export,Name,GoFiles,DepOnly", "./"+folder)
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		err = fmt.Errorf("%w: %s", err, bytes.TrimSpace(exit.Stderr))
	}
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", folder, err)
	}
	exports := map[string]string{} // files with the types of imported packages
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			Dir, ImportPath, Export, Name string
			GoFiles                       []string
			DepOnly                       bool
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("load %s: go list has not named it", folder)
		} else if err != nil {
			return nil, fmt.Errorf("load %s: %w", folder, err)
		}
		if exports[p.ImportPath] = p.Export; p.DepOnly {
			continue
		}
		c := &code{folder: folder, dir: p.Dir, name: p.Name, set: token.NewFileSet()}
		if err := c.parse(p.GoFiles); err != nil {
			return nil, err
		}
		return c, c.check(p.ImportPath, exports)
	}
}

func (c *code) parse(names []string) error {
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(c.dir, name))
		if err != nil {
			return err
		}
		tree, err := parser.ParseFile(c.set, filepath.Join(c.folder, name), text, parser.SkipObjectResolution|parser.ParseComments)
		if err != nil {
			return err
		}
		c.files = append(c.files, source{name, text, tree})
	}
	return nil
}

func (c *code) check(path string, exports map[string]string) error {
	c.info = &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: importer.ForCompiler(c.set, "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(exports[path])
	})}
	var trees []*ast.File
	for _, f := range c.files {
		trees = append(trees, f.tree)
	}
	var err error
	if c.pkg, err = config.Check(path, c.set, trees, c.info); err != nil {
		return fmt.Errorf("load %s: %w", c.folder, err)
	}
	return nil
}

// helper reports whether a file is a helper of tests, which has no mutants.
func (f source) helper() bool {
	return slices.ContainsFunc(f.tree.Imports, func(i *ast.ImportSpec) bool { return i.Path.Value == `"testing"` })
}

// typeName returns a type as a file may write it; false if it cannot.
func (c *code) typeName(f source, t types.Type) (string, bool) {
	writable := true
	name := types.TypeString(t, func(p *types.Package) string {
		if p == c.pkg {
			return ""
		}
		for _, i := range f.tree.Imports {
			if strings.Trim(i.Path.Value, `"`) != p.Path() {
				continue
			}
			if i.Name == nil {
				return p.Name()
			}
			writable = writable && i.Name.Name != "_" && i.Name.Name != "."
			return i.Name.Name
		}
		writable = false
		return p.Name()
	})
	return name, writable && !strings.Contains(name, "untyped")
}
