package tree_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"valkyrie/functions/valkyrie/author/tree"
	"valkyrie/probes/practice"
)

const (
	templateBefore = "Parameters:\n  Cadence: {Default: 1 minute}\nResources:\n  Probe: # runs\n    Properties:\n      Events:\n        # begin schedules\n"
	templateAfter  = "        # end schedules\n  # the end\n"

	signInFile = `package probes

import (
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// SignIn signs in.
func SignIn() journey.Journey {
	tab := browser.NewTab()
	return journey.Journey{
		Name: "sign-in", Title: "sign in", Uses: tab,
		Steps: []journey.Step{{Name: "sign in", Limit: time.Second, Do: func(*journey.T) { tab.Visit("/") }}},
	}
}
`
	twoJourneys = `// Package probes lists the journeys.
package probes

import (
	"valkyrie/probes/journey"
)

// All lists them.
var All = []func() journey.Journey{
	SignIn, // first
	BuyTicket,
}

// BuyTicket buys one.
func BuyTicket() journey.Journey { return journey.Journey{Name: "buy-ticket", Title: "a ticket"} }
`
	alertsYAML = `judge: # when
  failures_in_a_row: 2
  journeys:
    # the gate
    sign-in: {failures_in_a_row: 3} # flaky
    buy-ticket:
      failures_in_a_row: 4

      recover_after: 2 # twice
  slow_runs: 3
on_call:
  journeys:
    "sign-in":
      say: "look at the gate: sign-in" # by hand
  maintenance:
    - {every: Sunday 03:00, for: 2h, journeys: [sign-in]} # its backup
    - {every: Monday 03:00, for: 2h, journeys: [buy-ticket, sign-in]}
    - every: Friday 03:00
      for: 1h
      journeys:
        - buy-ticket
        - sign-in # too
`
)

func schedule(name, key string) string {
	return "        " + key + ":\n          Type: ScheduleV2\n          Properties:\n            Name: " + name + "\n            ScheduleExpression: rate(1 minute) # as the others\n" +
		`            Input: '{"journey":"` + name + `","slot":"<aws.scheduler.scheduled-time>"}'` + "\n"
}

// newTree writes a tree with the journeys sign-in and buy-ticket; more replaces or adds files, and "" leaves one out.
func newTree(t *testing.T, more map[string]string) *tree.Tree {
	t.Helper()
	dir := t.TempDir()
	files := map[string]string{
		"go.mod": "module valkyrie\n", "probes/probes.go": twoJourneys, "probes/sign_in.go": signInFile, "alerts/alerts.yaml": alertsYAML,
		"template.yaml": templateBefore + schedule("sign-in", "SignIn") + schedule("buy-ticket", "BuyTicket") + templateAfter,
	}
	for name, body := range more {
		files[name] = body
	}
	for name, body := range files {
		if body == "" {
			continue
		}
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	found, err := tree.Find(filepath.Join(dir, "probes"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// wantFiles commits the tree and compares files; "": it must not exist.
func wantFiles(t *testing.T, of *tree.Tree, want map[string]string) {
	t.Helper()
	if err := of.Commit(); err != nil {
		t.Fatal(err)
	}
	for name, body := range want {
		got, err := os.ReadFile(filepath.Join(of.Root, name))
		if body == "" {
			if !os.IsNotExist(err) {
				t.Errorf("%s: expected no such file, got\n%s", name, got)
			}
			continue
		}
		if diff := cmp.Diff(body, string(got)); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got)\n%s", name, err, diff)
		}
	}
	left, err := filepath.Glob(filepath.Join(of.Root, "*", ".valkyrie-*"))
	if len(left) > 0 || err != nil {
		t.Errorf("files are left: %q, %v", left, err)
	}
}

// TestNew: the file, the list and the schedule are written, and nothing else in them changes, whatever form the list has.
func TestNew(t *testing.T) {
	const scheduled = "        LogOut:\n          Type: ScheduleV2\n          Properties:\n            Name: log-out\n"
	for name, c := range map[string]struct{ probes, want string }{
		"one a line": {twoJourneys, strings.Replace(twoJourneys, "\tBuyTicket,\n", "\tBuyTicket,\n\tLogOut,\n", 1)},
		"on one line": {
			"package probes\n\nimport \"valkyrie/probes/journey\"\n\nvar All = []func() journey.Journey{SignIn}\n",
			"package probes\n\nimport \"valkyrie/probes/journey\"\n\nvar All = []func() journey.Journey{SignIn, LogOut}\n",
		},
		"empty": {
			"package probes\n\nimport \"valkyrie/probes/journey\"\n\nvar All = []func() journey.Journey{}\n",
			"package probes\n\nimport \"valkyrie/probes/journey\"\n\nvar All = []func() journey.Journey{LogOut}\n",
		},
		"a file that is not formatted": {
			"package probes\nimport \"valkyrie/probes/journey\"\nvar All = []func() journey.Journey{\n  SignIn, // x\n}\nvar  x = 1\n",
			"package probes\nimport \"valkyrie/probes/journey\"\nvar All = []func() journey.Journey{\n  SignIn, // x\n\tLogOut,\n}\nvar  x = 1\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			of := newTree(t, map[string]string{"probes/probes.go": c.probes})
			if err := of.New("log-out", "package probes\n", 0); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{"new      probes/log_out.go", "changed  probes/probes.go", "changed  template.yaml"}, of.Changes()); diff != "" {
				t.Error(diff)
			}
			wantFiles(t, of, map[string]string{"probes/log_out.go": "package probes\n", "probes/probes.go": c.want, "alerts/alerts.yaml": alertsYAML})
			text, err := os.ReadFile(filepath.Join(of.Root, "template.yaml"))
			if err != nil || !strings.HasPrefix(string(text), templateBefore+schedule("sign-in", "SignIn")+schedule("buy-ticket", "BuyTicket")+scheduled) || !strings.HasSuffix(string(text), templateAfter) {
				t.Errorf("%v\n%s", err, text)
			}
		})
	}
}

