package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"valkyrie/functions/lambdatest"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/probes/journey"
)

// TestHelp: requested help goes to stdout with exit code 0, has examples, and fits into 100 columns.
func TestHelp(t *testing.T) {
	checkHelp := func(about, text string) {
		for line := range strings.Lines(text) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 100 {
				t.Errorf("%s: %d columns: %s", about, n, line)
			}
		}
		if strings.Contains(text, "(default false)") {
			t.Errorf("%s shows the default of a switch:\n%s", about, text)
		}
	}
	overview, errs, code := typed(t, "", "help")
	if code != cli.ExitOK || errs != "" {
		t.Errorf("help: exit code %d, stderr %q", code, errs)
	}
	checkHelp("help", overview)
	for _, c := range (&program{suite: lambdatest.Practice()}).app().Commands {
		out, errs, code := typed(t, "", c.Name, "-h")
		if code != cli.ExitOK || errs != "" {
			t.Errorf("%s -h: exit code %d, stderr %q", c.Name, code, errs)
		}
		checkHelp(c.Name, out)
		if _, examples, _ := strings.Cut(out, "\nexamples:\n"); !strings.Contains(examples, "  valkyrie "+c.Name) {
			t.Errorf("%s has no example:\n%s", c.Name, out)
		}
		if other, _, _ := typed(t, "", "help", c.Name); other != out {
			t.Errorf("help %s differs from %[1]s -h:\n%s", c.Name, other)
		}
		if !strings.Contains(overview, "  valkyrie "+c.Name+" ") {
			t.Errorf("the overview lacks %s", c.Name)
		}
	}
}

// TestExamples parses every example of the help, without running it.
func TestExamples(t *testing.T) {
	app := (&program{suite: lambdatest.Practice()}).app()
	for _, c := range app.Commands {
		found := false
		for _, args := range commandLines(strings.Join(c.Examples, "\n")) {
			found = found || args[0] == c.Name
			if _, _, err := app.Parse(args); err != nil {
				t.Errorf("%s: example %q: %v", c.Name, args, err)
			}
		}
		if !found {
			t.Errorf("%s has no example of itself in %q", c.Name, c.Examples)
		}
	}
}

// shellToken is one token of the shell lines in the examples: a comment, an operator, a redirection, or a word.
var shellToken = regexp.MustCompile(`(?:^|\s)#[^\n]*|\\\n|[|;&\n]|>\s*\S+|(?:"[^"]*"|'[^']*'|[^\s"'|;&>])+`)

// commandLines returns the arguments of every valkyrie command in a shell script.
func commandLines(script string) (all [][]string) {
	for _, words := range shellCommands(script) {
		if len(words) > 1 && words[0] == "valkyrie" {
			all = append(all, words[1:])
		}
	}
	return all
}

// shellCommands returns the words of every command in a shell script, without settings of variables and loops.
func shellCommands(script string) (all [][]string) {
	var words []string
	flush := func() {
		for len(words) > 0 && (words[0] == "do" || regexp.MustCompile(`^[A-Z_]+=`).MatchString(words[0])) {
			words = words[1:]
		}
		if len(words) > 0 && words[0] != "for" && words[0] != "done" {
			all = append(all, words)
		}
		words = nil
	}
	for _, token := range shellToken.FindAllString(script, -1) {
		switch {
		case strings.HasPrefix(strings.TrimSpace(token), "#"), token == "\\\n", token[0] == '>':
		case strings.ContainsAny(token[:1], "|;&\n"):
			flush()
		default:
			words = append(words, strings.NewReplacer(`"`, "", "'", "").Replace(token))
		}
	}
	flush()
	return all
}

func TestCommandLines(t *testing.T) {
	got := commandLines("valkyrie shop &   # a \"shop\"\nA_B='x y' valkyrie mute all --for \"2 h\" | jq .x > y\nB=c \\\n  valkyrie run # the\ncurl valkyrie; valkyrie watch")
	want := [][]string{{"shop"}, {"mute", "all", "--for", "2 h"}, {"run"}, {"watch"}}
	if g, w := jsonOf(t, got), jsonOf(t, want); g != w {
		t.Errorf("got %s, want %s", g, w)
	}
}

