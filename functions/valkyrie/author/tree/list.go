package tree

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"strconv"
	"strings"
)

// practiceFolder holds the journeys that a tree runs before it has some of its own.
const practiceFolder = "probes/practice"

// A Declaration is where the source declares a journey that is listed.
type Declaration struct {
	Name     string // "": it is not a literal in the function
	Func     string // the function that makes it
	Where    string // such as "probes/sign_in.go:12"
	Practice bool   // it is the practice shop's

	source  *source
	decl    *ast.FuncDecl
	name    *ast.BasicLit
	title   *ast.BasicLit // nil: none
	element ast.Expr      // in the list; nil: the list is practice.All
}

// A list is the declaration of probes.All.
type list struct {
	*source
	value    ast.Expr
	literal  *ast.CompositeLit // nil: it is practice.All
	journeys []Declaration
}

// Journeys lists the journeys of probes.All, in their order.
func (t *Tree) Journeys() ([]Declaration, error) {
	l, err := t.list()
	if err != nil {
		return nil, err
	}
	return l.journeys, nil
}

// byHand is the cure of a list that is not edited by a program.
const byHand = `expected "var All = []func() journey.Journey{...}" with one function a line, or "var All = practice.All"`

// list finds and reads the declaration of probes.All.
func (t *Tree) list() (*list, error) {
	all, err := t.sources(probesFolder)
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		if s.isTest() {
			continue
		}
		for _, d := range s.file.Decls {
			decl, ok := d.(*ast.GenDecl)
			if !ok || decl.Tok != token.VAR {
				continue
			}
			for _, spec := range decl.Specs {
				if v := spec.(*ast.ValueSpec); len(v.Names) == 1 && v.Names[0].Name == "All" && len(v.Values) == 1 {
					return t.readList(&list{source: s, value: v.Values[0]}, all)
				}
			}
		}
	}
	return nil, fmt.Errorf("probes/probes.go: All: %s, got no such variable; write it by hand", byHand)
}

// readList reads the elements of the list.
func (t *Tree) readList(l *list, own []*source) (*list, error) {
	if s, ok := l.value.(*ast.SelectorExpr); ok && s.Sel.Name == "All" {
		if x, ok := s.X.(*ast.Ident); ok && l.importPath(x.Name) == t.Module+"/"+practiceFolder {
			return l, t.addPractice(l)
		}
	}
	literal, ok := l.value.(*ast.CompositeLit)
	if _, isArray := typeOf(literal, ok).(*ast.ArrayType); !isArray {
		return nil, fmt.Errorf("%s: All: %s, got %s; add or remove the journey there by hand", l.line(l.value), byHand, l.code(l.value))
	}
	l.literal = literal
	for _, e := range literal.Elts {
		j, err := t.resolve(l, e, own)
		if err != nil {
			return nil, err
		}
		l.journeys = append(l.journeys, j)
	}
	return l, nil
}

func typeOf(literal *ast.CompositeLit, ok bool) ast.Expr {
	if !ok {
		return nil
	}
	return literal.Type
}

// addPractice lists the practice shop's journeys, in place of practice.All.
func (t *Tree) addPractice(l *list) error {
	all, err := t.sources(practiceFolder)
	if err != nil {
		return err
	}
	for _, s := range all {
		for _, d := range s.file.Decls {
			if decl, ok := d.(*ast.FuncDecl); ok && !s.isTest() && decl.Recv == nil && decl.Name.IsExported() {
				if j := declared(s, decl); j.Name != "" {
					j.Practice = true
					l.journeys = append(l.journeys, j)
				}
			}
		}
	}
	return nil
}

// resolve finds the function that an element of the list names: one of package probes, or of a package below it.
func (t *Tree) resolve(l *list, e ast.Expr, own []*source) (Declaration, error) {
	in, name := own, ""
	switch e := e.(type) {
	case *ast.Ident:
		name = e.Name
	case *ast.SelectorExpr:
		x, ok := e.X.(*ast.Ident)
		if !ok {
			break
		}
		folder, ours := strings.CutPrefix(l.importPath(x.Name), t.Module+"/")
		if !ours {
			return Declaration{Func: l.code(e), Where: l.line(e), element: e}, nil
		}
		var err error
		if in, err = t.sources(folder); err != nil {
			return Declaration{}, err
		}
		name = e.Sel.Name
	}
	for _, s := range in {
		for _, d := range s.file.Decls {
			if decl, ok := d.(*ast.FuncDecl); ok && decl.Recv == nil && decl.Name.Name == name && !s.isTest() {
				j := declared(s, decl)
				j.element, j.Practice = e, path.Dir(s.name) == practiceFolder
				return j, nil
			}
		}
	}
	return Declaration{Func: l.code(e), Where: l.line(e), element: e}, nil
}

