package main

import (
	"fmt"
	"strings"
	"testing"

	"valkyrie/functions/valkyrie/cli"
	"valkyrie/infra/suite"
)

// TestReference checks that ../README.md has the help of every command, as the program prints it, and the exit codes.
func TestReference(t *testing.T) {
	var b strings.Builder
	commands := (&program{}).app().Commands
	b.WriteString("| command | what it does |\n|---|---|\n")
	for _, c := range commands {
		fmt.Fprintf(&b, "| [`valkyrie %s`](#valkyrie-%[1]s) | %s |\n", c.Name, c.Summary)
	}
	for _, c := range commands {
		help, errs, code := typed(t, "", c.Name, "-h")
		if code != cli.ExitOK {
			t.Fatalf("%s -h: exit code %d, %s", c.Name, code, errs)
		}
		fmt.Fprintf(&b, "\n### valkyrie %s\n\n```\n%s\n```\n", c.Name, strings.TrimSpace(help))
	}
	suite.Section(t, "../README.md", "commands", b.String())

	b.Reset()
	b.WriteString("| exit code | meaning |\n|---|---|\n")
	for _, e := range cli.ExitCodes {
		fmt.Fprintf(&b, "| %d | %s |\n", e.Code, e.Meaning)
	}
	suite.Section(t, "../README.md", "exit codes", b.String())
}