// TestSuggestions: a mistyped command, flag, fault or journey is a usage error with the name that was probably meant.
func TestSuggestions(t *testing.T) {
	dir := t.TempDir()
	if _, errs, code := typed(t, dir, "mark", "v1", "--db", "DIR/valkyrie.db"); code != cli.ExitOK {
		t.Fatal(errs)
	}
	for _, c := range []struct{ args, want string }{
		{"rnu", `there is no command "rnu", did you mean "run"? there are: demo, run, `},
		{"help hsitory", `there is no command "hsitory", did you mean "history"? `},
		{"run --retyr", `there is no flag --retyr, did you mean --retry?` + "\n" + `run "valkyrie run -h" for its flags`},
		{"run -retyr", `there is no flag --retyr, did you mean --retry?`},
		{"demo --fault worker-down", `--fault "worker-down", did you mean "workers-down"?: expected one of `},
		{"shop --fault worker-down", `unknown fault "worker-down", did you mean "workers-down"? `},
		{"outages workers-dwon", `there is no outage "workers-dwon", did you mean "workers-down"? there are: `},
		{"run print-crad", `there is no journey "print-crad", did you mean "print-card"? there are: `},
		{"mute print-crad", `there is no journey or batch "print-crad", did you mean "print-card"? there are: `},
		{"mark v2 --journey print-crad", `there is no journey "print-crad", did you mean "print-card"? there are: `},
		{"history print-crad --db DIR/valkyrie.db", `there is no journey "print-crad", did you mean "print-card"? there are: `},
		{"replay print-crad --db DIR/valkyrie.db --policy ../../alerts/example.yaml", `there is no journey "print-crad", did you mean "print-card"? there are: `},
		{"replay print-crad --practice --policy ../../alerts/example.yaml", `there is no journey "print-crad", did you mean "print-card"? there are: `},
	} {
		out, errs, code := typed(t, dir, strings.Fields(c.args)...)
		if code != cli.ExitUsage || out != "" || !strings.HasPrefix(errs, "valkyrie: "+c.want) {
			t.Errorf("%s: exit code %d, stdout %q, stderr %q, want %q", c.args, code, out, errs, c.want)
		}
	}
}

// TestUnlistedJourney: the error for a journey that resembles none of the listed ones names the file that lists them.
func TestUnlistedJourney(t *testing.T) {
	dir := t.TempDir()
	if _, errs, code := typed(t, dir, "mark", "v1", "--db", "DIR/valkyrie.db"); code != cli.ExitOK {
		t.Fatal(errs)
	}
	for _, args := range []string{
		"run invoice", "mark v2 --journey invoice", "history invoice --db DIR/valkyrie.db",
		"replay invoice --db DIR/valkyrie.db --policy ../../alerts/example.yaml", "replay invoice --practice --policy ../../alerts/example.yaml",
	} {
		_, errs, code := typed(t, dir, strings.Fields(args)...)
		if code != cli.ExitUsage || !strings.HasPrefix(errs, `valkyrie: there is no journey "invoice"; there are: print-card, `) || !strings.HasSuffix(errs, "; list it in probes/probes.go, and build this program again\n") {
			t.Errorf("%s: exit code %d, stderr %q; expected the cure to list it in probes/probes.go", args, code, errs)
		}
	}
}

// TestExitCodes: each exit code has its cause, and each error goes to stderr.
func TestExitCodes(t *testing.T) {
	run := func(o journey.Outcome) journey.Run { return journey.Run{Outcome: o} }
	for _, c := range []struct {
		about string
		runs  []journey.Run
		want  int
	}{
		{"passed and slow", []journey.Run{run(journey.Passed), run(journey.Slow)}, cli.ExitOK},
		{"failed", []journey.Run{run(journey.Passed), run(journey.Failed)}, cli.ExitFailed},
		{"broken", []journey.Run{run(journey.Broken), run(journey.Passed)}, cli.ExitBroken},
		{"failed after broken", []journey.Run{run(journey.Broken), run(journey.Failed)}, cli.ExitFailed},
	} {
		var out bytes.Buffer
		app := (&program{suite: lambdatest.Practice(), stdout: &out, stderr: &out}).app()
		if code := app.Report(verdict(c.runs)); code != c.want || out.Len() > 0 {
			t.Errorf("%s: exit code %d, want %d; printed %q", c.about, code, c.want, out.String())
		}
	}
	for _, c := range []struct {
		args string
		want int
	}{
		{"", cli.ExitUsage},
		{"run --site shop.example.com", cli.ExitUsage},
		{"history --since 7days", cli.ExitUsage},
		{"run --site http://127.0.0.1:2", cli.ExitBroken}, // its CHROME does not exist
	} {
		var out, errs bytes.Buffer
		p := &program{suite: lambdatest.Practice(), stdout: &out, stderr: &errs, getenv: func(name string) string { return map[string]string{"CHROME": "/nowhere/chrome"}[name] }}
		if code := p.run(t.Context(), strings.Fields(c.args)); code != c.want || out.Len() > 0 || errs.Len() == 0 {
			t.Errorf("%q: exit code %d, want %d; stdout %q, stderr %q", c.args, code, c.want, out.String(), errs.String())
		}
	}
}
