package proof

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// mutantEnv selects the mutant that a binary with mutants runs, by its number from 1; without it, the binary is correct.
const mutantEnv = "VALKYRIE_MUTANT"

// A place is a mutant's position: the piece of a file that it replaces, and the function around it.
type place struct {
	path       string
	at         int // the piece's offset in the file
	begin, end int // the function's body, with its braces
	returns    bool
}

// plant writes an overlay of the sources below alerts in which every mutant is present and one environment variable selects
// it, so that all of them share one compilation:
//
//	func f() T {
//		if plantedMutant == 7 { ...the body with mutant 7... }
//		...the body as it is...
//	}
//
// It returns the overlay's path. The sources themselves are not touched.
func plant(t *testing.T, mutants []mutant) string {
	t.Helper()
	src := sources(t)
	places := map[string][]planted{}
	for n, m := range mutants {
		p, err := src.find(m)
		if err != nil {
			t.Errorf("plant %q: %v", m.name, err)
			continue
		}
		places[p.path] = append(places[p.path], planted{mutant: m, place: p, number: n + 1})
	}
	if t.Failed() {
		t.FailNow()
	}
	dir := t.TempDir()
	replace, files := map[string]string{}, 0
	write := func(path string, text []byte) {
		files++
		file := filepath.Join(dir, fmt.Sprintf("%d.go", files))
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		replace[path] = file
	}
	for path, all := range places {
		write(path, withMutants(src[path].text, all))
		write(filepath.Join(filepath.Dir(path), "planted_mutant.go"), selector(src[path].pkg))
	}
	overlay := filepath.Join(dir, "overlay.json")
	data, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(overlay, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return overlay
}

// A planted is a mutant at its place.
type planted struct {
	mutant
	place
	number int
}

// withMutants returns a file in which the functions at places begin with their mutants. The line directives make a
// compiler's error, or a panic's stack, name the mutant.
func withMutants(text string, places []planted) []byte {
	slices.SortFunc(places, func(a, b planted) int { return a.begin - b.begin })
	var out bytes.Buffer
	done := 0
	for _, p := range places {
		if p.begin >= done {
			out.WriteString(text[done : p.begin+1])
			done = p.begin + 1
		}
		body := text[p.begin+1:p.at] + p.new + text[p.at+len(p.old):p.end-1]
		fmt.Fprintf(&out, "\nif plantedMutant == %d {\n//line mutant-%d:1\n%s\n", p.number, p.number, body)
		if !p.returns {
			out.WriteString("return\n")
		}
		fmt.Fprintf(&out, "}\n//line %s:%d\n", filepath.Base(p.path), 1+strings.Count(text[:p.begin+1], "\n"))
	}
	out.WriteString(text[done:])
	return out.Bytes()
}

// selector returns the file that tells a package with mutants which one is selected.
func selector(pkg string) []byte {
	return fmt.Appendf(nil, "package %s\n\nimport (\n\t\"os\"\n\t\"strconv\"\n)\n\nvar plantedMutant, _ = strconv.Atoi(os.Getenv(%q))\n", pkg, mutantEnv)
}

// A sourceFile is a file of the program below alerts.
type sourceFile struct {
	text, pkg string
	bodies    []body
}

// A body is a function's body, with its braces.
type body struct {
	begin, end int
	returns    bool // the function has results
}

// A tree holds files by their absolute paths.
type tree map[string]sourceFile

// sources reads the program below alerts, without its tests.
func sources(t *testing.T) tree {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	all := tree{}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		all[path], err = parse(path, string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func parse(path, text string) (sourceFile, error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, text, parser.SkipObjectResolution)
	if err != nil {
		return sourceFile{}, err
	}
	f := sourceFile{text: text, pkg: file.Name.Name}
	for _, d := range file.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
			f.bodies = append(f.bodies, body{
				begin: set.Position(fn.Body.Pos()).Offset, end: set.Position(fn.Body.End()).Offset,
				returns: fn.Type.Results.NumFields() > 0,
			})
		}
	}
	return f, nil
}

// find searches all files for a mutant's place, so that code may move. There must be exactly one, in the body of a
// function.
func (s tree) find(m mutant) (place, error) {
	var places []place
	for path, f := range s {
		for _, b := range f.bodies {
			for at := b.begin; ; at++ {
				i := strings.Index(f.text[at:b.end], m.old)
				if i < 0 {
					break
				}
				at += i
				places = append(places, place{path: path, at: at, begin: b.begin, end: b.end, returns: b.returns})
			}
		}
	}
	if len(places) == 1 {
		return places[0], nil
	}
	files := make([]string, len(places))
	for i, p := range places {
		files[i] = filepath.Base(p.path)
	}
	return place{}, fmt.Errorf("%d functions below alerts contain the piece that it replaces, want 1 (%s): %s", len(places), strings.Join(files, ", "), m.old)
}

// compile builds the tests of a package with an overlay.
func compile(t *testing.T, overlay, pkg string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "mutants.test")
	cmd := exec.CommandContext(t.Context(), "go", "test", "-c", "-ldflags=-s -w", "-overlay", overlay, "-o", binary, pkg)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("compile the mutants: %v; the output names the stale ones by their numbers:\n%s", err, out)
	}
	return binary
}
