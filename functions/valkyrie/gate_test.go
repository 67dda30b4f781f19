package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.yaml.in/yaml/v3"
)

const gateFile = "../../infra/deploy-gate.yml"

// A workflow is the part of a GitHub Actions workflow that the test runs.
type workflow struct {
	Jobs map[string]struct {
		Needs string            `yaml:"needs"`
		Env   map[string]string `yaml:"env"`
		Steps []workflowStep    `yaml:"steps"`
	} `yaml:"jobs"`
}

type workflowStep struct {
	Name string            `yaml:"name"`
	Uses string            `yaml:"uses"`
	If   string            `yaml:"if"`
	Run  string            `yaml:"run"`
	Env  map[string]string `yaml:"env"`
	With map[string]string `yaml:"with"`
}

func readGate() (workflow, error) {
	var w workflow
	text, err := os.ReadFile(gateFile)
	if err == nil {
		err = yaml.Unmarshal(text, &w)
	}
	return w, err
}

// scriptStep implements step NAME: it runs the script of a step of the example workflow by bash -e, as GitHub does. With !,
// the step must fail. The variables in the environment of the step must be set, except the optional ones of the program.
func scriptStep(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: [!] step NAME")
	}
	w, err := readGate()
	ts.Check(err)
	for _, job := range w.Jobs {
		i := slices.IndexFunc(job.Steps, func(s workflowStep) bool { return s.Name == args[0] && s.Run != "" })
		if i < 0 {
			continue
		}
		for _, env := range []map[string]string{job.Env, job.Steps[i].Env} {
			for name := range env {
				if ts.Getenv(name) == "" && !strings.HasPrefix(name, "VALKYRIE_") {
					ts.Fatalf("the step %q needs %s, which is not set", args[0], name)
				}
			}
		}
		if err := ts.Exec("bash", "-e", "-c", job.Steps[i].Run); (err != nil) != neg {
			ts.Fatalf("the step %q: %v", args[0], err)
		}
		return
	}
	ts.Fatalf("%s has no step %q with a script", gateFile, args[0])
}

// TestGate: the example workflow deploys only after the gate, uploads every file that the program writes, and each of its
// steps with the program is run by testdata/gate.txt.
func TestGate(t *testing.T) {
	w, err := readGate()
	if err != nil {
		t.Fatal(err)
	}
	if got := w.Jobs["deploy"].Needs; got != "gate" {
		t.Errorf("deploy needs %q, want gate", got)
	}
	script, err := os.ReadFile(filepath.Join("testdata", "gate.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var written []string
	for name, job := range w.Jobs {
		for _, s := range job.Steps {
			if strings.Contains(s.Run, "valkyrie ") && !strings.Contains(string(script), "step '"+s.Name+"'") {
				t.Errorf("%s: no test runs the step %q", name, s.Name)
			}
			for _, m := range regexp.MustCompile(`--also \w+=(\S+)`).FindAllStringSubmatch(s.Run, -1) {
				written = append(written, m[1])
			}
			if path := strings.Fields(s.With["path"]); strings.HasPrefix(s.Uses, "actions/upload-artifact@") {
				for _, want := range append(written, "evidence/") {
					if !slices.Contains(path, want) || s.If != "always()" {
						t.Errorf("%s: %s is kept of a run that fails? if %q, path %v", name, want, s.If, path)
					}
				}
			}
		}
	}
	if len(written) != 2 {
		t.Errorf("the workflow writes %v, want a summary and a report", written)
	}
}
