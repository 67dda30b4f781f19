package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// A mutant is one small change of a package's code.
type mutant struct {
	path   string // of the file
	line   int
	within string // the function; "" outside of one
	what   string // the change, in words
	edits  []edit
}

// mutants returns all mutants of a package, in the order of the code. A helper of tests has none.
func (c *code) mutants() []mutant {
	m := &mutator{code: c, constants: map[types.Object]int{}}
	for i, f := range c.files {
		if f.helper() {
			continue
		}
		m.file, m.at = i, f
		for _, d := range f.tree.Decls {
			switch d := d.(type) {
			case *ast.GenDecl:
				if m.within = ""; d.Tok == token.VAR {
					m.visit(d, nil)
				}
			case *ast.FuncDecl:
				if d.Body == nil || d.Type.TypeParams != nil {
					continue // types in generic code have no names that a mutant could use
				}
				m.within = d.Name.Name
				m.nothing(d)
				m.visit(d.Body, d.Type)
			}
		}
	}
	return m.found
}

// A mutator collects the mutants of a package.
type mutator struct {
	*code
	file      int
	at        source
	within    string
	found     []mutant
	constants map[types.Object]int // the mutant of a package's constant, which changes all its uses
	order     int
}

func (m *mutator) offset(p token.Pos) int { return m.set.Position(p).Offset }
func (m *mutator) text(n ast.Node) string {
	return string(m.at.text[m.offset(n.Pos()):m.offset(n.End())])
}

// brief shortens code to one line.
func (m *mutator) brief(n ast.Node) string {
	const longest = 80
	code := strings.Join(strings.Fields(m.text(n)), " ")
	if r := []rune(code); len(r) > longest {
		code = string(r[:longest]) + "..."
	}
	return code
}

// wrap adds a mutant that puts texts around a node.
func (m *mutator) wrap(n ast.Node, before, after, what string, args ...any) {
	p := m.set.Position(n.Pos())
	m.found = append(m.found, mutant{path: p.Filename, line: p.Line, within: m.within, what: fmt.Sprintf(what, args...)})
	m.edit(len(m.found)-1, n.Pos(), n.End(), before, after)
}

// edit adds an edit to a mutant.
func (m *mutator) edit(id int, from, to token.Pos, before, after string) {
	m.order++
	e := edit{file: m.file, order: m.order, from: m.offset(from), to: m.offset(to), before: before, after: after}
	m.found[id].edits = append(m.found[id].edits, e)
}

// visit adds the mutants of a node in a function of a type.
func (m *mutator) visit(n ast.Node, in *ast.FuncType) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			m.visit(n.Body, n.Type)
			return false
		case *ast.GenDecl:
			return n.Tok == token.VAR
		case *ast.ArrayType, *ast.StructType, *ast.InterfaceType, *ast.FuncType:
			return false
		case *ast.SelectorExpr:
			m.visit(n.X, in)
			return false
		case *ast.KeyValueExpr:
			m.visit(n.Value, in)
			return false
		case *ast.BlockStmt:
			m.statements(n.List)
		case *ast.CaseClause:
			m.statements(n.Body)
		case *ast.CommClause:
			m.statements(n.Body)
		case *ast.IfStmt:
			m.condition(n)
		case *ast.ForStmt:
			if n.Cond != nil {
				m.wrap(n.Cond, "!mutant_is(%) && (", ")", "the loop for %s does nothing", m.brief(n.Cond))
			}
		case *ast.RangeStmt:
			m.wrap(n.Body, "{ if mutant_is(%) { break }; ", "}", "the loop over %s does nothing", m.brief(n.X))
		case *ast.BinaryExpr:
			m.binary(n)
		case *ast.BasicLit:
			m.literal(n)
		case *ast.Ident:
			m.constant(n)
		case *ast.CompositeLit:
			m.fields(n)
		case *ast.ReturnStmt:
			m.results(n, in)
		}
		return true
	})
}

// nothing adds the mutant of an exported function that returns at once. One without parts is left to the mutants of its only result.
func (m *mutator) nothing(d *ast.FuncDecl) {
	results := d.Type.Results
	if !d.Name.IsExported() || len(d.Body.List) == 0 || len(d.Body.List) == 1 && results != nil {
		return
	}
	give := "return"
	switch {
	case results != nil && len(results.List[0].Names) == 0:
		var zeros []string
		var declare strings.Builder
		for i, f := range results.List {
			fmt.Fprintf(&declare, "var mutant_%d %s; ", i, m.text(f.Type))
			zeros = append(zeros, fmt.Sprintf("mutant_%d", i))
		}
		give = declare.String() + "return " + strings.Join(zeros, ", ")
	}
	m.wrap(d.Body, "{ if mutant_is(%) { "+give+" }; ", "}", "%s does nothing", d.Name.Name)
}

// statements adds the mutants that drop calls and assignments; they stay as code, so that their variables are still used.
func (m *mutator) statements(all []ast.Stmt) {
	for _, s := range all {
		switch s := s.(type) {
		case *ast.ExprStmt:
			if call, ok := s.X.(*ast.CallExpr); !ok || m.isPanic(call) {
				continue
			}
		case *ast.AssignStmt:
			if s.Tok == token.DEFINE {
				continue
			}
		case *ast.BranchStmt:
			if s.Tok == token.FALLTHROUGH || s.Tok == token.GOTO {
				continue
			}
		case *ast.IncDecStmt, *ast.DeferStmt, *ast.GoStmt, *ast.SendStmt:
		default:
			continue
		}
		m.wrap(s, "if !mutant_is(%) { ", " }", "%s is dropped", m.brief(s))
	}
}

func (m *mutator) isPanic(call *ast.CallExpr) bool {
	id, ok := call.Fun.(*ast.Ident)
	return ok && id.Name == "panic"
}

func (m *mutator) condition(n *ast.IfStmt) {
	if m.info.Types[n.Cond].Value != nil || !isBasic(m.info.Types[n.Cond].Type, types.IsBoolean) {
		return
	}
	m.wrap(n.Cond, "!mutant_is(%) && (", ")", "if %s: never", m.brief(n.Cond))
	m.wrap(n.Cond, "mutant_is(%) || (", ")", "if %s: always", m.brief(n.Cond))
}

// isBasic reports whether a type is a basic one, without a name of its own, of a kind.
func isBasic(t types.Type, kind types.BasicInfo) bool {
	b, ok := t.(*types.Basic)
	return ok && b.Info()&kind != 0
}

// isNumber reports whether the values of a type are numbers, also where it has a name.
func isNumber(t types.Type) bool {
	return t != nil && isBasic(t.Underlying(), types.IsInteger|types.IsFloat)
}
