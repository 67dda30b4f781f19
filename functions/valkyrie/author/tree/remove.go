package tree

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"slices"

	"valkyrie/probes/practice"
)

// Remove stages the tree without a journey: its function, its place in the list, its schedule and its policies. A file that
// declares nothing else goes with it. It returns the function and its place.
func (t *Tree) Remove(name string) (Declaration, error) {
	l, err := t.list()
	if err != nil {
		return Declaration{}, err
	}
	j, err := l.find(name)
	if err != nil {
		return j, err
	}
	if l.literal == nil {
		return j, fmt.Errorf("%s: All: %q is one of the practice shop's journeys, which make room for your own with the first \"valkyrie new\"; or list those to keep by hand, such as []func() journey.Journey{practice.PrintCard}", l.line(l.value), name)
	}
	template, err := t.template()
	if err != nil {
		return j, err
	}
	if template, err = template.Remove(name); err != nil {
		return j, err
	}
	if len(l.literal.Elts) == 1 {
		if template, err = template.SetBlock(practice.Schedules); err != nil {
			return j, err
		}
	}
	t.write(templateFile, []byte(template.Text()))
	if err := t.drop(l, j); err != nil {
		return j, err
	}
	if err := t.editPolicies(name, ""); err != nil {
		return j, err
	}
	if path.Dir(j.source.name) != probesFolder {
		return j, nil // the practice shop's, which stays as it is
	}
	return j, t.removeFunc(j)
}

// removeFunc stages the removal of a journey's function. A use of it elsewhere is an error.
func (t *Tree) removeFunc(j Declaration) error {
	all, err := t.sources(probesFolder)
	if err != nil {
		return err
	}
	for _, s := range all { // as the list was edited, which may have moved the function
		decl := s.function(j.Func)
		for _, ident := range references(s, j) {
			if decl != nil && ident.Pos() >= decl.Pos() && ident.End() <= decl.End() {
				continue
			}
			return fmt.Errorf("%s: %s is used there too; remove that by hand first", s.line(ident), j.Func)
		}
	}
	s, err := t.parse(j.source.name)
	if err != nil {
		return err
	}
	decl := s.function(j.Func)
	isOther := func(d ast.Decl) bool {
		imports, ok := d.(*ast.GenDecl)
		return d != ast.Decl(decl) && (!ok || imports.Tok != token.IMPORT)
	}
	if !slices.ContainsFunc(s.file.Decls, isOther) {
		t.remove(s.name)
		return nil
	}
	from := decl.Pos()
	if decl.Doc != nil {
		from = decl.Doc.Pos()
	}
	body, err := s.apply(edit{s.lineStart(s.offset(from)), s.lineEnd(s.offset(decl.End())), ""})
	if err != nil {
		return err
	}
	t.write(s.name, body)
	for _, spec := range s.file.Imports {
		if name := importName(spec); name != "_" && name != "." {
			if err := t.swapImport(s.name, pathOf(spec), ""); err != nil {
				return err
			}
		}
	}
	return nil
}

// function returns the declaration of a function; nil: the file has none of this name.
func (s *source) function(name string) *ast.FuncDecl {
	for _, d := range s.file.Decls {
		if decl, ok := d.(*ast.FuncDecl); ok && decl.Recv == nil && decl.Name.Name == name {
			return decl
		}
	}
	return nil
}

// references returns the uses of a journey's function in a file of package probes, or of its external tests.
func references(s *source, j Declaration) (all []*ast.Ident) {
	external := s.file.Name.Name != probesFolder
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && external && x.Name == probesFolder && n.Sel.Name == j.Func {
				all = append(all, n.Sel)
			}
		case *ast.Ident:
			isLocal := n.Obj != nil && n.Obj.Kind != ast.Fun
			if !external && n.Name == j.Func && !isLocal && !isSelected(s, n) {
				all = append(all, n)
			}
		}
		return true
	})
	return all
}

// isSelected reports whether a name stands behind a dot, or is the key of a field, and so means something else.
func isSelected(s *source, name *ast.Ident) bool {
	found := false
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			found = found || n.Sel == name
		case *ast.KeyValueExpr:
			found = found || n.Key == name
		}
		return !found
	})
	return found
}
