package functions_test

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A pkg is the go command's description of a package.
type pkg struct {
	ImportPath    string
	Imports, Deps []string
}

// packages lists the packages of this module.
func packages(t *testing.T) map[string]pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,Deps", "valkyrie/...")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	all := map[string]pkg{}
	for dec := json.NewDecoder(out); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimPrefix(p.ImportPath, "valkyrie/")] = p
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestImportArrows: imports run one way, so that judging and paging never link a browser, and the description of a journey
// links nothing at all.
func TestImportArrows(t *testing.T) {
	// mayImport lists, for a folder, the other folders whose packages it may import.
	mayImport := map[string][]string{
		"probes/journey":       {"probes/journey/mask", "probes/journey/totp"},
		"probes/journey/reach": {},
		"probes/journey/mask":  {},
		"probes/journey/totp":  {},
		"probes/pdf":           {"probes/journey"},
		"probes/demoshop":      {},
		"probes/browser":       {"probes/browser", "probes/journey"},
		// Packages that need no Tab do not import it.
		"probes/browser/har":         {"probes/journey", "probes/browser/neterror"},
		"probes/browser/neterror":    {},
		"probes/browser/console":     {"probes/browser/neterror"},
		"probes/browser/device":      {"probes/journey"},
		"probes/browser/credentials": {},
		"probes/browser/picture":     {"probes/journey"},
		"probes/browser/process":     {"probes/journey"},
		"probes/browser/script":      {},
		"probes/api":                 {"probes/journey"},
		"probes/practice":            {"probes/journey", "probes/browser", "probes/api", "probes/pdf"},
		"probes":                     {"probes/journey", "probes/browser", "probes/api", "probes/pdf", "probes/practice"},
		"probes/trial":               {"probes/journey", "probes/browser"},
		"probes/bench":               {"probes/bench", "probes/journey", "probes/browser"},
		"alerts":                     {},
		"alerts/phrase":              {},
		"alerts/incident":            {"alerts/phrase", "probes/journey"},
		"alerts/judge":               {"alerts/cron", "alerts/judge/trend", "alerts/incident", "alerts/phrase", "probes/journey"},
		"alerts/judge/trend":         {"alerts/phrase"},
		"alerts/oncall":              {"alerts/cron", "alerts/incident", "alerts/phrase"},
		"alerts/message":             {"alerts/oncall", "alerts/incident", "alerts/phrase"},
		"alerts/paging":              {"alerts/judge", "alerts/message", "alerts/oncall", "alerts/incident", "alerts/phrase"},
		"alerts/watchdog":            {"alerts/paging"},
		"alerts/config":              {"alerts/cron", "alerts/judge", "alerts/judge/trend", "alerts/oncall", "alerts/incident", "alerts/phrase"},
		"alerts/replay":              {"alerts/judge", "alerts/oncall", "alerts/incident", "probes/journey"},
		"alerts/postmortem":          {"alerts/message", "alerts/paging", "alerts/oncall", "alerts/judge", "alerts/incident", "alerts/phrase", "probes/journey"},
		"alerts/canary":              {"probes/journey"},
		"alerts/compare":             {"alerts/incident", "alerts/judge", "alerts/message", "alerts/oncall", "alerts/paging", "probes/journey"},
		"alerts/practice":            {"alerts", "alerts/replay", "alerts/config", "alerts/judge", "alerts/oncall", "alerts/incident", "probes/journey"},
		"alerts/alertstest":          {"alerts", "alerts/config", "alerts/judge", "alerts/oncall", "alerts/incident", "probes/journey"},
		"alerts/proof":               {"alerts", "probes/journey"},
		"alerts/twilio":              {"alerts/twilio", "alerts/paging", "alerts/oncall", "alerts/message", "alerts/incident", "alerts/phrase"},
		"alerts/cron":                {},
		"infra":                      {"infra", "alerts", "probes/journey"},
		"functions":                  {"functions", "probes", "alerts", "infra"},
		// The program that valkyrie try builds at each save is linked within a second.
		"functions/try": {"probes", "probes/trial"},
		// The frame of the command line knows no command, and packages that write results run nothing.
		"functions/valkyrie/cli":    {"alerts/config"},
		"functions/valkyrie/report": {"functions/valkyrie/cli", "alerts/incident", "alerts/message", "alerts/phrase", "alerts/practice", "alerts/replay", "probes/journey"},
	}
	for path, p := range packages(t) {
		home := longest(mayImport, path)
		if home == "" {
			t.Errorf("%s belongs to no folder of the house; say in this test what it may import", path)
		}
		for _, imported := range p.Imports {
			inner, ours := strings.CutPrefix(imported, "valkyrie/")
			if ours && !allowed(mayImport[home], inner) {
				t.Errorf("%s imports %s, against the arrows", path, inner)
			}
		}
	}
}

