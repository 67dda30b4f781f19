package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"valkyrie/infra/suite"
)

// TestFallen checks when a score counts as fallen: by more than three points, and by more than one mutant.
func TestFallen(t *testing.T) {
	for _, c := range []struct {
		recorded, got score
		fallen        bool
	}{
		{score{"a", 40, 36}, score{"a", 40, 36}, false},
		{score{"a", 40, 36}, score{"a", 40, 35}, false}, // 2.5 points
		{score{"a", 40, 36}, score{"a", 40, 34}, true},  // 5 points
		{score{"a", 40, 36}, score{"a", 40, 40}, false},
		{score{"a", 20, 18}, score{"a", 20, 17}, false}, // 5 points, but one mutant
		{score{"a", 20, 18}, score{"a", 20, 16}, true},
		{score{"a", 400, 360}, score{"a", 400, 348}, false}, // 3 points
		{score{"a", 400, 360}, score{"a", 400, 347}, true},
		{score{"a", 40, 36}, score{"a", 0, 0}, false}, // there is no code left to test
	} {
		if got := c.got.fallen(c.recorded); got != c.fallen {
			t.Errorf("%d of %d after %d of %d: fallen is %t, expected %t", c.got.caught, c.got.tried, c.recorded.caught, c.recorded.tried, got, c.fallen)
		}
	}
}

// TestChoose checks that a sample stays as it is when other code is added, moved or removed.
func TestChoose(t *testing.T) {
	var all []mutant
	for n := range 300 {
		all = append(all, mutant{path: "a.go", line: n, within: fmt.Sprint("f", n%10), what: fmt.Sprint(n/20, " is larger")})
	}
	before := choose(all, 40)
	if len(before) != 40 || len(choose(all[:30], 40)) != 30 {
		t.Fatal("expected 40 mutants, or all where there are fewer")
	}
	moved := slices.Clone(all)
	for i := range moved {
		moved[i].line += 7
	}
	more := append(moved, mutant{path: "a.go", within: "g", what: "i++ is dropped"})
	kept := 0
	for _, m := range choose(more, 40) {
		if slices.ContainsFunc(before, func(b mutant) bool { return b.identity() == m.identity() && b.line+7 == m.line }) {
			kept++
		}
	}
	if kept < 39 {
		t.Errorf("one more mutant replaced %d of the sample", 40-kept)
	}
}

const sumTest = "\nimport \"testing\"\n\nfunc TestSum(t *testing.T) {\n\tif Sum(2, 3) != 5 {\n\t\tt.Error(\"wrong\")\n\t}\n}\n"

// TestScores checks the whole: a package's score is recorded, holds, and is a fault once a test is missing; an equivalent mutant does not
// count, and is a fault once it is gone.
func TestScores(t *testing.T) {
	_, dir := pack(t, "package kinds\n\nfunc Sum(a, b int) int {\n\tif a < 0 {\n\t\treturn b\n\t}\n\treturn a + b\n}\n", sumTest)
	put := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sample := func(code int, args ...string) string {
		t.Helper()
		var out, errs strings.Builder
		if got := run(t.Context(), append([]string{"-sample"}, args...), &out, &errs); got != code {
			t.Fatalf("exit code %d, expected %d:\n%s%s", got, code, out.String(), errs.String())
		}
		return out.String() + errs.String()
	}
	// Sum does nothing, never, always, a < 0 has <=, 0 is larger, a + b has -.
	put(equivalentFile, "path\tfunction\tchange\treason\nkinds.go\tSum\ta < 0 has <= for <\ta sum with 0 is the other number\n")
	put(scoresFile, "package\ttried\tcaught\tscore\n")
	if out := sample(1, "."); !strings.Contains(out, ". has no score in infra/suite/mutants/scores.tsv; record it: make scores SCORES=write OF=.") {
		t.Error(out)
	}
	out := sample(0, "-write", ".")
	if want := "  kinds.go:4: if a < 0: never\n"; !strings.Contains(out, want) {
		t.Errorf("expected %q in\n%s", want, out)
	}
	text, err := os.ReadFile(filepath.Join(dir, scoresFile))
	if want := "package\ttried\tcaught\tscore\n.\t5\t3\t60.0\n"; string(text) != want {
		t.Errorf("recorded %q, %v; expected %q", text, err, want)
	}
	sample(0)
	put("kinds_test.go", "package kinds\n"+strings.Replace(sumTest, "Sum(2, 3) != 5", "Sum(0, 3) == 0", 1))
	if out := sample(1); !strings.Contains(out, "mutants: . catches 1 of 5 mutants, 20.0 %, after 60.0 %: test what survived, printed above") {
		t.Error(out)
	}
	put("kinds_test.go", "package kinds\n"+sumTest)
	put(equivalentFile, "path\tfunction\tchange\treason\nkinds.go\tSum\ta > 0 has >= for >\tgone\n")
	if out := sample(1); !strings.Contains(out, `equivalent.tsv: no mutant of kinds.go, function Sum, is "a > 0 has >= for >"; correct the row or remove it`) {
		t.Error(out)
	}
	put(scoresFile, "package\ttried\tcaught\tscore\n.\tfive\t3\t60.0\n")
	if out := sample(1); !strings.Contains(out, `scores.tsv: the row of .: strconv.Atoi: parsing "five": invalid syntax; write numbers`) {
		t.Error(out)
	}
	put(scoresFile, "package\ttried\tcaught\tscore\n.\t3\n")
	if out := sample(1); !strings.Contains(out, "scores.tsv:2: expected 4 columns between tabs, got 2") {
		t.Error(out)
	}
}

// TestEveryPackageHasAScore checks that each package with code and tests has a recorded score, or a reason for none. A new package needs
// one for make test-all, rather than before it is landed.
func TestEveryPackageHasAScore(t *testing.T) {
	t.Chdir("../../..")
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", "{{if and .GoFiles (or .TestGoFiles .XTestGoFiles)}}{{.ImportPath}}{{end}}", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	recorded, err := readScores()
	if err != nil {
		t.Fatal(err)
	}
	missing := map[string]bool{}
	for path := range strings.FieldsSeq(string(out)) {
		_, folder, _ := strings.Cut(path, "/")
		missing[folder] = true
	}
	for _, s := range recorded {
		if !missing[s.folder] {
			t.Errorf("%s has a score of %s, which has no tests, or is listed twice; remove the row", scoresFile, s.folder)
		}
		if s.tried == 0 || s.caught > s.tried || unscored[s.folder] != "" {
			t.Errorf("%s: the row of %s is wrong: %d of %d; record it: make scores SCORES=write OF=%[2]s", scoresFile, s.folder, s.caught, s.tried)
		}
		delete(missing, s.folder)
	}
	for folder := range unscored {
		if !missing[folder] {
			t.Errorf("%s is without a score in score.go, and has no tests; remove it there", folder)
		}
		delete(missing, folder)
	}
	for _, folder := range unmeasured {
		if !missing[folder] && suite.All() {
			t.Errorf("%s is named as unmeasured in score.go, and has a score or no tests; remove it there", folder)
		}
		delete(missing, folder)
	}
	for folder := range missing {
		if !suite.All() {
			break
		}
		t.Errorf("%s has no score; record it: make scores SCORES=write OF=%s", folder, folder)
	}
	if _, err := readEquivalent(); err != nil {
		t.Error(err)
	}
}
