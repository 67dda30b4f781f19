package trial

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"valkyrie/probes/browser"
)

// A Correction is a change of a journey's code that makes a step's locator mean what the page offers.
type Correction struct {
	File     string // relative to the module's folder
	Line     int    // of the first of the lines
	Old, New string // the lines, without the last line's end
}

// String formats the correction as file:line and the lines before and after.
func (c Correction) String() string {
	prefix := func(sign, lines string) string { return sign + strings.ReplaceAll(lines, "\n", "\n"+sign) }
	return fmt.Sprintf("%s:%d\n%s\n%s", c.File, c.Line, prefix("- ", c.Old), prefix("+ ", c.New))
}

// Correct finds where the code has the locator wanted and replaces it there by better. It looks in the lines from which the step called
// the tab, the innermost first, and then in their files, where the locator has to be the only one of its kind. root is the module's
// folder. It returns false for a locator that is not written out, such as one with a variable.
func Correct(root string, callers []browser.Caller, wanted, better browser.Locator) (Correction, bool) {
	for _, onLine := range []bool{true, false} {
		for _, c := range callers {
			s, err := readSource(root, c.File)
			if err != nil {
				continue
			}
			found := s.locators(wanted)
			if onLine {
				found = s.on(found, c.Line)
			}
			if len(found) == 1 {
				return s.replace(found[0], s.code(better)), true
			}
		}
	}
	return Correction{}, false
}

// A source is a parsed file of the module.
type source struct {
	name  string // relative to the module's folder
	text  string
	set   *token.FileSet
	file  *ast.File
	alias string // how it calls package browser
}

// browserPath is the import path of package browser.
const browserPath = "valkyrie/probes/browser"

// readSource reads the file that the compiler was given as name: absolute, or with -trimpath from the module's name on.
func readSource(root, name string) (source, error) {
	rel, ok := strings.CutPrefix(filepath.ToSlash(name), "valkyrie/")
	if !ok {
		var err error
		if rel, err = filepath.Rel(root, name); err != nil {
			return source{}, err
		}
	}
	text, err := os.ReadFile(filepath.Join(root, rel))
	if err != nil {
		return source{}, err
	}
	s := source{name: filepath.ToSlash(rel), text: string(text), set: token.NewFileSet(), alias: "browser"}
	if s.file, err = parser.ParseFile(s.set, rel, text, parser.SkipObjectResolution); err != nil {
		return source{}, err
	}
	for _, im := range s.file.Imports {
		if im.Path.Value == strconv.Quote(browserPath) && im.Name != nil {
			s.alias = im.Name.Name
		}
	}
	return s, nil
}

// locators lists the expressions of the file that mean the locator. A part of a longer locator does not count.
func (s source) locators(wanted browser.Locator) (all []ast.Expr) {
	ast.Inspect(s.file, func(n ast.Node) bool {
		if e, ok := n.(ast.Expr); ok {
			l, ok := s.evaluate(e)
			if ok && l.Code() == wanted.Code() {
				all = append(all, e)
			}
			return !ok
		}
		return true
	})
	return all
}

// on keeps the expressions of which a part is on the line, or that are in a call which begins there.
func (s source) on(all []ast.Expr, line int) (kept []ast.Expr) {
	for _, e := range all {
		if s.set.Position(e.Pos()).Line <= line && line <= s.set.Position(e.End()).Line {
			kept = append(kept, e)
		}
	}
	return kept
}

// replace returns the lines of the expression, before and after.
func (s source) replace(e ast.Expr, code string) Correction {
	from, to := s.set.Position(e.Pos()).Offset, s.set.Position(e.End()).Offset
	begin, end := strings.LastIndex(s.text[:from], "\n")+1, len(s.text)
	if next := strings.Index(s.text[to:], "\n"); next >= 0 {
		end = to + next
	}
	return Correction{File: s.name, Line: s.set.Position(e.Pos()).Line, Old: s.text[begin:end], New: s.text[begin:from] + code + s.text[to:end]}
}

