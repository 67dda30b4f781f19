package check

import (
	"errors"
	"go/ast"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"valkyrie/functions/suite"
	"valkyrie/functions/valkyrie/author/tree"
	"valkyrie/probes/journey"
	"valkyrie/probes/practice"
)

// TestHarmlessSteps: a step without anything that can fail is reported with its line; one with a call that is not known is not.
func TestHarmlessSteps(t *testing.T) {
	const head = "package probes\n\nimport (\n\t\"fmt\"\n\t\"strings\"\n\t\"time\"\n\n\t\"example.com/other\"\n\n\t\"valkyrie/probes/api\"\n\t\"valkyrie/probes/browser\"\n\t\"valkyrie/probes/journey\"\n)\n\n" +
		"var shared = browser.Text(\"x\")\n\nfunc signIn(tab *browser.Tab) { tab.Click(browser.Button(\"Sign in\")) }\n\nfunc title() string { return strings.ToUpper(\"x\") }\n\n" +
		"func around() { around(); fmt.Println(title()) }\n\nvar steps = []journey.Step{\n"
	for do, harmless := range map[string]bool{
		`func(*journey.T) {}`: true,
		`func(t *journey.T) { t.Count("x", 1); t.Waited(time.Second); _ = t.Secret("x"); t.Slowf("x") }`:                 true,
		`func(t *journey.T) { if tab.Shows(browser.Text("x").Within(browser.CSS("y").Nth(2)), time.Second) { return } }`: true,
		`func(*journey.T) { around() }`:                                                       true,
		`func(*journey.T) { f := func() { fmt.Sprint(len(title())) }; f() }`:                  true,
		`func(*journey.T) { _ = []byte(title()); _ = float64(1); _ = shared.Within(shared) }`: true,
		`func(*journey.T) { client := api.NewClient(); client.Bearer("x") }`:                  true,
		`func(*journey.T) { tab.Click(shared) }`:                                              false,
		`func(*journey.T) { tab.Visit("/") }`:                                                 false,
		`func(*journey.T) { client.Get("/").Expect(200) }`:                                    false,
		`func(t *journey.T) { if title() == "" { t.Failf("x") } }`:                            false,
		`func(*journey.T) { signIn(tab) }`:                                                    false,
		`func(*journey.T) { f := func() { tab.See(shared) }; f() }`:                           false,
		`func(*journey.T) { other.Do() }`:                                                     false,
		`func(*journey.T) { unknown() }`:                                                      false,
		`func(*journey.T) { browser.Run() }`:                                                  false,
		`func(*journey.T) { if tab.Shows(shared, 0) { tab.Click(shared) } }`:                  false,
		`makeStep("x")`: false,
		`signOut`:       false,
	} {
		s := sources{module: "valkyrie", set: token.NewFileSet(), packages: map[string][]*ast.File{}}
		text := head + "\t{Name: \"look\", Limit: time.Second, Do: " + do + "},\n}\n"
		if err := s.add("probes", "probes/x.go", []byte(text)); err != nil {
			t.Fatal(err)
		}
		var want []string
		if harmless {
			want = []string{`probes/x.go:24: step "look": Do: expected an action or an expectation that can fail, such as tab.Click, tab.See or t.Failf, got none; add one, or remove the step, which always passes`}
		}
		if diff := cmp.Diff(want, s.harmlessSteps()); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", do, diff)
		}
	}
}

// TestHarmlessCleanup: a cleanup changes no verdict, so its steps need not be able to fail.
func TestHarmlessCleanup(t *testing.T) {
	s := sources{set: token.NewFileSet(), packages: map[string][]*ast.File{}}
	const text = "package probes\n\nvar j = journey.Journey{Cleanup: []journey.Step{{Name: \"x\", Do: func() {}}}, Steps: []journey.Step{{Name: nameOf(), Do: func() {}}}}\n"
	if err := s.add("probes", "probes/x.go", []byte(text)); err != nil {
		t.Fatal(err)
	}
	if found := s.harmlessSteps(); len(found) != 1 || !strings.HasPrefix(found[0], "probes/x.go:3: step (its name is computed): Do: ") {
		t.Errorf("got %q", found)
	}
}

// TestUndeclaredSecrets: the undeclared secret of a file is reported with its line, and no declared one.
func TestUndeclaredSecrets(t *testing.T) {
	s := sources{set: token.NewFileSet(), packages: map[string][]*ast.File{}}
	const text = "package probes\n\nfunc f(t *journey.T) {\n\tt.Secret(\"library-card\")\n\tt.Secret(name())\n\tt.Account(\"reader\")\n}\n"
	if err := s.add("probes", "probes/x.go", []byte(text)); err != nil {
		t.Fatal(err)
	}
	want := []string{`probes/x.go:4: expected the secret "library-card" among the Secrets of a journey of probes.All, got "library-pass"; add "library-card" to Secrets of the journey`}
	if diff := cmp.Diff(want, s.undeclaredSecrets([]string{"library-pass"})); diff != "" {
		t.Error(diff)
	}
	if found := s.undeclaredSecrets([]string{"library-card"}); found != nil {
		t.Errorf("the secret is declared: got %q", found)
	}
}

