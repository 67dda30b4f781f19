package tree

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
)

// A source is one parsed Go file.
type source struct {
	name string // its path in the tree
	text []byte
	set  *token.FileSet
	file *ast.File
}

// parse parses a Go file of the tree.
func (t *Tree) parse(name string) (*source, error) {
	text, err := t.read(name)
	if err != nil {
		return nil, err
	}
	s := &source{name: name, text: text, set: token.NewFileSet()}
	if s.file, err = parser.ParseFile(s.set, name, text, parser.ParseComments); err != nil {
		return nil, fmt.Errorf("read the journeys: %w; correct this first", err)
	}
	return s, nil
}

// sources parses the Go files of a folder, its tests included.
func (t *Tree) sources(folder string) (all []*source, err error) {
	names, err := t.files(folder, ".go")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		s, err := t.parse(name)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

func (s *source) isTest() bool { return strings.HasSuffix(s.name, "_test.go") }

// line returns where a node is, such as "probes/probes.go:17".
func (s *source) line(n ast.Node) string {
	return fmt.Sprintf("%s:%d", s.name, s.set.Position(n.Pos()).Line)
}

func (s *source) offset(p token.Pos) int { return s.set.Position(p).Offset }

// code returns the text of a node.
func (s *source) code(n ast.Node) string { return string(s.text[s.offset(n.Pos()):s.offset(n.End())]) }

// An edit replaces a part of a file's text.
type edit struct {
	from, to int
	text     string
}

// apply returns the text after edits, which must not overlap. It is formatted if it was before.
func (s *source) apply(edits ...edit) ([]byte, error) {
	slices.SortFunc(edits, func(a, b edit) int { return cmp.Or(a.from-b.from, a.to-b.to) })
	var out []byte
	at := 0
	for _, e := range edits {
		out = append(append(out, s.text[at:e.from]...), e.text...)
		at = e.to
	}
	out = append(out, s.text[at:]...)
	if before, err := format.Source(s.text); err != nil || !bytes.Equal(before, s.text) {
		return out, nil
	}
	formatted, err := format.Source(out)
	if err != nil {
		return nil, fmt.Errorf("edit %s: the result is not Go: %w; edit it by hand", s.name, err)
	}
	return formatted, nil
}

// lineStart and lineEnd return the bounds of the line at an offset; the end is behind its line feed.
func (s *source) lineStart(offset int) int { return bytes.LastIndexByte(s.text[:offset], '\n') + 1 }

func (s *source) lineEnd(offset int) int {
	if n := bytes.IndexByte(s.text[offset:], '\n'); n >= 0 {
		return offset + n + 1
	}
	return len(s.text)
}

// isBlank reports whether there is nothing but white space in a part of the text.
func (s *source) isBlank(from, to int) bool { return len(bytes.TrimSpace(s.text[from:to])) == 0 }

// importPath returns the path that a file imports under a name; "": none.
func (s *source) importPath(name string) string {
	for _, spec := range s.file.Imports {
		if importName(spec) == name {
			return pathOf(spec)
		}
	}
	return ""
}

func pathOf(spec *ast.ImportSpec) string {
	p, _ := strconv.Unquote(spec.Path.Value)
	return p
}

// importName returns the name under which a package is used: its own, or that which the path suggests.
func importName(spec *ast.ImportSpec) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	p := pathOf(spec)
	if base := path.Base(p); len(base) > 1 && base[0] == 'v' && strings.Trim(base[1:], "0123456789") == "" {
		p = path.Dir(p)
	}
	return path.Base(p)
}

// uses reports whether a file's code refers to a package by its name.
func (s *source) uses(name string) bool {
	found := false
	ast.Inspect(s.file, func(n ast.Node) bool {
		if selector, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := selector.X.(*ast.Ident); ok && x.Name == name && x.Obj == nil {
				found = true
			}
		}
		return !found
	})
	return found
}

// swapImport stages a file that no longer imports drop, unless its code uses it, and imports need; either may be "".
func (t *Tree) swapImport(name, drop, need string) error {
	s, err := t.parse(name)
	if err != nil {
		return err
	}
	var dropped, last *ast.ImportSpec
	for _, spec := range s.file.Imports {
		switch p := pathOf(spec); {
		case p == need:
			need = ""
		case p == drop && spec.Name == nil && !s.uses(importName(spec)):
			dropped = spec
		}
		last = spec
	}
	var e edit
	switch {
	case dropped == nil && need == "":
		return nil
	case dropped != nil && need != "":
		e = edit{s.offset(dropped.Path.Pos()), s.offset(dropped.Path.End()), strconv.Quote(need)}
	case dropped != nil:
		e = s.withoutImport(dropped)
	case last == nil:
		at := s.lineEnd(s.offset(s.file.Name.End()))
		e = edit{at, at, "\nimport " + strconv.Quote(need) + "\n"}
	default:
		at := s.lineEnd(s.offset(last.End()))
		e = edit{at, at, "import " + strconv.Quote(need) + "\n"}
		if decl := s.importDecl(last); decl.Lparen.IsValid() {
			e.text = "\t" + strconv.Quote(need) + "\n"
		}
	}
	body, err := s.apply(e)
	if err == nil {
		t.write(name, body)
	}
	return err
}

// importDecl returns the declaration of an import.
func (s *source) importDecl(spec *ast.ImportSpec) *ast.GenDecl {
	for _, d := range s.file.Decls {
		if decl, ok := d.(*ast.GenDecl); ok && decl.Tok == token.IMPORT && slices.Contains(decl.Specs, ast.Spec(spec)) {
			return decl
		}
	}
	return nil
}

// withoutImport returns the edit that removes an import, and the declaration that it leaves empty.
func (s *source) withoutImport(spec *ast.ImportSpec) edit {
	var from, to ast.Node = spec, spec
	if decl := s.importDecl(spec); len(decl.Specs) == 1 {
		from, to = decl, decl
	}
	return edit{s.lineStart(s.offset(from.Pos())), s.lineEnd(s.offset(to.End())), ""}
}
