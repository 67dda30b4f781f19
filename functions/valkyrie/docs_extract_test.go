package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// documents are those whose command lines TestDocumentedCommands checks, relative to the root.
var documents = []string{"README.md", "CONTRIBUTING.md", "SECURITY.md", "probes/README.md", "alerts/README.md", "infra/README.md", "functions/README.md"}

// A documentedCommand is a command line of a document.
type documentedCommand struct {
	file  string
	words []string
	named bool // a command that the prose only names, such as `valkyrie watch`
}

func (c documentedCommand) String() string { return strings.Join(c.words, " ") }

// programs are what a line or a piece of inline code begins with that is a command line. In a block of sh, each line is one.
var programs = []string{"make", "valkyrie", "bin/valkyrie", "go", "git", "aws", "sam", "npm", "curl", "docker", "openssl", "govulncheck", ".ci/run"}

// documentedCommands lists the command lines of the documents, each once.
func documentedCommands(t *testing.T) (all []documentedCommand) {
	t.Helper()
	seen := map[string]bool{}
	for _, file := range documents {
		text, err := os.ReadFile(filepath.Join("../..", file))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range commandsIn(file, string(text)) {
			if !seen[c.String()] {
				all, seen[c.String()] = append(all, c), true
			}
		}
	}
	return all
}

var (
	fence      = regexp.MustCompile("^ *```(\\w*)")
	inlineCode = regexp.MustCompile("`([^`]+)`")
)

// commandsIn lists the command lines in the text of a document: in its code blocks and in its inline code.
func commandsIn(file, text string) (all []documentedCommand) {
	add := func(script string, every, inline bool) {
		for _, words := range shellCommands(script) {
			if every || slices.Contains(programs, words[0]) {
				words = withoutPath(words)
				named := inline && len(words) == 2 && words[0] == "valkyrie"
				if len(words) > 1 || words[0] == ".ci/run" || every {
					all = append(all, documentedCommand{file, words, named})
				}
			}
		}
	}
	var prose strings.Builder // in which inline code may go on in the next line
	block, language := false, ""
	for line := range strings.Lines(strings.ReplaceAll(text, "\\\n", "\\\x00")) {
		line = strings.ReplaceAll(strings.TrimSuffix(line, "\n"), "\\\x00", "\\\n")
		switch m := fence.FindStringSubmatch(line); {
		case m != nil:
			block, language = !block, m[1]
		case block && language == "sh":
			add(line, true, false)
		case block && language == "", !block && strings.HasPrefix(line, "    "):
			add(line, false, false)
		case !block:
			prose.WriteString(line + "\n")
		}
	}
	for _, m := range inlineCode.FindAllStringSubmatch(prose.String(), -1) {
		add(strings.Join(strings.Fields(m[1]), " "), false, true)
	}
	return all
}

// withoutPath replaces the ways to start the program by its name.
func withoutPath(words []string) []string {
	switch {
	case words[0] == "bin/valkyrie":
		return append([]string{"valkyrie"}, words[1:]...)
	case len(words) > 2 && strings.Join(words[:3], " ") == "go run ./functions/valkyrie":
		return append([]string{"valkyrie"}, words[3:]...)
	}
	return words
}

// TestCommandsIn checks that command lines are found in each kind of code, and that output is none.
func TestCommandsIn(t *testing.T) {
	var got []string
	for _, c := range commandsIn("x.md", strings.Join([]string{
		"Type `make demo`, `bin/valkyrie run a", "--site x`, not `valkyrie` or `probes/`; see `valkyrie watch`.",
		"```sh", "for r in a b; do", "  aws ssm x \\", "    --y", "done", "go run ./functions/valkyrie shop &   # until Ctrl-C", "```",
		"```", "make it so", "usage: valkyrie run", "  valkyrie history --format json | jq .x", "```",
		"```go", "make(x, y)", "```", "", "    git merge v1",
	}, "\n")) {
		line := c.String()
		if c.named {
			line += " (named)"
		}
		got = append(got, line)
	}
	want := []string{
		"aws ssm x --y", "valkyrie shop", "make it so", "valkyrie history --format json", "git merge v1", "make demo", "valkyrie run a --site x", "valkyrie watch (named)",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
