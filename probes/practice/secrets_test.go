package practice_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"valkyrie/probes/practice"
)

// TestSecrets: what the journeys ask for is listed, and nothing else.
func TestSecrets(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal("no journeys were found", err)
	}
	var asked []string
	for _, file := range files {
		code, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, m := range regexp.MustCompile(`\.Secret\(("[^"]*")?`).FindAllStringSubmatch(string(code), -1) {
			if m[1] == "" {
				t.Errorf("%s asks for a secret whose name is not written there, so it cannot be listed", file)
			}
			asked = append(asked, strings.Trim(m[1], `"`))
		}
	}
	slices.Sort(asked)
	if asked = slices.Compact(asked); !slices.Equal(asked, practice.Secrets) {
		t.Errorf("the journeys ask for %v; Secrets lists %v", asked, practice.Secrets)
	}
}
