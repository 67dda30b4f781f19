package trial

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"valkyrie/probes/browser"
)

// TestCorrect checks which lines of a file are corrected, and that nothing is where the code leaves it open.
func TestCorrect(t *testing.T) {
	const head = "package probes\n\nimport %s\"valkyrie/probes/browser\"\n\nfunc do(tab *browser.Tab, name string) {\n"
	print, better := browser.Button("Prnt"), browser.Button("Print")
	for name, c := range map[string]struct {
		alias, body string
		line        int // from which the tab was called; the first of the body is 6
		wanted      browser.Locator
		want        string // file:line and the new lines; "": no correction
	}{
		"on the line":                {"", "\ttab.Click(browser.Button(\"Prnt\")) // twice\n\ttab.Click(browser.Button(\"Prnt\"))\n", 6, print, "probes/do.go:6\n\ttab.Click(browser.Button(\"Print\")) // twice"},
		"the second":                 {"", "\ttab.Click(browser.Button(\"Prnt\"))\n\ttab.Click(browser.Button(\"Prnt\"))\n", 7, print, "probes/do.go:7\n\ttab.Click(browser.Button(\"Print\"))"},
		"elsewhere in the file":      {"", "\tb := browser.Button(\"Prnt\")\n\ttab.Click(b)\n", 7, print, "probes/do.go:6\n\tb := browser.Button(\"Print\")"},
		"twice elsewhere":            {"", "\ta := browser.Button(\"Prnt\")\n\tb := browser.Button(\"Prnt\")\n\ttab.Click(b)\n", 8, print, ""},
		"a variable in it":           {"", "\ttab.Click(browser.Button(name))\n", 6, print, ""},
		"two parts and a raw string": {"", "\ttab.Click(browser.Button(\"Pr\" + `nt`))\n", 6, print, "probes/do.go:6\n\ttab.Click(browser.Button(\"Print\"))"},
		"another name of the package": {
			"b ", "\ttab.Click(b.Button(\"Prnt\").Within(b.Text(\"browser.x\")))\n", 6, print.Within(browser.Text("browser.x")),
			"probes/do.go:6\n\ttab.Click(b.Button(\"Print\").Within(b.Text(\"browser.x\")))",
		},
		"a part of a longer one": {"", "\ttab.Click(browser.Button(\"Prnt\").Nth(2))\n", 6, print, ""},
		"the longer one":         {"", "\ttab.Click(browser.Button(\"Prnt\").Nth(2))\n", 6, print.Nth(2), "probes/do.go:6\n\ttab.Click(browser.Button(\"Print\"))"},
		"a function of its own":  {"", "\ttab.Click(button.Button(\"Prnt\"))\n", 6, print, ""},
		"a role and a point":     {"", "\ttab.Click(browser.Role(\"button\", \"Prnt\").At(1, 2.5))\n", 6, browser.Role("button", "Prnt").At(1, 2.5), "probes/do.go:6\n\ttab.Click(browser.Button(\"Print\"))"},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			if err := os.Mkdir(filepath.Join(root, "probes"), 0o755); err != nil {
				t.Fatal(err)
			}
			text := strings.Replace(head, "%s", c.alias, 1) + c.body + "}\n"
			path := filepath.Join(root, "probes", "do.go")
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			to := better
			if c.wanted.Outer != nil {
				to = better.Within(*c.wanted.Outer)
			}
			for _, file := range []string{"valkyrie/probes/do.go", path} { // as with and without -trimpath
				got, ok := Correct(root, []browser.Caller{{File: "valkyrie/probes/missing.go", Line: 3}, {File: file, Line: c.line}}, c.wanted, to)
				if ok != (c.want != "") {
					t.Fatalf("corrected %v: %v", ok, got)
				}
				if first, lines, _ := strings.Cut(c.want, "\n"); ok && (!strings.HasPrefix(got.String(), first+"\n- ") || got.New != lines) {
					t.Errorf("got %s, expected %s", got, c.want)
				}
			}
		})
	}
}