// longest returns the key of m that is path, or the nearest folder above it.
func longest(m map[string][]string, path string) string {
	best := ""
	for key := range m {
		if (path == key || strings.HasPrefix(path, key+"/")) && len(key) > len(best) {
			best = key
		}
	}
	return best
}

func allowed(folders []string, path string) bool {
	for _, f := range folders {
		if path == f || strings.HasPrefix(path, f+"/") {
			return true
		}
	}
	return false
}

// TestLinkedLibraries: each restricted library is imported in one place, and not linked elsewhere.
func TestLinkedLibraries(t *testing.T) {
	all := packages(t)
	only := map[string][]string{
		"github.com/chromedp/":                                    {"probes/browser", "probes/browser/console", "probes/browser/credentials", "probes/browser/device", "probes/browser/har", "probes/browser/keyboard", "probes/browser/mouse", "probes/browser/process", "probes", "probes/practice", "probes/bench/bare", "probes/bench/ours", "functions/dashboard"}, // a user may drop chromedp actions in: Tab.Do
		"github.com/twilio/":                                      {"alerts/twilio"},
		"modernc.org/sqlite":                                      {"infra/sqlite"},
		"github.com/aws/aws-sdk-go-v2/service/dynamodb":           {"infra/dynamo"},
		"github.com/aws/aws-lambda-go/":                           {"functions/probe", "functions/pager", "functions/webhook", "functions/lambdatest", "functions/lambdatest/testdata/odd"},
		"github.com/johannesboyne/gofakes3":                       {"infra/cloudtest"},
		"github.com/aws/aws-sdk-go-v2/service/sns":                {"infra/amazon", "infra/doctor", "infra/events"},
		"github.com/aws/aws-sdk-go-v2/service/eventbridge":        {"infra/events"},
		"github.com/aws/aws-sdk-go-v2/service/pinpointsmsvoicev2": {"infra/amazon"},
	}
	tests := []string{"testing", "valkyrie/infra/cloudtest", "valkyrie/infra/suite", "valkyrie/infra/slowdown", "valkyrie/functions/lambdatest", "valkyrie/alerts/twilio/standin", "valkyrie/probes/demoshop", "modernc.org/"}
	for path, p := range all {
		for lib, homes := range only {
			if !slices.Contains(homes, path) && has(p.Imports, lib) {
				t.Errorf("%s imports %s; only %v may", path, lib, homes)
			}
		}
	}
	for path, libs := range map[string][]string{
		"alerts/paging":          {"github.com/chromedp/", "github.com/twilio/", "github.com/aws/"},
		"alerts/config":          {"github.com/chromedp/", "github.com/twilio/", "github.com/aws/"},
		"alerts/replay":          {"github.com/chromedp/", "github.com/twilio/", "github.com/aws/"},
		"alerts/twilio":          {"github.com/chromedp/"},
		"probes/browser/picture": {"github.com/chromedp/"},
		"probes/journey":         {"github.com/chromedp/", "github.com/twilio/", "github.com/aws/", "net/http"},
		"probes/practice":        {"github.com/twilio/", "github.com/aws/", "modernc.org/"},
		// Deployed functions do not link code for tests and laptops.
		"functions/probe": tests, "functions/pager": tests, "functions/webhook": tests,
	} {
		for _, lib := range libs {
			if has(all[path].Deps, lib) {
				t.Errorf("%s links %s", path, lib)
			}
		}
	}
}