// TestFirstAndLast: the first journey takes the place of the practice shop's and their schedules; with the last one they come back.
func TestFirstAndLast(t *testing.T) {
	const probes = "package probes\n\nimport \"valkyrie/probes/practice\"\n\n// All lists them.\nvar All = practice.All\n"
	pristine := map[string]string{
		"probes/probes.go": probes, "probes/sign_in.go": "", "template.yaml": templateBefore + practice.Schedules + templateAfter, "alerts/alerts.yaml": "judge: {}\n",
		"probes/practice/print_card.go": "package practice\n\nimport \"valkyrie/probes/journey\"\n\nfunc PrintCard() journey.Journey { return journey.Journey{Name: \"print-card\"} }\n",
	}
	for _, name := range []string{"create-order", "order-api", "job-api", "diagnostics", "order-rate", "site-sweep"} {
		pristine["probes/practice/"+name+".go"] = strings.NewReplacer("PrintCard", "X"+strings.ReplaceAll(name, "-", ""), "print-card", name).Replace(pristine["probes/practice/print_card.go"])
	}
	of := newTree(t, pristine)
	if err := of.New("sign-in", signInFile, time.Hour); err != nil {
		t.Fatal(err)
	}
	wantFiles(t, of, map[string]string{
		"probes/probes.go": "package probes\n\nimport \"valkyrie/probes/journey\"\n\n// All lists them.\nvar All = []func() journey.Journey{\n\tSignIn,\n}\n",
	})
	text, err := os.ReadFile(filepath.Join(of.Root, "template.yaml"))
	if err != nil || strings.Count(string(text), "ScheduleV2") != 1 || !strings.Contains(string(text), `"every":"1 hour"`) {
		t.Errorf("expected one schedule, each hour, got %v\n%s", err, text)
	}
	if _, err := of.Remove("sign-in"); err != nil {
		t.Fatal(err)
	}
	wantFiles(t, of, pristine)
}

