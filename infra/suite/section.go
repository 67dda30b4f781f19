package suite

import (
	"os"
	"strings"
	"testing"
)

// Section checks that a document has text between the marks "<!-- begin NAME -->" and "<!-- end NAME -->". With VALKYRIE_DOCS=write,
// which `make docs` sets, it writes the text there instead. It keeps generated text from drifting from the code.
func Section(t testing.TB, file, name, text string) {
	t.Helper()
	document, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	begin, end := "<!-- begin "+name+" -->\n", "<!-- end "+name+" -->"
	before, rest, begins := strings.Cut(string(document), begin)
	present, after, ends := strings.Cut(rest, end)
	if !begins || !ends {
		t.Fatalf("%s: expected the marks %q and %q", file, strings.TrimSpace(begin), end)
	}
	text = strings.TrimSpace(text) + "\n"
	switch {
	case present == text:
	case os.Getenv("VALKYRIE_DOCS") == "write":
		if err := os.WriteFile(file, []byte(before+begin+text+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s: the section %q has drifted from the code; run \"make docs\"", file, name)
	}
}
