package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/functions/lambdatest"
	"valkyrie/functions/suite"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/infra/environ"
	infrasuite "valkyrie/infra/suite"
	"valkyrie/probes/api"
	"valkyrie/probes/journey"
	"valkyrie/probes/practice"
)

// parsedOnly are the commands that TestDocumentedCommands does not run but only parses, by the beginning of their line, with
// the reason, and a test that runs the like, with words from it.
var parsedOnly = []struct{ line, why, test, words string }{
	{"valkyrie demo --fault", "takes half a minute", "functions/valkyrie/testdata/demo.txt", "exits 0 valkyrie demo"},
	{"valkyrie demo --answer", "takes half a minute", "functions/valkyrie/testdata/demo.txt", "exits 0 valkyrie demo"},
	{"valkyrie demo --dir", "takes half a minute", "functions/valkyrie/testdata/demo.txt", "exits 0 valkyrie demo"},
	{"valkyrie outages", "takes minutes", "functions/fork_test.go", `"outages"`},
	{"valkyrie drill --store", "needs a deployed pager", "functions/valkyrie/deployed_test.go", `"drill", "--store", deployedStore`},
	{"valkyrie doctor --deployment", "needs an AWS account", "infra/doctor/deployment_test.go", "func TestDeployment"},
}

// notOurs are the commands of other programs, by the beginning of their line, with the reason why no test runs them.
var notOurs = []struct{ line, why string }{
	{"aws ", "needs an AWS account"},
	{"npm view ", "asks the npm registry"},
	{"curl -fsS -X POST $ADDRESS/", "TestBeats of infra/webhook posts to these addresses"},
	{"curl -X POST http://127.0.0.1:8080/faults/", "testdata/watch.txt posts to this address"},
	{"sam build", "needs AWS SAM"},
	{"jq ", "is not on every machine"},
	{"git remote add upstream", "needs the original repository"},
	{"git fetch upstream", "needs the original repository"},
	{"git merge v", "needs a newer version"},
	{"git checkout --ours ", "needs a merge with a conflict"},
	{"git diff HEAD...MERGE_HEAD", "needs a merge with a conflict"},
	{"git tag -a v", "a release"},
	{"git apply infra/arm64.patch", "TestARM64 of infra/template applies it"},
	{"govulncheck ", "fetches a database of vulnerabilities"},
}

// untilInterrupted are the commands that run until Ctrl-C, with the output after which the test interrupts them.
var untilInterrupted = map[string]string{"watch": "Ctrl-C ends it", "shop": "Ctrl-C closes it", "phone": "Ctrl-C"}

// firstCommand are command lines that need another one before them, by the beginning of their line.
var firstCommand = []struct{ line, first string }{
	{"valkyrie oncall override --remove", `valkyrie oncall override --who Grace --from "2026-12-24 09:00" --to "2026-12-27 09:00"`},
	{"valkyrie mute print-card --end", "valkyrie mute print-card"},
}

// TestDocumentedCommands checks every command line of the documents: make has the target; the program runs the line on one
// machine, against the practice shop, a stored incident and the local stand-ins for AWS; go finds the packages and the tests.
func TestDocumentedCommands(t *testing.T) {
	infrasuite.Core(t)
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

// A docsFixture is what the documented commands meet: a practice shop, a cloud, and a folder of its own for each.
type docsFixture struct {
	site  string
	world *lambdatest.World
	root  string
	now   time.Time // before the dates of the documents, so that they lie ahead
}

func newDocsFixture(t *testing.T) *docsFixture {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	f := &docsFixture{world: signIn(t), root: root, now: time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)}
	f.site = f.world.Site
	f.world.Cloud.Function(lambdatest.Home, lambdatest.Pager, func([]byte) {}) // which ack and resolve wake
	t.Setenv("AWS_REGION", lambdatest.Home)
	f.world.Cloud.Parameter("/valkyrie/phone/"+environ.BeatKey, "docs")
	return f
}

// folder returns a folder with the files that the documents name.
func (f *docsFixture) folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "alerts"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"alerts/alerts.yaml": rotaFile, "stricter.yaml": rotaFile, "two-bad-days.yaml": "- {fault: workers-down, from: 9h, for: 3h}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// docsSuite are the journeys that the documents name: print-card is the real one, and the others only ask for the front page, to save
// time. TestExample of probes/practice runs the README's browse-catalogue.
func docsSuite() suite.Suite {
	frontPage := func(name string) func() journey.Journey {
		return func() journey.Journey {
			client := api.NewClient()
			return journey.Journey{Name: name, Title: name, Uses: client, Steps: []journey.Step{
				{Name: "open the shop", Limit: 10 * time.Second, Do: func(*journey.T) { client.Get("/").Expect(200) }},
			}}
		}
	}
	return suite.Suite{Journeys: []func() journey.Journey{practice.PrintCard, frontPage("create-order"), frontPage("browse-catalogue")}, Alerts: []byte(rotaFile)}
}

