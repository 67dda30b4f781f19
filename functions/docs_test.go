package functions_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/infra/cloudwatch"
	"valkyrie/infra/cost"
	"valkyrie/probes/journey"
	"valkyrie/probes/practice"
)

// documents are the texts for users and maintainers, relative to the root. TestDocumentedCommands in functions/valkyrie runs
// their commands.
var documents = []string{
	"README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md",
	"probes/README.md", "alerts/README.md", "infra/README.md", "functions/README.md", "infra/decisions/*.md",
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestReadmeExample checks that the journey in the README is the one that a test in probes/practice runs.
func TestReadmeExample(t *testing.T) {
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(read(t, "../README.md"), -1)
	if len(blocks) != 1 {
		t.Fatalf("%d blocks of Go in the README, want 1", len(blocks))
	}
	if !strings.Contains(read(t, "../probes/practice/example_test.go"), blocks[0][1]) {
		t.Error("the README's journey is not the one in probes/practice/example_test.go")
	}
}

// TestReadmeLength checks that the README can be read in one sitting.
func TestReadmeLength(t *testing.T) {
	const longest = 900
	if n := len(strings.Fields(read(t, "../README.md"))); n > longest {
		t.Errorf("README.md has %d words, want at most %d; move details into the README of a folder", n, longest)
	}
}

// TestReadmePrices checks the prices that the README gives for two browser journeys from three regions, each minute.
func TestReadmePrices(t *testing.T) {
	readme := read(t, "../README.md")
	const takes = 4 * time.Second // about twice as long as measured on the practice shop
	deployment := cost.Plan{
		Regions: 3, Standby: true, Every: time.Minute, MemoryMB: 1769, Detail: cloudwatch.Journeys, Failing: 0.001, Calls: 10, Texts: 50, // as valkyrie cost
		Journeys: []cost.JourneyCost{{Journey: practice.PrintCard(), Takes: takes}, {Journey: practice.CreateOrder(), Takes: takes}},
	}
	bill, err := cost.Of(deployment)
	if err != nil {
		t.Fatal(err)
	}
	const checkly = 5.0 / 1000 // USD a browser check
	for _, want := range []string{
		fmt.Sprintf("about %.0f USD to AWS and Twilio", bill.Total()), fmt.Sprintf("| %.0f USD, and the Lambda time", bill.Synthetics),
		fmt.Sprintf("about %s USD at 5 USD per 1,000 runs", thousands(deployment.Runs()*checkly)), fmt.Sprintf("%s runs", thousands(deployment.Runs())),
		cost.PricesOf, fmt.Sprintf("runs of\n%.0f s", takes.Seconds()),
	} {
		if !strings.Contains(readme, want) {
			t.Errorf("README.md lacks %q", want)
		}
	}
}

// thousands formats a number from 1,000 to 999,999.
func thousands(n float64) string { return fmt.Sprintf("%d,%03d", int(n)/1000, int(n)%1000) }

// TestDocumentedKeys checks that the keys and fields that the documents explain are those of the JSON and of alerts.yaml.
func TestDocumentedKeys(t *testing.T) {
	_, forms, _ := strings.Cut(read(t, "../functions/README.md"), "\n## JSON\n")
	forms, _, _ = strings.Cut(forms, "\n## ")
	runs, incidents, ok := strings.Cut(forms, "`valkyrie incidents --format json`")
	if !ok {
		t.Fatal("functions/README.md: the section JSON does not show incidents")
	}
	for _, table := range []struct {
		text string
		keys map[string]bool
	}{{runs, jsonKeys(reflect.TypeFor[journey.Run](), reflect.TypeFor[journey.StepResult]())}, {incidents, jsonKeys(reflect.TypeFor[incident.Record]())}} {
		checked := 0
		for _, row := range regexp.MustCompile("(?m)^ *\\| (`[^|]*) \\|").FindAllStringSubmatch(table.text, -1) {
			for _, key := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(row[1], -1) {
				checked++
				if !table.keys[key[1]] {
					t.Errorf("functions/README.md: there is no key %q in the JSON", key[1])
				}
			}
		}
		if checked < 10 {
			t.Errorf("functions/README.md: only %d keys were found in a table of JSON", checked)
		}
	}
	example := read(t, "../alerts/example.yaml")
	for _, field := range regexp.MustCompile("`([a-z]+(?:_[a-z]+)+)`").FindAllStringSubmatch(read(t, "../alerts/README.md"), -1) {
		if !strings.Contains(example, field[1]+":") {
			t.Errorf("alerts/README.md: there is no field %q in alerts/example.yaml", field[1])
		}
	}
}

// jsonKeys lists the keys of structs in JSON, with those of the structs embedded in them.
func jsonKeys(types ...reflect.Type) map[string]bool {
	keys := map[string]bool{}
	for _, of := range types {
		for _, field := range reflect.VisibleFields(of) {
			if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" && name != "-" {
				keys[name] = true
			}
		}
	}
	return keys
}

// link is a link or a picture in Markdown, as [text](target).
var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// TestLinks checks that the relative links in the documents lead to files, and their anchors to headings.
func TestLinks(t *testing.T) {
	checked := 0
	for _, pattern := range documents {
		paths, err := filepath.Glob(filepath.Join("..", pattern))
		if err != nil || len(paths) == 0 {
			t.Errorf("there is no document %s: %v", pattern, err)
		}
		for _, path := range paths {
			for _, m := range link.FindAllStringSubmatch(read(t, path), -1) {
				if strings.Contains(m[1], "://") {
					continue
				}
				checked++
				target, anchor, _ := strings.Cut(m[1], "#")
				file := path
				if target != "" {
					file = filepath.Join(filepath.Dir(path), target)
				}
				if _, err := os.Stat(file); err != nil {
					t.Errorf("%s: the link %s leads nowhere: %v", path, m[1], err)
				} else if anchor != "" && !hasAnchor(read(t, file), anchor) {
					t.Errorf("%s: the link %s leads to no heading", path, m[1])
				}
			}
		}
	}
	if checked < 20 {
		t.Errorf("only %d links were found", checked)
	}
}

// hasAnchor reports whether a heading of the text has that anchor, by GitHub's rule.
func hasAnchor(text, anchor string) bool {
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(text, -1) {
		slug := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(m[1]), "")
		if strings.ReplaceAll(slug, " ", "-") == anchor {
			return true
		}
	}
	return false
}
