package journey_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"valkyrie/probes/journey"
)

// anyText draws texts of all kinds: short, huge, invalid, and of characters that take six bytes in JSON.
func anyText(t *rapid.T, what string) string {
	part := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"<", "\x00", "\xff\xfe", "é", "🛒", "\u2028", `"\`, "no PDF "})).Draw(t, what)
	return strings.Repeat(part, rapid.SampledFrom([]int{0, 1, 1, 300, 20_000}).Draw(t, what+" times"))
}

// TestClip checks that a text is valid and within its size in JSON, and unchanged if it was so before.
func TestClip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, n := anyText(t, "text"), rapid.IntRange(3, 3000).Draw(t, "bytes")
		got := journey.Clip(s, n)
		text, err := json.Marshal(got)
		if err != nil || len(text)-2 > n || !utf8.ValidString(got) {
			t.Fatalf("%d bytes of JSON, want at most %d (%v): %q", len(text)-2, n, err, got)
		}
		if before, _ := json.Marshal(s); utf8.ValidString(s) && len(before)-2 <= n && got != s {
			t.Fatalf("%q was changed to %q", s, got)
		}
	})
}

// TestBounded checks that any run can be written, within a size that does not depend on the site, and that an ordinary one
// stays as it is.
func TestBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		huge := anyText(t, "text")
		run := journey.Run{Error: huge, FirstError: huge, Site: huge, Region: huge, Chrome: huge}
		for range rapid.IntRange(0, 400).Draw(t, "of each") {
			run.Steps = append(run.Steps, journey.StepResult{Name: huge, Error: huge, Why: huge})
			run.Counts = append(run.Counts, journey.Count{Name: huge, Value: rapid.SampledFrom([]float64{0, math.NaN(), math.Inf(1)}).Draw(t, "count")})
			run.Problems = append(run.Problems, journey.Problem{Step: huge, URL: huge, What: huge})
			run.Evidence = append(run.Evidence, journey.Evidence{Kind: huge, Path: huge, Missing: huge})
			run.Vitals = append(run.Vitals, journey.Vitals{Step: huge, URL: huge, CLS: math.NaN()})
		}
		text, err := json.Marshal(run.Bounded())
		if err != nil || len(text) > 1_500_000 {
			t.Fatalf("%d bytes: %v", len(text), err)
		}
	})
	plain := journey.Run{Error: "no PDF", Steps: []journey.StepResult{{Name: "print", Error: "no PDF"}}, Counts: []journey.Count{}, Vitals: []journey.Vitals{{CLS: 0.1}}}
	if diff := cmp.Diff(plain, plain.Bounded()); diff != "" {
		t.Errorf("an ordinary run (-before +after):\n%s", diff)
	}
}
