package lambdatest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"valkyrie/alerts"
	"valkyrie/functions/suite"
	"valkyrie/probes/practice"
)

// Practice is the suite that functions are tested with, in every fork: the practice shop's journeys, and the example
// alerts.yaml.
func Practice() suite.Suite { return suite.Suite{Journeys: practice.All, Alerts: alerts.Example()} }

// practiceProbes replaces probes/probes.go.
const practiceProbes = `package probes

import "valkyrie/probes/practice"

var All = practice.All
`

// practiceOverlay writes an overlay for go build into dir, and returns its path. With it a function is built with the
// practice shop's journeys and the example alerts.yaml instead of this deployment's, so that the tests' expectations hold
// in every fork.
func practiceOverlay(ctx context.Context, dir string) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "valkyrie").Output()
	if err != nil {
		return "", fmt.Errorf("find the module's folder: %w", err)
	}
	root := strings.TrimSpace(string(out))
	own, err := filepath.Glob(filepath.Join(root, "probes", "*.go"))
	if err != nil {
		return "", err
	}
	replace := map[string]string{}
	for _, path := range own {
		replace[path] = "" // as if the file did not exist
	}
	list := filepath.Join(dir, "probes.go")
	replace[filepath.Join(root, "probes", "probes.go")] = list
	replace[filepath.Join(root, "alerts", "alerts.yaml")] = filepath.Join(root, "alerts", "example.yaml")
	if err := os.WriteFile(list, []byte(practiceProbes), 0o600); err != nil {
		return "", err
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "overlay.json")
	return path, os.WriteFile(path, text, 0o600)
}
