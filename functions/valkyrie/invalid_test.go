package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestInvalidAlerts runs the program with each invalid on-call file, which ends with the error that it must cause.
func TestInvalidAlerts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../testdata/invalid-*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	here := newWorkspace(t)
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(strings.TrimSuffix(strings.TrimPrefix(name, "invalid-"), ".yaml"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(here.dir, name), text, 0o600); err != nil {
				t.Fatal(err)
			}
			_, expected, _ := strings.Cut(string(text), "\n# valkyrie says:\n# ")
			want := "valkyrie: " + strings.ReplaceAll(expected, "\n# ", "\n")
			watch := here.start(t, "watch", "--alerts", name)
			code, _, err := watch.wait(time.Now())
			if err != nil {
				t.Fatal(err)
			}
			if got := watch.stderr.String(); code != 2 || got != want || watch.stdout.String() != "" {
				t.Errorf("exit code %d, want 2; it printed:\n%swant:\n%s", code, got, want)
			}
		})
	}
}
