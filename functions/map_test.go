package functions_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strings"
	"testing"
)

// TestMapOfTheCode: each row of the map in CONTRIBUTING.md names at most two files, and each identifier of the row is
// declared in one of them, so that the map leads where it says.
func TestMapOfTheCode(t *testing.T) {
	_, section, _ := strings.Cut(read(t, "../CONTRIBUTING.md"), "## Map of the code")
	section, _, _ = strings.Cut(section, "\n## ")
	rows := regexp.MustCompile(`(?m)^\| (\d+)\. ([^|]+) \| ([^|]+) \| ([^|]+) \|$`).FindAllStringSubmatch(section, -1)
	const questions = 20
	if len(rows) != questions {
		t.Fatalf("the map of the code has %d rows, want %d", len(rows), questions)
	}
	for _, row := range rows {
		files := regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(row[3], -1)
		names := regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row[4], -1)
		if len(files) == 0 || len(files) > 2 || len(names) == 0 {
			t.Errorf("row %s has %d files and %d identifiers, want one or two files and at least one identifier", row[1], len(files), len(names))
		}
		declared := map[string]bool{}
		for _, f := range files {
			text := read(t, "../"+f[1])
			if strings.HasSuffix(f[1], ".go") {
				addDeclarations(t, text, declared)
			}
		}
		for _, n := range names {
			if !declared[n[1]] {
				t.Errorf("row %s, %q: %s is not declared in %s; correct the map in CONTRIBUTING.md", row[1], row[2], n[1], row[3])
			}
		}
	}
}

// addDeclarations adds the top-level declarations of a Go file, and the fields of its structs: F, Type.Method, Type.Field.
func addDeclarations(t *testing.T, text string, names map[string]bool) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "", text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			names[receiver(d)+d.Name.Name] = true
		case *ast.GenDecl:
			for _, s := range d.Specs {
				addSpec(s, names)
			}
		}
	}
}

func addSpec(s ast.Spec, names map[string]bool) {
	switch s := s.(type) {
	case *ast.ValueSpec:
		for _, n := range s.Names {
			names[n.Name] = true
		}
	case *ast.TypeSpec:
		names[s.Name.Name] = true
		if st, ok := s.Type.(*ast.StructType); ok {
			for _, f := range st.Fields.List {
				for _, n := range f.Names {
					names[s.Name.Name+"."+n.Name] = true
				}
			}
		}
	}
}

// receiver is "Type." for a method, and empty for a function.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	expr := d.Recv.List[0].Type
	if star, ok := expr.(*ast.StarExpr); ok {
		expr = star.X
	}
	if name, ok := expr.(*ast.Ident); ok {
		return name.Name + "."
	}
	return ""
}
