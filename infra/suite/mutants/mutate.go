package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
)

// A mutant is a file with one small change.
type mutant struct {
	path string
	line int
	what string // the change, in words
	text []byte // of the whole file
}

// mutantsOf returns the mutants of a file whose change begins in one of the lines; a helper of tests has none. Few of them do not compile, such as a difference of
// texts.
func mutantsOf(path string, lines map[int]bool) ([]mutant, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, path, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	for _, i := range tree.Imports {
		if i.Path.Value == `"testing"` {
			return nil, nil // a helper of tests
		}
	}
	f := &file{path: path, source: source, set: set, lines: lines}
	for _, d := range tree.Decls {
		if body, ok := d.(*ast.FuncDecl); ok && body.Body != nil {
			ast.Inspect(body.Body, f.node)
		}
	}
	return f.found, nil
}

// A file is being mutated.
type file struct {
	path   string
	source []byte
	set    *token.FileSet
	lines  map[int]bool
	found  []mutant
}

func (f *file) at(p token.Pos) int         { return f.set.Position(p).Offset }
func (f *file) text(n ast.Node) string     { return string(f.source[f.at(n.Pos()):f.at(n.End())]) }
func (f *file) wrap(n ast.Node, as string) { f.replace(n, strings.ReplaceAll(as, "%", f.text(n))) }

// replace adds the mutant in which a node is another text.
func (f *file) replace(n ast.Node, by string) {
	f.edit(n.Pos(), n.End(), by, fmt.Sprintf("%s becomes %s", brief(f.text(n)), brief(by)))
}

// edit adds the mutant in which the source between two positions is another text.
func (f *file) edit(from, to token.Pos, by, what string) {
	line := f.set.Position(from).Line
	if !f.lines[line] {
		return
	}
	text := string(f.source[:f.at(from)]) + by + string(f.source[f.at(to):])
	f.found = append(f.found, mutant{f.path, line, what, []byte(text)})
}

// brief shortens code to one line.
func brief(code string) string {
	const longest = 80
	code = strings.Join(strings.Fields(code), " ")
	if r := []rune(code); len(r) > longest {
		code = string(r[:longest]) + "..."
	}
	return code
}

// node adds the mutants of one node; its parts follow by themselves.
func (f *file) node(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.IfStmt:
		f.wrap(n.Cond, "(%) && false")
		f.wrap(n.Cond, "(%) || true")
	case *ast.BinaryExpr:
		f.binary(n)
	case *ast.BlockStmt:
		f.statements(n.List)
	case *ast.CaseClause:
		f.statements(n.Body)
	case *ast.ReturnStmt:
		for _, r := range n.Results {
			if id, ok := r.(*ast.Ident); ok && id.Name == "err" {
				f.replace(r, "nil")
			}
		}
	case *ast.BasicLit:
		if v, err := strconv.ParseInt(n.Value, 0, 64); n.Kind == token.INT && err == nil {
			f.replace(n, strconv.FormatInt(v+1, 10))
		}
	}
	return true
}

// swapped lists the operators that a mutant exchanges.
var swapped = map[token.Token]token.Token{
	token.LSS: token.LEQ, token.LEQ: token.LSS, token.GTR: token.GEQ, token.GEQ: token.GTR, token.EQL: token.NEQ, token.NEQ: token.EQL,
	token.ADD: token.SUB, token.SUB: token.ADD, token.MUL: token.QUO, token.QUO: token.MUL,
}

func (f *file) binary(n *ast.BinaryExpr) {
	switch n.Op {
	case token.LAND:
		f.wrap(n.X, "(% || true)")
		f.wrap(n.Y, "(% || true)")
	case token.LOR:
		f.wrap(n.X, "(% && false)")
		f.wrap(n.Y, "(% && false)")
	}
	if by, ok := swapped[n.Op]; ok && !isText(n.X) && !isText(n.Y) {
		f.edit(n.OpPos, n.OpPos+token.Pos(len(n.Op.String())), by.String(), fmt.Sprintf("%s has %s for %s", brief(f.text(n)), by, n.Op))
	}
}

// isText reports whether an operand is a text for certain, of which there is no difference.
func isText(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		return e.Kind == token.STRING
	case *ast.BinaryExpr:
		return isText(e.X) || isText(e.Y)
	}
	return false
}

// statements drops calls and assignments; they stay as code, so that their variables are still used.
func (f *file) statements(all []ast.Stmt) {
	for _, s := range all {
		switch s := s.(type) {
		case *ast.ExprStmt, *ast.IncDecStmt:
		case *ast.AssignStmt:
			if s.Tok == token.DEFINE {
				continue
			}
		default:
			continue
		}
		f.edit(s.Pos(), s.End(), "if false { "+f.text(s)+" }", brief(f.text(s))+" is dropped")
	}
}
