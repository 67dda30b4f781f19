package suite

import (
	"os"
	"strings"
	"testing"
)

// Golden compares a test's whole output with a file of testdata. With VALKYRIE_GOLDEN=write it writes the file instead: read the changes
// before you commit them, as no program knows whether they are right.
func Golden(tb testing.TB, file, got string) {
	tb.Helper()
	if os.Getenv(goldenEnv) == "write" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			tb.Fatal(err)
		}
		return
	}
	text, err := os.ReadFile(file)
	if err != nil {
		tb.Fatalf("%v; write it: %s=write go test -run '^%s$'", err, goldenEnv, tb.Name())
	}
	if string(text) == got {
		return
	}
	want, lines := strings.Split(string(text), "\n"), strings.Split(got, "\n")
	shown := 0
	for n := range max(len(want), len(lines)) {
		at := func(all []string) string {
			if n < len(all) {
				return all[n]
			}
			return "(the end)"
		}
		if at(want) == at(lines) {
			continue
		}
		const most = 10
		if shown++; shown > most {
			break
		}
		tb.Errorf("%s:%d:\nwant %s\ngot  %s", file, n+1, at(want), at(lines))
	}
	tb.Logf("where it is right, write it, and read what has changed: %s=write go test -run '^%s$'", goldenEnv, tb.Name())
}
