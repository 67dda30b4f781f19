package functions_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"valkyrie/alerts"
	"valkyrie/alerts/config"
	"valkyrie/probes"
	"valkyrie/probes/journey"
)

// These tests check whatever this deployment has configured. They pass in any fork whose journeys and alerts.yaml agree;
// infra/template checks the schedules.

// TestYourJourneys: each journey of probes.All is valid, and no two have the same name.
func TestYourJourneys(t *testing.T) {
	if len(probes.All) == 0 {
		t.Error("probes/probes.go: All: expected at least one journey, got none: nothing would be watched; list one there")
	}
	var made []func() journey.Journey
	for i, make := range probes.All {
		if make == nil {
			t.Errorf("probes/probes.go: All[%d]: expected a function that makes a journey, got nil", i)
			continue
		}
		j := make()
		if err := j.Validate(); err != nil {
			t.Errorf("probes/: %v", err)
		}
		made = append(made, make)
		if j.Title == "" {
			t.Errorf("probes/: journey %q: Title: expected what a customer would call it, such as \"print a card\", got none: a call reads it out", j.Name)
		}
	}
	if err := journey.CheckNames(made); err != nil {
		t.Errorf("probes/: %v", err)
	}
}

// TestYourSecrets: each secret that a journey reads by a literal name is declared, or every run of it would be broken.
func TestYourSecrets(t *testing.T) {
	files, err := filepath.Glob("../probes/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		for _, fault := range undeclaredSecrets(t, "probes/"+filepath.Base(path), read(t, path), journey.Secrets(probes.All)) {
			t.Error(fault)
		}
	}
}

// TestUndeclaredSecrets: the check reports the undeclared secret of a file with its line, and no declared one.
func TestUndeclaredSecrets(t *testing.T) {
	const want = `probes/borrow_book.go:21: expected the secret "library-card" among the Secrets of a journey of probes.All, got "library-pass"; add "library-card" to Secrets of the journey`
	if got := undeclaredSecrets(t, "probes/borrow_book.go", forkProbes, []string{"library-pass"}); len(got) != 1 || got[0] != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
	if got := undeclaredSecrets(t, "probes/borrow_book.go", forkProbes, []string{"library-card"}); len(got) > 0 {
		t.Errorf("the secret is declared: got %q", got)
	}
}

// undeclaredSecrets reports each call of Secret with a literal name that is not declared.
func undeclaredSecrets(t *testing.T, name, source string, declared []string) (faults []string) {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) != 1 {
			return true
		}
		method, ok := call.Fun.(*ast.SelectorExpr)
		literal, isLiteral := call.Args[0].(*ast.BasicLit)
		if !ok || method.Sel.Name != "Secret" || !isLiteral || literal.Kind != token.STRING {
			return true
		}
		secret, err := strconv.Unquote(literal.Value)
		if err == nil && !slices.Contains(declared, secret) {
			place := set.Position(call.Pos())
			faults = append(faults, fmt.Sprintf("%s:%d: expected the secret %q among the Secrets of a journey of probes.All, got %s; add %[3]q to Secrets of the journey",
				place.Filename, place.Line, secret, quoted(declared)))
		}
		return true
	})
	return faults
}

// quoted lists names in quotes; "none" without any.
func quoted(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return `"` + strings.Join(names, `", "`) + `"`
}

// TestYourAlerts: alerts.yaml is valid, and names only existing journeys.
func TestYourAlerts(t *testing.T) {
	if _, err := config.Parse("alerts/alerts.yaml", alerts.Shipped(), journey.Names(probes.All)); err != nil {
		t.Error(err)
	}
}
