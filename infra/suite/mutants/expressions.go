package main

import (
	"go/ast"
	"go/token"
	"go/types"
)

// called lists the functions of chosen.go.txt that stand for an operator, and the operator that a mutant has instead.
var called = map[token.Token]struct{ name, instead string }{
	token.LSS: {"mutant_less", "<="}, token.GTR: {"mutant_more", ">="},
	token.LEQ: {"mutant_atmost", "<"}, token.GEQ: {"mutant_atleast", ">"},
	token.ADD: {"mutant_add", "-"}, token.SUB: {"mutant_subtract", "+"},
	token.MUL: {"mutant_multiply", "/"}, token.QUO: {"mutant_divide", "*"},
}

func (m *mutator) binary(n *ast.BinaryExpr) {
	result := m.info.Types[n]
	if result.Value != nil || result.Type == nil {
		return
	}
	switch n.Op {
	case token.LAND:
		m.wrap(n.X, "(mutant_is(%) || (", "))", "%s is not asked", m.brief(n.X))
		m.wrap(n.Y, "(mutant_is(%) || (", "))", "%s is not asked", m.brief(n.Y))
	case token.LOR:
		m.wrap(n.X, "(!mutant_is(%) && (", "))", "%s is not asked", m.brief(n.X))
		m.wrap(n.Y, "(!mutant_is(%) && (", "))", "%s is not asked", m.brief(n.Y))
	case token.EQL, token.NEQ:
		m.wrap(n, "(mutant_is(%) != (", "))", "%s is negated", m.brief(n))
	case token.LSS, token.GTR, token.LEQ, token.GEQ:
		m.operator(n)
	case token.ADD, token.SUB, token.MUL, token.QUO:
		if isNumber(result.Type) {
			m.operator(n)
		}
	}
}

// operator adds the mutant with another operator, as a call.
func (m *mutator) operator(n *ast.BinaryExpr) {
	by := called[n.Op]
	m.wrap(n, by.name+"(%, ", ")", "%s has %s for %s", m.brief(n), by.instead, n.Op)
	id := len(m.found) - 1
	m.edit(id, n.OpPos, n.OpPos+token.Pos(len(n.Op.String())), ",", "")
	m.found[id].edits[1].drop = true
}

func (m *mutator) literal(n *ast.BasicLit) {
	t := m.info.Types[n].Type
	if name, ok := m.typeName(m.at, t); ok && isNumber(t) {
		m.wrap(n, "mutant_larger["+name+"](%, ", ")", "%s is larger", n.Value)
	}
}

// constant adds the mutant in which a number of the package that has a name is larger, wherever it is used; not the values of an
// enumeration, which are names only.
func (m *mutator) constant(n *ast.Ident) {
	c, ok := m.info.Uses[n].(*types.Const)
	if !ok || c.Pkg() != m.pkg || c.Parent() != m.pkg.Scope() {
		return
	}
	if named, ok := c.Type().(*types.Named); ok && named.Obj().Pkg() == m.pkg {
		return
	}
	t := m.info.Types[n].Type
	name, ok := m.typeName(m.at, t)
	if !ok || !isNumber(t) {
		return
	}
	before := "mutant_larger[" + name + "](%, "
	if id, known := m.constants[c]; known {
		m.edit(id, n.Pos(), n.End(), before, ")")
		return
	}
	m.wrap(n, before, ")", "%s is larger", c.Name())
	at := m.set.Position(c.Pos())
	last := &m.found[len(m.found)-1]
	last.path, last.line, last.within = at.Filename, at.Line, ""
	m.constants[c] = len(m.found) - 1
}

// fields adds the mutants in which a field of a struct's value is left out.
func (m *mutator) fields(n *ast.CompositeLit) {
	t := m.info.Types[n].Type
	if t == nil {
		return
	}
	under := t.Underlying()
	if p, ok := under.(*types.Pointer); ok {
		under = p.Elem().Underlying()
	}
	if _, ok := under.(*types.Struct); !ok {
		return
	}
	for _, e := range n.Elts {
		field, ok := e.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		v := m.info.Types[field.Value]
		if v.IsNil() || v.Type == nil {
			continue
		}
		name, writable := m.typeName(m.at, v.Type)
		of := ""
		if v.Value != nil {
			if s := v.Value.ExactString(); !writable || s == "0" || s == "false" || s == `""` {
				continue
			}
			of = "[" + name + "]"
		}
		m.wrap(field.Value, "mutant_zero"+of+"(%, ", ")", "the field %s is left out", m.brief(field))
	}
}

// results adds the mutants of what a function returns: no error, the other truth, no text.
func (m *mutator) results(n *ast.ReturnStmt, in *ast.FuncType) {
	if in == nil || in.Results == nil {
		return
	}
	var want []ast.Expr
	for _, f := range in.Results.List {
		for range max(1, len(f.Names)) {
			want = append(want, f.Type)
		}
	}
	if len(want) != len(n.Results) {
		return // none, or those of another function
	}
	for i, e := range n.Results {
		given := m.info.Types[e]
		if given.Type == nil || given.IsNil() {
			continue
		}
		switch t := m.info.Types[want[i]].Type; {
		case t == types.Universe.Lookup("error").Type():
			m.wrap(e, "mutant_zero[error](%, ", ")", "returns nil for %s", m.brief(e))
		case t == types.Typ[types.Bool]:
			m.wrap(e, "(mutant_is(%) != (", "))", "returns the opposite of %s", m.brief(e))
		case t == types.Typ[types.String] && (given.Value == nil || given.Value.ExactString() != `""`):
			m.wrap(e, "mutant_zero[string](%, ", ")", `returns "" for %s`, m.brief(e))
		}
	}
}
