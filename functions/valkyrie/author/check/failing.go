package check

import (
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
)

// harmless are the methods of a tab, a locator and a step that never make a step fail, whatever the site does. That they may break
// it, as Secret does, says nothing about the site.
var harmless = strings.Fields(`
	OnDialog Shows Credentials Element
	Containing Matching Or Within Nth At String
	Account Attach Context Count Failure Input LimitNote Mask Secret Slowf Step TOTP URL UsedCode Waited Brokenf SetHeader Bearer`)

// locators are the functions of package browser that only describe an element.
var locators = strings.Fields("Button Link Heading Field Checkbox Role Text Frame TestID CSS NewTab")

// builtins are the functions and types of the language that are called like a function.
var builtins = strings.Fields(`append cap clear complex copy delete imag len make max min new print println real recover
	bool byte error float32 float64 int int8 int16 int32 int64 rune string uint uint8 uint16 uint32 uint64 uintptr any`)

// failing finds out whether code can make a step fail.
type failing struct {
	sources sources
	folder  string
	seen    map[string]bool // functions that are being looked at
}

// function reports whether a function can fail: a literal, or one of the same package by its name.
func (f failing) function(file *ast.File, e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.FuncLit:
		return f.body(file, e.Body)
	case *ast.Ident:
		return f.named(file, e)
	}
	return true
}

// named reports whether a function of the package, or in a local variable, can fail.
func (f failing) named(file *ast.File, name *ast.Ident) bool {
	if f.seen[name.Name] {
		return false // a recursion adds nothing
	}
	f.seen[name.Name] = true
	if name.Obj != nil && name.Obj.Kind == ast.Var {
		assigned, ok := name.Obj.Decl.(*ast.AssignStmt)
		if !ok || len(assigned.Lhs) != 1 || len(assigned.Rhs) != 1 || assigned.Tok != token.DEFINE {
			return true
		}
		return f.function(file, assigned.Rhs[0])
	}
	for _, in := range f.sources.packages[f.folder] {
		for _, d := range in.Decls {
			if decl, ok := d.(*ast.FuncDecl); ok && decl.Recv == nil && decl.Name.Name == name.Name && decl.Body != nil {
				return f.body(in, decl.Body)
			}
		}
	}
	return true
}

// body reports whether a statement has a call that can fail.
func (f failing) body(file *ast.File, body ast.Node) (can bool) {
	ast.Inspect(body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && !can {
			can = f.call(file, call)
		}
		return !can
	})
	return can
}

// call reports whether one call can fail, without its arguments.
func (f failing) call(file *ast.File, call *ast.CallExpr) bool {
	switch e := call.Fun.(type) {
	case *ast.Ident:
		return !slices.Contains(builtins, e.Name) && f.named(file, e)
	case *ast.SelectorExpr:
		x, ok := e.X.(*ast.Ident)
		if !ok || x.Obj != nil {
			return !slices.Contains(harmless, e.Sel.Name)
		}
		from := importOf(file, x.Name)
		switch first, _, _ := strings.Cut(from, "/"); {
		case from == "":
			return !slices.Contains(harmless, e.Sel.Name) // a variable of the package
		case strings.HasSuffix(from, "/probes/browser"):
			return !slices.Contains(locators, e.Sel.Name)
		case strings.HasSuffix(from, "/probes/journey"), strings.HasSuffix(from, "/probes/api") && e.Sel.Name == "NewClient":
			return false
		default:
			return strings.Contains(first, ".") || first == f.sources.module // the standard library fails no step
		}
	case *ast.FuncLit:
		return false // its body is looked at, too
	case *ast.ArrayType, *ast.MapType, *ast.InterfaceType:
		return false // a conversion
	}
	return true
}

// importOf returns the path that a file imports under a name; "": none.
func importOf(file *ast.File, name string) string {
	for _, spec := range file.Imports {
		p, _ := strconv.Unquote(spec.Path.Value)
		if spec.Name != nil && spec.Name.Name == name || spec.Name == nil && path.Base(p) == name {
			return p
		}
	}
	return ""
}
