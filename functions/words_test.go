package functions_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestPlainEnglish counts, in the comments of the whole tree, phrases that make a reader read a sentence twice. The limits
// are twice the highest count among alertmanager, setec, age, blackbox_exporter, goalert, cloudprober and rod.
func TestPlainEnglish(t *testing.T) {
	const per = 10_000 // words of comment
	limits := map[string]float64{
		`what (is|was|are|were|it|they|has|comes)`: 2.6, // as a noun: "what is sent" instead of "the message"
		`(told|tells?|telling)`:                    6,   // "told of" instead of "notified about"
		`nobody`:                                   0.6,
		`somebody`:                                 0.2,
		`whoever`:                                  0.2,
	}
	words := 0
	found := map[string][]string{}
	patterns := map[string]*regexp.Regexp{}
	for phrase := range limits {
		patterns[phrase] = regexp.MustCompile(`(?i)\b` + phrase + `\b`)
	}
	word := regexp.MustCompile(`[A-Za-z']+`)
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != ".." && strings.HasPrefix(d.Name(), ".") {
			return filepath.SkipDir
		}
		if filepath.Ext(path) != ".go" || isYours(path) {
			return nil
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, group := range file.Comments {
			text := strings.Join(strings.Fields(group.Text()), " ")
			words += len(word.FindAllString(text, -1))
			for phrase, pattern := range patterns {
				for range pattern.FindAllString(text, -1) {
					found[phrase] = append(found[phrase], set.Position(group.Pos()).String())
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if words < per {
		t.Fatalf("only %d words of comment were found", words)
	}
	for phrase, most := range limits {
		if rate := float64(len(found[phrase])) * per / float64(words); rate > most {
			t.Errorf("%q: %.1f in %d words of comment, at most %.1f; name the thing instead, for example in\n%s",
				phrase, rate, per, most, strings.Join(found[phrase][:min(len(found[phrase]), 20)], "\n"))
		}
	}
}
