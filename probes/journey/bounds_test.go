package journey_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
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

// TestPrintable checks that nothing of a site that acts on a terminal, a log or the order of letters is in a run or what a step
// reports, while line ends and all letters stay.
func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"a\x1b[2J\x1b]0;title\x07b": "a␛[2J␛]0;title␇b", "a\r\nb\tc\n": "a\nb\tc\n", "over\rwritten": "over␍written", "\x00\x7f": "␀␡", "\u009b31m": "\ufffd31m",
		"\u202etxt.exe\u2066": "\ufffdtxt.exe\ufffd", "é 日本 🛒 עברית": "é 日本 🛒 עברית", "a\u2028b": "a\ufffdb",
	} {
		if got := journey.Printable(text); got != want || journey.Printable(got) != got {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
	const attack = "\x1b[2J\u202e\u009b"
	var shown []string
	r := journey.Runner{OnStep: func(run journey.Run, s journey.StepResult) { shown = append(shown, run.Error, s.Error) }}
	run := r.Run(t.Context(), journey.Journey{Name: "test", Steps: []journey.Step{{Name: "open", Do: func(t *journey.T) {
		t.Failf("%s", attack+strings.Repeat("x", 300_000))
	}}}}, time.Now())
	run.Problems = []journey.Problem{{What: attack, URL: attack}}
	text := fmt.Sprint(run.Bounded(), shown)
	if strings.ContainsAny(text, attack[:1]+"\u202e\u009b") || len(text) > 5*journey.MaxError {
		t.Errorf("%d bytes: %q", len(text), text[:200])
	}
}
