package functions_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// forkProbes is a fork's journey with its secret.
const forkProbes = `// Package probes lists the journeys of Ada's library.
package probes

import (
	"net/http"
	"time"

	"valkyrie/probes/api"
	"valkyrie/probes/journey"
)

var All = []func() journey.Journey{BorrowBook}

// BorrowBook borrows a book through the library's API.
func BorrowBook() journey.Journey {
	client := api.NewClient()
	return journey.Journey{
		Name: "borrow-book", Title: "ein Buch ausleihen", Uses: client, Secrets: []string{"library-card"}, Every: 5 * time.Minute,
		Steps: []journey.Step{
			{Name: "borrow a book", Slow: time.Second, Limit: 5 * time.Second, Do: func(t *journey.T) {
				client.Post("/loans", map[string]string{"card": t.Secret("library-card")}).Expect(http.StatusCreated)
			}},
		},
	}
}

// A Place is what is told to nobody, as somebody tells whoever asks what it is.
type Place struct{}
`

// forkAlerts is the fork's on-call file.
const forkAlerts = `
judge:
  journeys:
    borrow-book: {failures_in_a_row: 3}
on_call:
  people:
    - {name: Linus, phone: "+12025550155"}
  escalation: [Linus]
phone:
  from: "+12025550100"
`

// forkSchedules are the fork's schedules in template.yaml.
const forkSchedules = `      Events:
        # begin schedules
        BorrowBook:
          Type: ScheduleV2
          Properties:
            Name: borrow-book
            GroupName: !Ref Group
            ScheduleExpression: rate(5 minutes)
            State: !Ref Schedules
            Input: '{"journey":"borrow-book","slot":"<aws.scheduler.scheduled-time>","every":"5 minutes"}'
            RoleArn: !GetAtt ScheduleRole.Arn
            RetryPolicy: {MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 3}
            DeadLetterConfig: {Arn: !GetAtt DeadLetters.Arn}
        # end schedules
`

// forkSamconfig deploys the fork to one region.
const forkSamconfig = `version = 0.1

[home.global.parameters]
stack_name = "library"
region = "eu-north-1"

[home.deploy.parameters]
resolve_s3 = true
capabilities = "CAPABILITY_IAM"
parameter_overrides = [
  "SiteUrl=https://library.example.com",
  "HomeRegion=eu-north-1",
  "ProbeRegions=eu-north-1",
  "TwilioAccountSid=AC00000000000000000000000000000000",
]
`

// TestFork: in a copy of the tree in which a user has edited only the user's files, vet passes, the tests that validate the
// configuration pass, no rule of style judges the user's journeys, and the demo still plays the practice shop's scenario. The scenario of the outages takes minutes, so
// only make test-all plays it.
func TestFork(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the whole tree")
	}
	f := fork{t, t.TempDir()}
	f.copyTree()
	f.write("probes/probes.go", forkProbes)
	f.write("alerts/alerts.yaml", forkAlerts)
	f.write("samconfig.toml", forkSamconfig)
	f.replaceSchedules()

	f.run("go", "vet", "./...")
	for n := range 30 {
		f.write(fmt.Sprintf("probes/more%d.go", n), "package probes\n"+strings.Repeat("\n// What is told: nobody tells somebody what is what, and whoever is told what was told tells nobody what it was.\n", 20))
	}
	f.run("go", "test", "-vet=off", "./functions", "./infra/template", "-run", "TestYour|TestTemplate|TestOverrides|TestTimeout") // as CONTRIBUTING.md has it
	f.run("go", "test", "-vet=off", "./functions", "-run", "^(TestPlainEnglish|TestFolderSizes|TestTypeNames|TestImportArrows|TestLinkedLibraries)$")
	f.run("go", "test", "./infra/template", "-run", "^(TestTemplate|TestPlanted|TestOverrides|TestSamconfig|TestTimeout|TestCost|TestGuide|TestARM64)$")
	f.run("go", "build", "-o", "bin/valkyrie", "./functions/valkyrie")
	if out := f.run("bin/valkyrie", "demo"); !strings.Contains(out, "print-card") || strings.Contains(out, "borrow-book") || strings.Contains(out, "Linus") {
		t.Errorf("the demo does not play the practice shop's scenario:\n%s", out)
	}
	if os.Getenv("VALKYRIE_TESTS") != "all" {
		return
	}
	if out := f.run("bin/valkyrie", "outages", "workers-down"); !strings.Contains(out, "1 scenarios: 0 wrongly told, 0 missed") {
		t.Errorf("the outage is not noticed:\n%s", out)
	}
}

// replaceSchedules gives the template the fork's schedules.
func (f fork) replaceSchedules() {
	f.t.Helper()
	template := f.read("template.yaml")
	schedules := regexp.MustCompile(`(?s)(\n  Probe:\n.*?\n)      Events:\n.*?\n\n`)
	if !schedules.MatchString(template) {
		f.t.Fatal("template.yaml: expected the schedules of the journeys under Probe: Events, got none")
	}
	f.write("template.yaml", schedules.ReplaceAllString(template, "${1}"+strings.ReplaceAll(forkSchedules, "$", "$$")+"\n"))
}

// A fork is a copy of the tree.
type fork struct {
	t   *testing.T
	dir string
}

// copyTree copies the files that git tracks.
func (f fork) copyTree() {
	f.t.Helper()
	cmd := exec.Command("git", "ls-files", "-z")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		f.t.Fatalf("list the files of the tree: %v; run the test in a clone", err)
	}
	for _, name := range strings.Split(strings.TrimRight(string(out), "\x00"), "\x00") {
		from := filepath.Join("..", name)
		info, err := os.Stat(from)
		if os.IsNotExist(err) {
			continue // removed, but not committed
		}
		if err != nil {
			f.t.Fatal(err)
		}
		body, err := os.ReadFile(from)
		if err != nil {
			f.t.Fatal(err)
		}
		f.put(name, body, info.Mode())
	}
}

func (f fork) write(name, body string) {
	f.t.Helper()
	f.put(name, []byte(body), 0o644)
}

func (f fork) put(name string, body []byte, mode os.FileMode) {
	f.t.Helper()
	path := filepath.Join(f.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		f.t.Fatal(err)
	}
	if err := os.WriteFile(path, body, mode); err != nil {
		f.t.Fatal(err)
	}
}

func (f fork) read(name string) string {
	f.t.Helper()
	return read(f.t, filepath.Join(f.dir, name))
}

// run runs a command in the fork, and returns its output. It trims the paths of built files, so that the build cache serves
// the packages that the fork left unchanged.
func (f fork) run(name string, args ...string) string {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), 8*time.Minute)
	defer cancel()
	if !filepath.IsAbs(name) && strings.Contains(name, "/") {
		name = filepath.Join(f.dir, name)
	}
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = f.dir, append(os.Environ(), "GOFLAGS=-trimpath")
	out, err := cmd.CombinedOutput()
	if err != nil {
		f.t.Fatalf("%s %s: %v\n%s", filepath.Base(name), strings.Join(args, " "), err, out)
	}
	return string(out)
}
