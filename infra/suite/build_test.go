package suite

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestBuildIsNeverStale: a command that changed since it was built last is built again.
func TestBuildIsNeverStale(t *testing.T) {
	shared := folder
	folder = t.TempDir()
	defer func() { folder = shared }()
	module := t.TempDir()
	t.Chdir(module)
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(module, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module example.com/greet\n\ngo 1.26\n")
	says := func() string {
		path := filepath.Join(t.TempDir(), "greet")
		if err := Build(t.Context(), "greet", path, "."); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), path).CombinedOutput()
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	for _, want := range []string{"hello", "hello", "good bye"} {
		write("main.go", "package main\n\nimport \"os\"\n\nfunc main() { _, _ = os.Stdout.WriteString(\""+want+"\") }\n")
		if got := says(); got != want {
			t.Errorf("the command says %q, want %q", got, want)
		}
	}
}