// TestRename: name, function, comment, title, file and test follow, as do the schedule and each policy; comments survive.
func TestRename(t *testing.T) {
	const testFile = "package probes\n\nimport \"testing\"\n\nfunc TestSignIn(t *testing.T) {\n\ttype SignIn2 struct{ SignIn int }\n\t_ = SignIn2{SignIn: 1}\n\t_ = SignIn()\n}\n"
	of := newTree(t, map[string]string{
		"probes/sign_in_test.go": testFile,
		"probes/outside_test.go": "package probes_test\n\nimport \"valkyrie/probes\"\n\nvar SignIn = probes.SignIn\n",
	})
	if err := of.Rename("sign-in", "log-in-js"); err != nil {
		t.Fatal(err)
	}
	wantFiles(t, of, map[string]string{
		"probes/sign_in.go": "", "probes/sign_in_test.go": "",
		"probes/log_in_js_journey.go":      strings.NewReplacer("SignIn", "LogInJs", `"sign-in", Title: "sign in"`, `"log-in-js", Title: "log in js"`).Replace(signInFile),
		"probes/log_in_js_journey_test.go": strings.Replace(testFile, "_ = SignIn()", "_ = LogInJs()", 1),
		"probes/outside_test.go":           "package probes_test\n\nimport \"valkyrie/probes\"\n\nvar SignIn = probes.LogInJs\n",
		"probes/probes.go":                 strings.Replace(twoJourneys, "\tSignIn, // first", "\tLogInJs, // first", 1),
		"template.yaml":                    templateBefore + schedule("log-in-js", "LogInJs") + schedule("buy-ticket", "BuyTicket") + templateAfter,
		"alerts/alerts.yaml":               strings.NewReplacer("gate: sign-in", "gate: sign-in", "sign-in", "log-in-js").Replace(alertsYAML), // a text of a person stays
	})
}

// TestRenameOwnNames: a function, a file and a title that a person has chosen stay.
func TestRenameOwnNames(t *testing.T) {
	mine := strings.NewReplacer("SignIn", "TheGate", "sign in\", Uses", "the gate\", Uses").Replace(signInFile)
	of := newTree(t, map[string]string{"probes/sign_in.go": "", "probes/gate.go": mine, "probes/probes.go": strings.Replace(twoJourneys, "SignIn", "TheGate", 1)})
	if err := of.Rename("sign-in", "log-in"); err != nil {
		t.Fatal(err)
	}
	wantFiles(t, of, map[string]string{"probes/gate.go": strings.Replace(mine, `"sign-in"`, `"log-in"`, 1), "probes/log_in.go": "", "probes/probes.go": strings.Replace(twoJourneys, "SignIn", "TheGate", 1)})
}

// TestRemove: the file, the list's line, the schedule and the policies go; a maintenance window of this journey alone goes whole, as
// it would else be one of all journeys.
func TestRemove(t *testing.T) {
	of := newTree(t, nil)
	removed, err := of.Remove("sign-in")
	if err != nil || removed.Func != "SignIn" || removed.Where != "probes/sign_in.go:11" {
		t.Fatalf("%+v, %v", removed, err)
	}
	wantFiles(t, of, map[string]string{
		"probes/sign_in.go": "", "probes/probes.go": strings.Replace(twoJourneys, "\tSignIn, // first\n", "", 1),
		"template.yaml": templateBefore + schedule("buy-ticket", "BuyTicket") + templateAfter,
		"alerts/alerts.yaml": `judge: # when
  failures_in_a_row: 2
  journeys:
    # the gate
    buy-ticket:
      failures_in_a_row: 4

      recover_after: 2 # twice
  slow_runs: 3
on_call:
  journeys: {}
  maintenance:
    - {every: Monday 03:00, for: 2h, journeys: [buy-ticket]}
    - every: Friday 03:00
      for: 1h
      journeys:
        - buy-ticket
`,
	})
}

// TestRemoveFromSharedFile: of a file with other declarations only the function goes, with the imports that nothing else uses.
func TestRemoveFromSharedFile(t *testing.T) {
	const others = "package probes\n\nimport (\n\t\"time\"\n\n\t\"valkyrie/probes/journey\"\n)\n\n" +
		"// pause is between two pages.\nconst pause = time.Second\n\n// helper helps.\nfunc helper(*journey.T) {}\n"
	shared := strings.Replace(signInFile, "// SignIn signs in.", "// pause is between two pages.\nconst pause = time.Second\n\n// SignIn signs in.", 1) + "\n// helper helps.\nfunc helper(*journey.T) {}\n"
	of := newTree(t, map[string]string{"probes/sign_in.go": shared, "alerts/alerts.yaml": ""})
	if _, err := of.Remove("sign-in"); err != nil {
		t.Fatal(err)
	}
	wantFiles(t, of, map[string]string{"probes/sign_in.go": others, "alerts/alerts.yaml": ""})
}

