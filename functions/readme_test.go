package functions_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestReadmeExample: the journey that the README shows is the one that a test in probes runs.
func TestReadmeExample(t *testing.T) {
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(read(t, "../README.md"), -1)
	if len(blocks) != 1 {
		t.Fatalf("%d blocks of Go in the README, want 1", len(blocks))
	}
	if !strings.Contains(read(t, "../probes/practice/example_test.go"), blocks[0][1]) {
		t.Error("the README's journey is not the one in probes/practice/example_test.go")
	}
}

// TestReadmeCommands: every command and flag that the README names is one that the program has, every make target is
// there, and so is every folder.
func TestReadmeCommands(t *testing.T) {
	readme := read(t, "../README.md")
	program := ""
	files, err := filepath.Glob("valkyrie/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !strings.HasSuffix(file, "_test.go") {
			program += read(t, file)
		}
	}
	lines := regexp.MustCompile(`valkyrie (demo|run|watch|history|incidents|replay|oncall|mute|vcard|shop|phone|cost|doctor|outages|ack|resolve|drill|heartbeats|mark|status)\b([^\n`+"`"+`]*)`).FindAllStringSubmatch(readme, -1)
	if len(lines) < 10 {
		t.Fatalf("only %d commands were found in the README", len(lines))
	}
	for _, l := range lines {
		if !strings.Contains(program, `Name: "`+l[1]+`"`) {
			t.Errorf("there is no command %q", l[1])
		}
		for _, f := range regexp.MustCompile(`--([a-z]+)`).FindAllStringSubmatch(l[2], -1) {
			if !strings.Contains(program, `"`+f[1]+`"`) {
				t.Errorf("%s: there is no flag --%s", l[0], f[1])
			}
		}
	}
	makefile := read(t, "../Makefile")
	for _, m := range regexp.MustCompile(`(?m)^make ([a-z]+)`).FindAllStringSubmatch(readme, -1) {
		if !strings.Contains(makefile, "\n"+m[1]+":") {
			t.Errorf("there is no target %q", m[1])
		}
	}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z/]+)/` \\|").FindAllStringSubmatch(readme, -1) {
		if info, err := os.Stat("../" + m[1]); err != nil || !info.IsDir() {
			t.Errorf("there is no folder %s", m[1])
		}
	}
}
