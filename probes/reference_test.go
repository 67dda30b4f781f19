package probes_test

import (
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"valkyrie/infra/suite"
)

// TestReference checks that README.md lists what a journey can do as the doc comments of the code describe it.
func TestReference(t *testing.T) {
	journey, browser, api := parsePackage(t, "journey"), parsePackage(t, "browser"), parsePackage(t, "api")
	runner := map[string]bool{} // the methods that only the runner calls
	for _, of := range journey.Types {
		if face, ok := of.Decl.Specs[0].(*ast.TypeSpec).Type.(*ast.InterfaceType); ok {
			for _, m := range face.Methods.List {
				for _, name := range m.Names {
					runner[name.Name] = true
				}
			}
		}
	}
	var b strings.Builder
	table := func(title string, p documented, funcs []*doc.Func) {
		fmt.Fprintf(&b, "### %s\n\n| call | what it does |\n|---|---|\n", title)
		for _, f := range funcs {
			if f.Recv == "" || !runner[f.Name] {
				fmt.Fprintf(&b, "| `%s` | %s |\n", p.call(f), p.sentence(f.Doc))
			}
		}
		b.WriteString("\n")
	}
	tab, client := typeNamed(t, browser, "Tab"), typeNamed(t, api, "Client")
	table("A step: `t`, a `*journey.T`", journey, typeNamed(t, journey, "T").Methods)
	table("A page: `tab`, a `*browser.Tab`", browser, tab.Methods)
	locator := typeNamed(t, browser, "Locator")
	table("What a page shows: `browser.Locator`", browser, append(locator.Funcs, locator.Methods...))
	table("An API: `c`, an `*api.Client`", api, client.Methods)
	table("What an API answers: `api.Answer`", api, typeNamed(t, api, "Answer").Methods)
	suite.Section(t, "README.md", "verbs", b.String())
}

// documented is a package with its doc comments.
type documented struct {
	*doc.Package
	files *token.FileSet
}

func parsePackage(t *testing.T, dir string) documented {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	files := token.NewFileSet()
	var parsed []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(files, path, text, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, file)
	}
	p, err := doc.NewFromFiles(files, parsed, "valkyrie/probes/"+dir)
	if err != nil {
		t.Fatal(err)
	}
	return documented{p, files}
}

func typeNamed(t *testing.T, p documented, name string) *doc.Type {
	t.Helper()
	for _, of := range p.Types {
		if of.Name == name {
			return of
		}
	}
	t.Fatalf("package %s has no type %s", p.Name, name)
	return nil
}

// call returns a function as its caller writes it, with the types of its parameters and results.
func (p documented) call(f *doc.Func) string {
	var text strings.Builder
	if err := printer.Fprint(&text, p.files, f.Decl.Type); err != nil {
		return err.Error()
	}
	signature := strings.TrimPrefix(regexp.MustCompile(`\s+`).ReplaceAllString(text.String(), " "), "func")
	if f.Recv == "" {
		return p.Name + "." + f.Name + signature
	}
	return f.Decl.Recv.List[0].Names[0].Name + "." + f.Name + signature
}

// sentence returns the first sentence of a comment as one cell of a table.
func (p documented) sentence(comment string) string {
	return strings.ReplaceAll(p.Synopsis(comment), "|", `\|`)
}
