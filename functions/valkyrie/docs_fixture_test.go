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
	"valkyrie/infra/cloudtest"
	"valkyrie/infra/environ"
	"valkyrie/probes/api"
	"valkyrie/probes/journey"
	"valkyrie/probes/practice"
)

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
	boards := &cloudtest.Dashboards{}
	boards.Put("valkyrie", `{"widgets": [{"type": "metric", "properties": {"view": "timeSeries"}}]}`)
	f.world.Cloud.Serve(lambdatest.Home, cloudtest.CloudWatch, boards)
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
		suite: docsSuite(), self: "valkyrie", stdin: strings.NewReader("yes\n"), stdout: result, stderr: output,
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
		if only.line.MatchString(line) {
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
	case "look":
		for i, a := range all {
			all[i] = strings.Replace(a, practiceSite, f.site, 1)
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
	pattern, kind, found := "", "Test", 0
	if i := slices.Index(args, "-run"); i >= 0 {
		pattern = args[i+1]
	}
	if i := slices.Index(args, "-bench"); i >= 0 {
		pattern, kind = args[i+1], "Benchmark"
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
			for _, m := range regexp.MustCompile(`(?m)^func (`+kind+`\w+)\(`).FindAllSubmatch(text, -1) {
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