func has(paths []string, prefix string) bool {
	for _, p := range paths {
		if strings.HasPrefix(p, prefix) {
			return true
		}
	}
	return false
}

// TestTrySize: the program that valkyrie try builds at each save stays small, as its linking is most of the time that a person waits for.
// What the journeys themselves link is a user's own choice.
func TestTrySize(t *testing.T) {
	const most = 320 // of 307 packages of probes/browser, and of 640 of the command line
	all := packages(t)
	browserAlone := all["probes/trial"].Deps
	if n := len(browserAlone); n < 200 || n > most {
		t.Errorf("probes/trial links %d packages, expected 200 to %d: what has come in?", n, most)
	}
	var extra []string
	for _, dep := range all["functions/try"].Deps {
		standard := !strings.Contains(strings.SplitN(dep, "/", 2)[0], ".") && !strings.HasPrefix(dep, "valkyrie/")
		known := standard || slices.Contains(browserAlone, dep) || slices.Contains(all["probes"].Deps, dep) || dep == "valkyrie/probes" || dep == "valkyrie/probes/trial"
		if !known {
			extra = append(extra, dep)
		}
	}
	if len(extra) > 0 {
		t.Errorf("functions/try links more than the journeys and the browser: %v", extra)
	}
}

// TestMains: a main wires and starts, in under 40 lines.
func TestMains(t *testing.T) {
	mains, err := filepath.Glob("*/main.go")
	if err != nil || len(mains) == 0 {
		t.Fatal("no main.go was found", err)
	}
	for _, path := range mains {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), "\n"); n >= 40 {
			t.Errorf("%s has %d lines", path, n)
		}
	}
}

// TestTypeNames: two packages below alerts share no exported type name, and the names that once stood for several things occur once
// in the whole tree.
func TestTypeNames(t *testing.T) {
	folders := typeNames(t)
	for name, in := range folders {
		if below := slices.DeleteFunc(slices.Clone(in), func(dir string) bool { return !strings.HasPrefix(dir, "alerts/") }); ast.IsExported(name) && len(below) > 1 {
			t.Errorf("rename the type %s in all but one of %v", name, below)
		}
	}
	for _, name := range []string{"Desk", "Station", "Place", "Incident", "Journey"} {
		if in := folders[name]; len(in) > 1 {
			t.Errorf("rename the type %s in all but one of %v", name, in)
		}
	}
	if len(folders["Incident"]) == 0 || len(folders["Journey"]) == 0 {
		t.Errorf("the types Incident and Journey were not found among %d names", len(folders))
	}
}

// typeNames returns the folders in which each type is declared, without those of tests.
func typeNames(t *testing.T) map[string][]string {
	t.Helper()
	folders := map[string][]string{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		switch name := d.Name(); {
		case err != nil:
			return err
		case d.IsDir() && (name == "testdata" || name == "node_modules" || strings.HasPrefix(name, ".") && name != ".."):
			return filepath.SkipDir
		case d.IsDir() || filepath.Ext(name) != ".go" || isYours(path) || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		dir := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), "../")
		for _, decl := range file.Decls {
			types, ok := decl.(*ast.GenDecl)
			if !ok || types.Tok != token.TYPE {
				continue
			}
			for _, spec := range types.Specs {
				name := spec.(*ast.TypeSpec).Name.Name
				folders[name] = append(folders[name], dir)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return folders
}

// TestPinned: actions and base images are named by a hash, as a tag may come to mean other code.
func TestPinned(t *testing.T) {
	hash := regexp.MustCompile(`@[0-9a-f]{40} # v|@sha256:[0-9a-f]{64}\b`)
	found := 0
	for _, pattern := range []string{"../.github/workflows/*.yml", "../infra/*.yml", "../infra/Dockerfile"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(string(text)) {
				words := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "- "))
				if len(words) < 2 || words[0] != "uses:" && words[0] != "FROM" {
					continue
				}
				if found++; !hash.MatchString(line) {
					t.Errorf("%s: expected a hash in %q, and for an action its version in a comment", file, strings.TrimSpace(line))
				}
			}
		}
	}
	if found < 5 {
		t.Errorf("only %d actions and images were found", found)
	}
}
