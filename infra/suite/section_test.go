package suite_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"valkyrie/infra/suite"
)

// recorder takes the faults that a helper reports to its test.
type recorder struct {
	testing.TB
	faults []string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, _ ...any) { r.faults = append(r.faults, format) }

func TestSection(t *testing.T) {
	file := filepath.Join(t.TempDir(), "README.md")
	if err := os.WriteFile(file, []byte("a\n<!-- begin verbs -->\nold\n<!-- end verbs -->\nb\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("VALKYRIE_DOCS", "")
	drifted := &recorder{TB: t}
	if suite.Section(drifted, file, "verbs", "new"); len(drifted.faults) != 1 || !strings.Contains(drifted.faults[0], "make docs") {
		t.Errorf("a section that has drifted: %q", drifted.faults)
	}
	t.Setenv("VALKYRIE_DOCS", "write")
	suite.Section(t, file, "verbs", "new")
	t.Setenv("VALKYRIE_DOCS", "")
	suite.Section(t, file, "verbs", "new")
	got, err := os.ReadFile(file)
	if want := "a\n<!-- begin verbs -->\nnew\n<!-- end verbs -->\nb\n"; err != nil || string(got) != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

func (r *recorder) Logf(string, ...any) {}

func (r *recorder) Fatalf(format string, args ...any) {
	r.faults = append(r.faults, fmt.Sprintf(format, args...))
	runtime.Goexit()
}

// TestGolden checks that each line that differs is a fault, with its place, and that writing is a choice.
func TestGolden(t *testing.T) {
	file := filepath.Join(t.TempDir(), "out.txt")
	t.Setenv("VALKYRIE_GOLDEN", "")
	faults := func(got string) int {
		r := &recorder{TB: t}
		var done sync.WaitGroup
		done.Go(func() { suite.Golden(r, file, got) })
		done.Wait()
		return len(r.faults)
	}
	if n := faults("a\n"); n != 1 {
		t.Errorf("without a file: %d faults", n)
	}
	t.Setenv("VALKYRIE_GOLDEN", "write")
	if n := faults("a\nb\nc\n"); n != 0 {
		t.Errorf("writing: %d faults", n)
	}
	t.Setenv("VALKYRIE_GOLDEN", "")
	for got, want := range map[string]int{"a\nb\nc\n": 0, "a\nB\nc\n": 1, "a\nb\n": 2, "a\nb\nc\nd\n": 2, "A\nB\nC\n": 3, strings.Repeat("x\n", 30): 10} {
		if n := faults(got); n != want {
			t.Errorf("%q: %d faults, want %d", got, n, want)
		}
	}
}
