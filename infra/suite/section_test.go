package suite_test

import (
	"os"
	"path/filepath"
	"strings"
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