// program returns the program with the practice shop's account, a key of heartbeats, the pinned Chrome and the fixture's clock.
func (f *docsFixture) program(output *watchedOutput, result *bytes.Buffer) *program {
	env := map[string]string{"VALKYRIE_SECRET_BEAT_KEY": "docs"}
	for _, pair := range programEnv {
		name, value, _ := strings.Cut(pair, "=")
		env[name] = value
	}
	return &program{
		suite: docsSuite(), self: "valkyrie", stdout: result, stderr: output,
		getenv: func(name string) string { return env[name] }, timeNow: func() time.Time { return f.now },
	}
}

// valkyrie runs a command line of the program, or parses it where parsedOnly lists it.
func (f *docsFixture) valkyrie(t *testing.T, c documentedCommand) {
	args, line := c.words[1:], c.String()
	output := &watchedOutput{want: "\x00"}
	p := f.program(output, &bytes.Buffer{})
	if _, _, err := p.app().Parse(f.placeholders(args, "3f2a")); err != nil {
		t.Fatalf("%s: %v", c.file, err)
	}
	if c.named {
		return
	}
	for _, only := range parsedOnly {
		if strings.HasPrefix(line, only.line) {
			if text, err := os.ReadFile(filepath.Join(f.root, only.test)); err != nil || !strings.Contains(string(text), only.words) {
				t.Errorf("%s %s, and %s does not run it: %q is not there, %v", line, only.why, only.test, only.words, err)
			}
			return
		}
	}
	t.Chdir(f.folder(t))
	handle := ""
	if args[0] != "drill" { // which is refused during an incident
		open := openIncident(t, ".", f.now.Add(-time.Minute))
		f.openInTable(t, open)
		handle = open.Short()
	}
	for _, w := range firstCommand {
		if strings.HasPrefix(line, w.line) {
			f.run(t, shellCommands(w.first)[0][1:])
		}
	}
	f.run(t, f.placeholders(args, handle))
}

// run runs the program in the current folder. It must end with 0.
func (f *docsFixture) run(t *testing.T, args []string) {
	t.Helper()
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	output := &watchedOutput{want: "\x00"}
	if until, ok := untilInterrupted[args[0]]; ok {
		output.want, output.then = until, interrupt
	}
	var result bytes.Buffer
	if code := f.program(output, &result).run(ctx, args); code != cli.ExitOK {
		t.Errorf("%q: exit code %d\n%s%s", args, code, result.String(), output)
	}
}

// placeholders replaces what the documents name by what there is here: the handle, the sites, the addresses of servers.
func (f *docsFixture) placeholders(args []string, handle string) (all []string) {
	replace := strings.NewReplacer(
		"https://shop.example.com", f.site, "https://staging.example.com", f.site, "region=eu-central-1", "region="+lambdatest.Home, "REGION", lambdatest.Home, "COMMAND", "run",
	)
	for _, a := range args {
		if slices.Contains([]string{"3f2a", "c9c0"}, a) {
			a = handle
		}
		all = append(all, replace.Replace(a))
	}
	switch all[0] {
	case "run", "watch":
		if !slices.Contains(all, "--site") && !slices.Contains(all, "-h") {
			all = append(all, "--site", f.site)
		}
	case "shop", "phone":
		if i := slices.Index(all, "--addr"); i > 0 {
			all = slices.Delete(all, i, i+2)
		}
		all = append(all, "--addr", "127.0.0.1:0")
	}
	return all
}

// openInTable opens the incident in the deployment's table too.
func (f *docsFixture) openInTable(t *testing.T, i incident.Incident) {
	t.Helper()
	table := f.world.Tables[lambdatest.Home]
	item, err := table.Item(t.Context(), "ROUTE#default")
	if err != nil {
		t.Fatal(err)
	}
	item.Key, item.Data = "ROUTE#default", []byte(`{"incidents": [`+jsonOf(t, i)+`]}`)
	if err := table.PutItem(t.Context(), item); err != nil {
		t.Fatal(err)
	}
	if err := table.PutIncident(t.Context(), incident.Record{Incident: i}); err != nil {
		t.Fatal(err)
	}
}

// make checks that make has the targets, without running them; `make help` is run.
func (f *docsFixture) make(t *testing.T, args []string) {
	if args[0] != "help" {
		args = append([]string{"--dry-run"}, args...)
	}
	cmd := exec.Command("make", args...)
	cmd.Dir = f.root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("make %q: %v\n%s", args, err, out)
	}
}

// goCommand checks that the packages of a go command exist, and the tests that its -run names.
func (f *docsFixture) goCommand(t *testing.T, args []string) {
	pattern, found := "", 0
	if i := slices.Index(args, "-run"); i >= 0 {
		pattern = args[i+1]
	}
	for _, arg := range args {
		dir, ok := strings.CutPrefix(arg, "./")
		if !ok || dir == "..." {
			continue
		}
		files, err := filepath.Glob(filepath.Join(f.root, dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Errorf("there is no package %s: %v", arg, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllSubmatch(text, -1) {
				if regexp.MustCompile(pattern).Match(m[1]) {
					found++
				}
			}
		}
	}
	if slices.Contains(args, "test") && found == 0 {
		t.Errorf("go %q runs no test", args)
	}
}