// declared reads the journey that a function returns as a literal.
func declared(s *source, decl *ast.FuncDecl) Declaration {
	j := Declaration{Func: decl.Name.Name, Where: s.line(decl), source: s, decl: decl}
	ast.Inspect(decl, func(n ast.Node) bool {
		literal, ok := n.(*ast.CompositeLit)
		if !ok || j.name != nil {
			return j.name == nil
		}
		if selector, ok := literal.Type.(*ast.SelectorExpr); !ok || selector.Sel.Name != "Journey" {
			return true
		}
		j.name, j.title = field(literal, "Name"), field(literal, "Title")
		if j.name != nil {
			j.Name, _ = strconv.Unquote(j.name.Value)
		}
		return true
	})
	return j
}

// field returns the text literal of a field; nil: it has none.
func field(literal *ast.CompositeLit, name string) *ast.BasicLit {
	for _, e := range literal.Elts {
		pair, ok := e.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		if key, ok := pair.Key.(*ast.Ident); ok && key.Name == name {
			if value, ok := pair.Value.(*ast.BasicLit); ok && value.Kind == token.STRING {
				return value
			}
		}
	}
	return nil
}

// find returns the journey of a name. A list in which the name of one is not literal may have it there.
func (l *list) find(name string) (Declaration, error) {
	var names []string
	for _, j := range l.journeys {
		if j.Name == name {
			return j, nil
		}
		if j.Name != "" {
			names = append(names, j.Name)
		}
	}
	for _, j := range l.journeys {
		if j.Name == "" {
			return Declaration{}, fmt.Errorf("%s: %s: expected a literal Name: %q in a journey.Journey{...} that the function returns, got none; if it is this one, edit it by hand: its name, its schedule in template.yaml, and alerts/alerts.yaml", j.Where, j.Func, name)
		}
	}
	return Declaration{}, &UnknownError{Name: name, Known: names}
}

// An UnknownError is of a name that no listed journey has.
type UnknownError struct {
	Name  string
	Known []string
}

func (e *UnknownError) Error() string {
	return fmt.Sprintf("there is no journey %q in probes.All; there are: %s", e.Name, strings.Join(e.Known, ", "))
}

// add stages the list with a function at its end. The practice shop's journeys make room for a deployment's own.
func (t *Tree) add(function string) error {
	l, err := t.list()
	if err != nil {
		return err
	}
	if l.literal == nil {
		e := edit{l.offset(l.value.Pos()), l.offset(l.value.End()), "[]func() journey.Journey{\n\t" + function + ",\n}"}
		body, err := l.apply(e)
		if err != nil {
			return err
		}
		t.write(l.name, body)
		return t.swapImport(l.name, t.Module+"/"+practiceFolder, t.Module+"/probes/journey")
	}
	end := l.offset(l.literal.Rbrace)
	e := edit{end, end, function}
	switch start := l.lineStart(end); {
	case l.isBlank(start, end) && start > l.offset(l.literal.Lbrace):
		e = edit{start, start, "\t" + function + ",\n"}
	case len(l.literal.Elts) > 0:
		e.text = ", " + function
	}
	body, err := l.apply(e)
	if err == nil {
		t.write(l.name, body)
	}
	return err
}

// drop stages the list without an element. The practice shop's journeys take the place of the last one.
func (t *Tree) drop(l *list, of Declaration) error {
	if len(l.literal.Elts) == 1 {
		body, err := l.apply(edit{l.offset(l.value.Pos()), l.offset(l.value.End()), "practice.All"})
		if err != nil {
			return err
		}
		t.write(l.name, body)
		return t.swapImport(l.name, t.Module+"/probes/journey", t.Module+"/"+practiceFolder)
	}
	from, to, comma := l.offset(of.element.Pos()), l.offset(of.element.End()), ""
	if rest := l.text[to:l.lineEnd(to)]; len(rest) > 0 && rest[0] == ',' {
		to++
		comma = ","
	}
	if rest := strings.TrimSpace(string(l.text[to:l.lineEnd(to)])); l.isBlank(l.lineStart(from), from) && (rest == "" || strings.HasPrefix(rest, "//")) {
		from, to, comma = l.lineStart(from), l.lineEnd(to), ""
	} else if of.element == l.literal.Elts[len(l.literal.Elts)-1] {
		from = l.offset(l.literal.Elts[len(l.literal.Elts)-2].End()) // with the comma before it
	} else {
		comma = ""
	}
	body, err := l.apply(edit{from, to, comma})
	if err != nil {
		return err
	}
	t.write(l.name, body)
	if selector, ok := of.element.(*ast.SelectorExpr); ok {
		return t.swapImport(l.name, l.importPath(l.code(selector.X)), "")
	}
	return nil
}
