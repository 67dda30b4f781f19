package check

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"valkyrie/probes/journey"
)

// sources are the Go files of the packages that make the journeys, without their tests.
type sources struct {
	module   string // the import path of the tree
	set      *token.FileSet
	packages map[string][]*ast.File // by folder
}

// readSources parses the packages of the journeys' functions in a tree.
func readSources(root, module string, all []func() journey.Journey) (sources, error) {
	s := sources{module: module, set: token.NewFileSet(), packages: map[string][]*ast.File{}}
	for _, create := range all {
		_, file, _ := journey.Maker(create)
		folder := path.Dir(file)
		if s.packages[folder] != nil {
			continue
		}
		paths, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(folder), "*.go"))
		if err != nil {
			return s, err
		}
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return s, err
			}
			if err := s.add(folder, folder+"/"+filepath.Base(path), text); err != nil {
				return s, err
			}
		}
	}
	return s, nil
}

// add parses a file of a package.
func (s sources) add(folder, name string, text []byte) error {
	file, err := parser.ParseFile(s.set, name, text, 0)
	if err == nil {
		s.packages[folder] = append(s.packages[folder], file)
	}
	return err
}

// where returns the file and line of a node.
func (s sources) where(n ast.Node) string {
	place := s.set.Position(n.Pos())
	return fmt.Sprintf("%s:%d", place.Filename, place.Line)
}

// each calls see with each node of a folder's files, in the order of their names.
func (s sources) each(see func(folder string, file *ast.File, n ast.Node) bool) {
	folders := make([]string, 0, len(s.packages))
	for folder := range s.packages {
		folders = append(folders, folder)
	}
	slices.Sort(folders)
	for _, folder := range folders {
		for _, file := range s.packages[folder] {
			ast.Inspect(file, func(n ast.Node) bool { return n != nil && see(folder, file, n) })
		}
	}
}

// undeclaredSecrets reports each call of Secret with a literal name that is not declared: every run of it would be broken.
func (s sources) undeclaredSecrets(declared []string) (found []string) {
	s.each(func(_ string, _ *ast.File, n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) != 1 {
			return true
		}
		method, ok := call.Fun.(*ast.SelectorExpr)
		literal, isLiteral := call.Args[0].(*ast.BasicLit)
		if !ok || method.Sel.Name != "Secret" || !isLiteral || literal.Kind != token.STRING {
			return true
		}
		if secret, err := strconv.Unquote(literal.Value); err == nil && !slices.Contains(declared, secret) {
			found = append(found, fmt.Sprintf("%s: expected the secret %q among the Secrets of a journey of probes.All, got %s; add %[2]q to Secrets of the journey",
				s.where(call), secret, quoted(declared)))
		}
		return true
	})
	return found
}

// quoted lists names in quotes; "none" without any.
func quoted(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return `"` + strings.Join(names, `", "`) + `"`
}

// harmlessSteps reports each step, other than those of a cleanup, whose code has no call that can fail: it would pass whatever the site
// does. A call that is not known counts as one that can.
func (s sources) harmlessSteps() (found []string) {
	s.each(func(folder string, file *ast.File, n ast.Node) bool {
		if pair, ok := n.(*ast.KeyValueExpr); ok && isNamed(pair.Key, "Cleanup") {
			return false
		}
		literal, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		do, name := fieldOf(literal, "Do"), fieldOf(literal, "Name")
		if do == nil || name == nil {
			return true
		}
		f := failing{sources: s, folder: folder, seen: map[string]bool{}}
		if f.function(file, do) {
			return true
		}
		found = append(found, fmt.Sprintf("%s: step %s: Do: expected an action or an expectation that can fail, such as tab.Click, tab.See or t.Failf, got none; add one, or remove the step, which always passes",
			s.where(literal), nameOf(name)))
		return true
	})
	return found
}

// nameOf returns the literal name of a step, or the code's place for it.
func nameOf(name ast.Expr) string {
	if literal, ok := name.(*ast.BasicLit); ok {
		return literal.Value
	}
	return "(its name is computed)"
}

func isNamed(e ast.Expr, name string) bool {
	ident, ok := e.(*ast.Ident)
	return ok && ident.Name == name
}

// fieldOf returns the value of a field in a literal; nil: it has none.
func fieldOf(literal *ast.CompositeLit, name string) ast.Expr {
	for _, e := range literal.Elts {
		if pair, ok := e.(*ast.KeyValueExpr); ok && isNamed(pair.Key, name) {
			return pair.Value
		}
	}
	return nil
}