// TestRemoveFromOneLine: an element goes with its comma wherever it stands.
func TestRemoveFromOneLine(t *testing.T) {
	list := func(elements string) string {
		return "package probes\n\nimport \"valkyrie/probes/journey\"\n\nvar All = []func() journey.Journey{" + elements + "}\n\nfunc A() journey.Journey { return journey.Journey{Name: \"a1\"} }\n"
	}
	for from, want := range map[string]string{
		"SignIn, A": "A", "A, SignIn": "A", "A, SignIn, A": "A, A", "\n\tA, SignIn,\n": "\n\tA,\n", "\n\tSignIn, A,\n": "\n\tA,\n", "\n\tA,\n\tSignIn}": "\n\tA}",
	} {
		of := newTree(t, map[string]string{"probes/probes.go": strings.Replace(list(from), "}}", "}", 1)})
		if _, err := of.Remove("sign-in"); err != nil {
			t.Errorf("%q: %v", from, err)
			continue
		}
		wantFiles(t, of, map[string]string{"probes/probes.go": strings.Replace(list(want), "}}", "}", 1)})
	}
}

// TestRefused: an edit that is not certain is refused with the place and the cure, and nothing is staged on disk.
func TestRefused(t *testing.T) {
	create := func(name string) func(*tree.Tree) error {
		return func(of *tree.Tree) error { return of.New(name, "package probes\n", 0) }
	}
	rename := func(from, to string) func(*tree.Tree) error {
		return func(of *tree.Tree) error { return of.Rename(from, to) }
	}
	remove := func(name string) func(*tree.Tree) error {
		return func(of *tree.Tree) error { _, err := of.Remove(name); return err }
	}
	unmarked := strings.Replace(templateBefore, "        # begin schedules\n", "", 1) + schedule("sign-in", "SignIn")
	for name, c := range map[string]struct {
		files map[string]string
		do    func(*tree.Tree) error
		want  string
	}{
		"a name with a capital":       {nil, create("Log-out"), `journey "Log-out": the name must be lower-case words joined by hyphens, such as "print-card"`},
		"a reserved name":             {nil, create("mute"), `the name has a meaning of its own in a reply such as "mute mute"`},
		"a digit first":               {nil, create("3d-view"), `journey "3d-view": expected a name that begins with a letter, as its Go function is called after it; use another, such as "open-3d-view"`},
		"a name that is too long":     {nil, create("a" + strings.Repeat("-b", 40)), `expected at most 64 characters, which a schedule's name may have on AWS, got 81; use a shorter one`},
		"a name that exists":          {nil, create("sign-in"), `journey "sign-in": expected a name of its own, but SignIn in probes/sign_in.go:11 has it; use another`},
		"a function that exists":      {map[string]string{"probes/x.go": "package probes\n\ntype LogOut struct{}\n"}, create("log-out"), `journey "log-out": its function would be LogOut, which probes/x.go:3 declares already`},
		"a file that exists":          {map[string]string{"probes/log_out.go": "package probes\n"}, create("log-out"), `probes/log_out.go: expected no such file, as the journey "log-out" is written there, got one; remove it`},
		"a list that is built":        {map[string]string{"probes/probes.go": "package probes\n\nvar All = append(mine, SignIn)\n"}, create("log-out"), `probes/probes.go:3: All: expected "var All = []func() journey.Journey{...}" with one function a line, or "var All = practice.All", got append(mine, SignIn); add or remove the journey there by hand`},
		"no list":                     {map[string]string{"probes/probes.go": "package probes\n"}, create("log-out"), `probes/probes.go: All: expected "var All`},
		"a file that is not Go":       {map[string]string{"probes/x.go": "package probes\n\nfunc {\n"}, create("log-out"), `read the journeys: probes/x.go:3:6: `},
		"no marks":                    {map[string]string{"template.yaml": unmarked}, create("log-out"), `template.yaml:6: Probe: Events: expected the schedules between the lines "# begin schedules" and "# end schedules", got neither; add by hand, after line 6: "        # begin schedules", and after line 12: "        # end schedules"`},
		"no marks to rename between":  {map[string]string{"template.yaml": unmarked}, rename("sign-in", "log-in"), `got neither; add by hand`},
		"no such journey":             {nil, rename("sing-in", "log-in"), `there is no journey "sing-in" in probes.All; there are: sign-in, buy-ticket`},
		"renamed to one that exists":  {nil, rename("sign-in", "buy-ticket"), `journey "buy-ticket": expected a name of its own, but BuyTicket in probes/probes.go:15 has it; use another`},
		"a name that is computed":     {map[string]string{"probes/sign_in.go": strings.Replace(signInFile, `Name: "sign-in"`, "Name: name", 1)}, remove("sign-in"), `probes/sign_in.go:11: SignIn: expected a literal Name: "sign-in" in a journey.Journey{...} that the function returns, got none`},
		"a function that is used":     {map[string]string{"probes/sign_in_test.go": "package probes\n\nvar x = SignIn()\n"}, remove("sign-in"), `probes/sign_in_test.go:3: SignIn is used there too; remove that by hand first`},
		"a policy on one line":        {map[string]string{"alerts/alerts.yaml": "judge:\n  journeys: {sign-in: {failures_in_a_row: 3}}\n"}, remove("sign-in"), `alerts/alerts.yaml:2: sign-in is named there in a form that is not edited by a program; remove its policy by hand first`},
		"two names of one on a line":  {map[string]string{"alerts/alerts.yaml": "on_call: {maintenance: [{journeys: [sign-in]}, {journeys: [sign-in]}]}\n"}, rename("sign-in", "log-in"), `alerts/alerts.yaml: sign-in is named there in a form that is not edited by a program; edit it by hand first`},
		"alerts.yaml that is no YAML": {map[string]string{"alerts/alerts.yaml": "judge: [\n"}, remove("sign-in"), "alerts/alerts.yaml: expected YAML: "},
	} {
		t.Run(name, func(t *testing.T) {
			of := newTree(t, c.files)
			if err := c.do(of); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
	if _, err := tree.Find(t.TempDir()); err == nil || !strings.Contains(err.Error(), "expected go.mod, probes/ and template.yaml in ") {
		t.Errorf("no tree: %v", err)
	}
}

// TestAllOrNothing: when one file cannot be written, those before it are as they were.
func TestAllOrNothing(t *testing.T) {
	of := newTree(t, nil)
	if err := of.Rename("sign-in", "log-in"); err != nil {
		t.Fatal(err)
	}
	template := filepath.Join(of.Root, "template.yaml") // the last of them
	was, err := os.ReadFile(template)
	if err == nil {
		err = os.Remove(template)
	}
	if err == nil {
		err = os.Mkdir(template, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := of.Commit(); err == nil || !strings.Contains(err.Error(), "template.yaml") {
		t.Errorf("got %v, want an error about template.yaml", err)
	}
	for name, body := range map[string]string{"probes/probes.go": twoJourneys, "probes/sign_in.go": signInFile, "alerts/alerts.yaml": alertsYAML} {
		path := filepath.Join(of.Root, name)
		got, err := os.ReadFile(path)
		if string(got) != body || err != nil {
			t.Errorf("%s was changed, %v", name, err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
			t.Errorf("%s has the mode %v, %v; want 0640", name, info.Mode(), err)
		}
	}
	if _, err := os.Stat(filepath.Join(of.Root, "probes/log_in.go")); !os.IsNotExist(err) {
		t.Errorf("probes/log_in.go was written: %v", err)
	}
	if len(was) == 0 {
		t.Error("the template was empty")
	}
}

// TestRemoveBesideList: a function in the file of the list goes, and the list stays.
func TestRemoveBesideList(t *testing.T) {
	of := newTree(t, map[string]string{"alerts/alerts.yaml": ""})
	if _, err := of.Remove("buy-ticket"); err != nil {
		t.Fatal(err)
	}
	list, _, _ := strings.Cut(twoJourneys, "\n// BuyTicket buys one.")
	wantFiles(t, of, map[string]string{"probes/probes.go": strings.Replace(list, "\tBuyTicket,\n", "", 1), "probes/sign_in.go": signInFile})
	if _, err := of.Remove("sign-in"); err != nil {
		t.Fatal(err)
	}
	wantFiles(t, of, map[string]string{
		"probes/probes.go":  "// Package probes lists the journeys.\npackage probes\n\nimport (\n\t\"valkyrie/probes/practice\"\n)\n\n// All lists them.\nvar All = practice.All\n",
		"probes/sign_in.go": "", "template.yaml": templateBefore + practice.Schedules + templateAfter,
	})
}

// TestCommitAfterAnother: of two commands that have read the same files, the second to write is refused, and loses nothing of the first.
func TestCommitAfterAnother(t *testing.T) {
	const changed = ": expected the file as this command has read it, but it was changed meanwhile; nothing was written, run it again"
	for name, c := range map[string]struct {
		first, second func(*tree.Tree) error
		want          string
	}{
		"two new journeys":       {newJourney("log-out"), newJourney("ask-price"), "probes/probes.go" + changed},
		"the same new journey":   {newJourney("log-out"), newJourney("log-out"), "probes/log_out.go" + changed},
		"a new one and a rename": {newJourney("log-out"), func(of *tree.Tree) error { return of.Rename("sign-in", "log-in") }, "probes/probes.go" + changed},
		"a removed file":         {func(of *tree.Tree) error { return os.Remove(filepath.Join(of.Root, "template.yaml")) }, newJourney("log-out"), "template.yaml" + changed},
	} {
		t.Run(name, func(t *testing.T) {
			first := newTree(t, nil)
			second, err := tree.Find(first.Root)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(c.second(second), c.first(first), first.Commit()); err != nil {
				t.Fatal(err)
			}
			before := filesOf(t, first.Root)
			if err := second.Commit(); err == nil || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
			if diff := cmp.Diff(before, filesOf(t, first.Root)); diff != "" {
				t.Errorf("the files were changed, -before +after:\n%s", diff)
			}
		})
	}
}

// TestCommitAtOnce: of many commands that write at once, exactly one succeeds, and its files are whole.
func TestCommitAtOnce(t *testing.T) {
	root := newTree(t, nil).Root
	errs := make([]error, 8)
	var all sync.WaitGroup
	var staged []*tree.Tree
	for n := range errs {
		of, err := tree.Find(root)
		if err = errors.Join(err, newJourney(fmt.Sprintf("journey-%d", n))(of)); err != nil {
			t.Fatal(err)
		}
		staged = append(staged, of)
	}
	for n, of := range staged {
		all.Go(func() { errs[n] = of.Commit() })
	}
	all.Wait()
	files := filesOf(t, root)
	for n, err := range errs {
		_, isWritten := files[fmt.Sprintf("probes/journey_%d.go", n)]
		isListed := strings.Contains(files["probes/probes.go"], fmt.Sprintf("Journey%d,", n))
		isScheduled := strings.Contains(files["template.yaml"], fmt.Sprintf("Name: journey-%d\n", n))
		if isWritten != (err == nil) || isListed != (err == nil) || isScheduled != (err == nil) {
			t.Errorf("journey-%d: %v; written %v, listed %v, scheduled %v", n, err, isWritten, isListed, isScheduled)
		}
	}
	if n := strings.Count(files["probes/probes.go"], "\tJourney"); n != 1 {
		t.Errorf("%d of %d were written, want 1", n, len(errs))
	}
}

// newJourney stages a new journey.
func newJourney(name string) func(*tree.Tree) error {
	return func(of *tree.Tree) error { return of.New(name, "package probes\n", 0) }
}

// filesOf reads all files below a folder, by their paths.
func filesOf(t *testing.T, root string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(root, path)
		all[filepath.ToSlash(name)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
