package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// parsedOnly are the commands that TestDocumentedCommands does not run but only parses, with the reason, and a test that runs the
// like, with words from it.
var parsedOnly = []struct {
	line             *regexp.Regexp
	why, test, words string
}{
	{regexp.MustCompile(`^valkyrie demo( --(fault|answer|dir) .*)?$`), "takes half a minute", "functions/valkyrie/testdata/demo.txt", "exits 0 valkyrie demo"},
	{regexp.MustCompile(`^valkyrie try [a-z]`), "builds the code of a fork", "functions/valkyrie/try_test.go", `"try", "misspelt"`},
	{regexp.MustCompile(`^valkyrie (new|rename|remove) `), "changes the tree", "functions/author_test.go", `"bin/valkyrie", "rename", "browse-books"`},
	{regexp.MustCompile(`^valkyrie check`), "examines the journeys that the program was built with", "functions/author_test.go", `"bin/valkyrie", "check"`},
	{regexp.MustCompile(`^valkyrie outages`), "takes minutes", "functions/fork_test.go", `"outages"`},
	{regexp.MustCompile(`^valkyrie drill --store`), "needs a deployed pager", "functions/valkyrie/deployed_test.go", `"drill", "--store", deployedStore`},
	{regexp.MustCompile(`^valkyrie cost --from-history`), "needs a store with runs", "functions/valkyrie/cost_test.go", "took.readHistory("},
	{regexp.MustCompile(`^valkyrie canary`), "waits for runs from several regions", "functions/valkyrie/canary_test.go", `"canary", "us-east-1"`},
	{regexp.MustCompile(`^valkyrie region (pause|resume|remove)`), "needs runs from that region", "functions/valkyrie/region_test.go", `"pause us-east-1 --for 2d"`},
	{regexp.MustCompile(`^valkyrie run .*--lambda`), "needs a deployed probe", "functions/probe/probe_test.go", `"run", "--lambda"`},
	{regexp.MustCompile(`^valkyrie doctor --deployment`), "needs an AWS account", "infra/doctor/deployment_test.go", "doctor.Target{"},
}

// notOurs are the commands of other programs, by the beginning of their line, with the reason why no test runs them.
var notOurs = []struct{ line, why string }{
	{"aws ", "needs an AWS account"},
	{"npm view ", "asks the npm registry"},
	{"curl -fsS -X POST $ADDRESS/", "a test of infra/webhook posts to these addresses"},
	{"curl -fsS -X POST $STANDBY_ADDRESS/", "a test of infra/regions reports at the standby"},
	{"beat_key=$(openssl rand", "keeps a random key"},
	{"curl -X POST http://127.0.0.1:8080/faults/", "testdata/watch.txt posts to this address"},
	{"sam build", "needs AWS SAM"},
	{"sam validate", "needs AWS SAM; make sam-check runs it"},
	{"jq ", "is not on every machine"},
	{"git remote add upstream", "needs the original repository"},
	{"git fetch upstream", "needs the original repository"},
	{"git config merge.ours.driver true", "TestUpgradeKeepsYours of package functions runs it"},
	{"git merge v", "TestUpgradeKeepsYours of package functions merges another version"},
	{"git diff HEAD^", "needs a merge commit"},
	{"git add", "needs a conflict"},
	{"git commit", "needs a conflict"},
	{"git tag -a v", "a release"},
	{"git apply infra/arm64.patch", "a test of infra/template applies it"},
	{"govulncheck ", "fetches a database of vulnerabilities"},
}

// untilInterrupted are the commands that run until Ctrl-C, with the output after which the test interrupts them.
var untilInterrupted = map[string]string{"watch": "Ctrl-C ends it", "shop": "Ctrl-C closes it", "phone": "Ctrl-C"}

// firstCommand are command lines that need another one before them, by the beginning of their line.
var firstCommand = []struct{ line, first string }{
	{"valkyrie oncall override --remove", `valkyrie oncall override --who Grace --from "2026-12-24 09:00" --to "2026-12-27 09:00"`},
	{"valkyrie mute print-card --end", "valkyrie mute print-card"},
	{"valkyrie restore valkyrie-monday.db", "valkyrie backup valkyrie-monday.db"},
	{"valkyrie restore FILE", "valkyrie backup FILE"},
}

// TestDocumentedCommands checks every command line of the documents: make has the target; the program runs the line on one
// machine, against the practice shop, a stored incident and the local stand-ins for AWS; go finds the packages and the tests.
func TestDocumentedCommands(t *testing.T) {
	fixture := newDocsFixture(t)
	commands := documentedCommands(t)
	if len(commands) < 60 {
		t.Fatalf("only %d command lines were found", len(commands))
	}
	for _, c := range commands {
		t.Run(c.String(), func(t *testing.T) {
			switch line := c.String(); {
			case c.words[0] == "make":
				fixture.make(t, c.words[1:])
			case c.words[0] == "valkyrie":
				fixture.valkyrie(t, c)
			case c.words[0] == "go":
				fixture.goCommand(t, c.words[1:])
			case c.words[0] == ".ci/run":
				if info, err := os.Stat("../../.ci/run"); err != nil || info.Mode()&0o111 == 0 {
					t.Errorf("%s: .ci/run cannot be executed: %v", c.file, err)
				}
			case !slices.ContainsFunc(notOurs, func(o struct{ line, why string }) bool { return strings.HasPrefix(line, o.line) }):
				t.Errorf("%s: no test knows the command %q; run it here, or list it in notOurs with a reason", c.file, line)
			}
		})
	}
}