// code is a locator as an expression of this file, which may call package browser by another name.
func (s source) code(l browser.Locator) string {
	e, err := parser.ParseExpr(l.Code())
	if err != nil || s.alias == "browser" {
		return l.Code()
	}
	ast.Inspect(e, func(n ast.Node) bool {
		if name, ok := n.(*ast.Ident); ok && name.Name == "browser" {
			name.Name = s.alias
		}
		return true
	})
	var b strings.Builder
	_ = printer.Fprint(&b, token.NewFileSet(), e) // a strings.Builder takes all
	return b.String()
}

// evaluate returns the locator that an expression means: calls of the constructors and methods with constants; false for any other.
func (s source) evaluate(e ast.Expr) (l browser.Locator, ok bool) {
	call, isCall := e.(*ast.CallExpr)
	if !isCall {
		return l, false
	}
	of, isSelector := call.Fun.(*ast.SelectorExpr)
	if !isSelector {
		return l, false
	}
	if pkg, isName := of.X.(*ast.Ident); isName {
		if pkg.Name != s.alias {
			return l, false
		}
		return construct(of.Sel.Name, call.Args)
	}
	if l, ok = s.evaluate(of.X); !ok || len(call.Args) == 0 {
		return l, false
	}
	return s.method(l, of.Sel.Name, call.Args)
}

// construct evaluates a call of one of browser's functions.
func construct(name string, args []ast.Expr) (browser.Locator, bool) {
	if name == "Role" && len(args) == 2 {
		role, ok := text(args[0])
		value, also := text(args[1])
		return browser.Role(role, value), ok && also
	}
	make, known := map[string]func(string) browser.Locator{
		"Button": browser.Button, "Link": browser.Link, "Heading": browser.Heading, "Field": browser.Field, "Checkbox": browser.Checkbox,
		"Text": browser.Text, "Frame": browser.Frame, "TestID": browser.TestID, "CSS": browser.CSS,
	}[name]
	if !known || len(args) != 1 {
		return browser.Locator{}, false
	}
	value, ok := text(args[0])
	return make(value), ok
}

// method evaluates a call of one of a locator's methods.
func (s source) method(l browser.Locator, name string, args []ast.Expr) (browser.Locator, bool) {
	switch name {
	case "Containing", "Matching":
		value, ok := text(args[0])
		if name == "Containing" {
			return l.Containing(value), ok
		}
		return l.Matching(value), ok
	case "Within", "Or":
		other, ok := s.evaluate(args[0])
		if name == "Within" {
			return l.Within(other), ok
		}
		return l.Or(other), ok
	case "Nth":
		n, ok := number(args[0])
		return l.Nth(int(n)), ok
	case "At":
		x, ok := number(args[0])
		if len(args) != 2 || !ok {
			return l, false
		}
		y, ok := number(args[1])
		return l.At(x, y), ok
	}
	return l, false
}

// text is the value of a constant string.
func text(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		value, err := strconv.Unquote(e.Value)
		return value, err == nil && e.Kind == token.STRING
	case *ast.BinaryExpr:
		a, ok := text(e.X)
		b, also := text(e.Y)
		return a + b, ok && also && e.Op == token.ADD
	case *ast.ParenExpr:
		return text(e.X)
	}
	return "", false
}

func number(e ast.Expr) (float64, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseFloat(lit.Value, 64)
	return n, err == nil
}

// ParseCall reads a printed line, such as `tab.Click(browser.Button("Save page"))`: the method, the locator and the other arguments.
func ParseCall(line string) (verb string, l browser.Locator, rest []string, err error) {
	e, err := parser.ParseExpr(line)
	if err != nil {
		return "", l, nil, fmt.Errorf("read %q: %w", line, err)
	}
	call, ok := e.(*ast.CallExpr)
	if !ok || len(call.Args) == 0 {
		return "", l, nil, fmt.Errorf("read %q: expected a call with a locator", line)
	}
	of, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return "", l, nil, fmt.Errorf("read %q: expected a method of a tab", line)
	}
	if l, ok = (source{alias: "browser"}).evaluate(call.Args[0]); !ok {
		return "", l, nil, fmt.Errorf("read %q: expected a locator with constants", line)
	}
	for _, arg := range call.Args[1:] {
		value, _ := text(arg)
		rest = append(rest, value)
	}
	return of.Sel.Name, l, rest, nil
}