// practiceTree is this tree as it is shipped, in a folder of its own; more replaces the text of files.
func practiceTree(t *testing.T, more map[string]string) *tree.Tree {
	t.Helper()
	dir := t.TempDir()
	files := map[string]string{
		"go.mod": "module valkyrie\n", "probes/probes.go": "package probes\n\nimport \"valkyrie/probes/practice\"\n\nvar All = practice.All\n",
		"alerts/alerts.yaml": string(practice.Alerts), "samconfig.toml": "# \"ProbeTimeout=1\"\n  \"ProbeTimeout=300\",\n",
		"template.yaml": "Parameters:\n  Cadence: {Default: 1 minute}\n  ProbeTimeout: {Default: 120}\nResources:\n  Probe:\n    Properties:\n      Events:\n" + practice.Schedules,
	}
	own, err := filepath.Glob("../../../../probes/practice/*.go")
	if err != nil || len(own) < 5 {
		t.Fatalf("%d files of the practice shop, %v", len(own), err)
	}
	for _, path := range own {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files["probes/practice/"+filepath.Base(path)] = string(text)
	}
	for name, text := range more {
		files[name] = text
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	found, err := tree.Find(dir)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestFindings: nothing is reported of the practice shop's tree, and each planted fault with its place and cure.
func TestFindings(t *testing.T) {
	step := journey.Step{Name: "look", Limit: 100 * time.Second, Do: func(*journey.T) {}}
	long := func() journey.Journey {
		return journey.Journey{Name: "long", Title: "long", Steps: []journey.Step{step}, Cleanup: []journey.Step{{Name: "tidy", Limit: time.Second, Do: step.Do}}}
	}
	unnamed := func() journey.Journey { return journey.Journey{Name: "Un named"} }
	with := func(more ...func() journey.Journey) suite.Suite {
		return suite.Suite{Journeys: append(append([]func() journey.Journey{}, practice.All...), more...)}
	}
	for name, c := range map[string]struct {
		suite  suite.Suite
		files  map[string]string
		secret func(string) error
		want   []string // the beginning or a part of each finding
	}{
		"nothing": {suite: with()},
		"another list": {
			suite: with(), files: map[string]string{"probes/probes.go": "package probes\n\nvar All = []func() journey.Journey{SignIn}\n\nfunc SignIn() journey.Journey { return journey.Journey{Name: \"sign-in\"} }\n"},
			want: []string{"probes/: All: expected the journeys that this program was built with, CreateOrder, Diagnostics, JobAPI, OrderAPI, OrderRate, PrintCard, SiteSweep, WeeklyCards, got SignIn; build it again: make command, or: go run ./functions/valkyrie check"},
		},
		"no journeys": {
			suite: suite.Suite{}, files: map[string]string{"probes/probes.go": "package probes\n\nvar All = []func() journey.Journey{}\n", "template.yaml": "{}\n", "alerts/alerts.yaml": "judge: {}\n"},
			want: []string{"probes/probes.go: All: expected at least one journey, got none: nothing would be watched; list one there", "alerts/alerts.yaml"},
		},
		"a schedule without a journey": {
			suite: with(), files: map[string]string{"template.yaml": "Parameters: {Cadence: {Default: 1 minute}, ProbeTimeout: {Default: 120}}\nResources:\n  Probe:\n    Properties:\n      Events:\n" + practice.Schedules + strings.NewReplacer("PrintCard", "SignIn", "print-card", "sign-in").Replace(practice.Schedules[:strings.Index(practice.Schedules, "        CreateOrder:")])},
			want: []string{`template.yaml:83: Probe: Events: SignIn: there is no journey "sign-in" in probes.All; there are: print-card, `},
		},
		"a journey without a schedule": {
			suite: with(), files: map[string]string{"template.yaml": "Parameters: {Cadence: {Default: 1 minute}, ProbeTimeout: {Default: 120}}\nResources:\n  Probe:\n    Properties:\n      Events:\n" + practice.Schedules[strings.Index(practice.Schedules, "        CreateOrder:"):]},
			want: []string{`template.yaml: Probe: Events: the journey "print-card" has 0 schedules; expected 1: write one for it there`},
		},
		"too little time": {
			suite: with(), files: map[string]string{"samconfig.toml": "x\n  \"ProbeTimeout=40\",\n"},
			want: []string{"samconfig.toml:2: ProbeTimeout: expected at least 1m15s, as the steps of print-card may take so long, got 40s; raise it, or lower the limits of the steps", "as the steps of create-order", "as the steps of site-sweep"},
		},
		"alerts.yaml": {
			suite: with(), files: map[string]string{"alerts/alerts.yaml": "judge: {failures: 3, journeys: {print-cards: {slow_runs: 2}}}\n"},
			want: []string{"alerts/alerts.yaml:1: judge.failures: ", `alerts/alerts.yaml`},
		},
		"secrets": {
			suite: with(), secret: func(name string) error {
				if name == "shop-password" {
					return errors.New("no secret; set it")
				}
				return nil
			},
			want: []string{`journey "print-card": Secrets: no secret; set it`, `journey "create-order": Secrets: no secret; set it`, `journey "weekly-cards": Secrets: no secret; set it`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.suite.Alerts = practice.Alerts
			got, err := Config{Tree: practiceTree(t, c.files), Suite: c.suite, Alerts: "alerts/alerts.yaml", Secret: c.secret}.Findings()
			if err != nil {
				t.Fatal(err)
			}
			if len(got) < len(c.want) || len(c.want) == 0 && len(got) > 0 {
				t.Fatalf("got %q", got)
			}
			for n, want := range c.want {
				if !strings.Contains(got[n], want) {
					t.Errorf("got  %s\nwant %s", got[n], want)
				}
			}
		})
	}
	if got := journeyFaults([]func() journey.Journey{long, nil, unnamed, long}); len(got) != 5 {
		t.Errorf("got %q, want 5 faults: nil, a wrong name, no steps, no title, and a name that two have", got)
	}
	if got := journeyFaults([]func() journey.Journey{long}); got != nil {
		t.Errorf("got %q", got)
	}
}
