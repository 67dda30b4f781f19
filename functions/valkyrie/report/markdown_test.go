package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"valkyrie/probes/journey"
)

func TestMarkdown(t *testing.T) {
	runs := []journey.Run{
		{
			Journey: "print-card", Outcome: journey.Failed, DurationMS: 11234, Tries: 2, FirstError: "it was slow",
			Error: `step "wait for the PDF": no <PDF>`,
			Steps: []journey.StepResult{
				{Name: "press Print", Outcome: journey.Slow, DurationMS: 1234, SlowMS: 1000, LimitMS: 10000, Why: "mostly waiting"},
				{Name: "wait for the PDF", Outcome: journey.Failed, DurationMS: 10000, LimitMS: 10000, Error: "no <PDF>|\n@ada [x](y) ![z](q)"},
				{Name: "read the PDF", Outcome: journey.NotRun, LimitMS: 2000},
				{Name: "cancel", Outcome: journey.Passed, Cleanup: true, DurationMS: 12},
			},
			Problems: []journey.Problem{{Step: "press Print", What: "GET /a_b_c answered 404"}},
		},
		{Journey: "order-api", Outcome: journey.Passed, DurationMS: 12, Tries: 2, FirstError: "timed out"},
		{Journey: "job-api", Outcome: journey.Broken, Error: "Chrome did not start", Tries: 1},
	}
	const want = `## Valkyrie: 1 failed, 1 could not be run, so nothing is known of the site, 1 passed, 1 only on second try

| | journey, and its steps | outcome | took | slow over | fails over | what |
|---|---|---|--:|--:|--:|---|
| ✗ | **print-card** | **failed** on second try | 11.2 s | | | at first: it was slow |
| ~ | press Print | slow | 1234 ms | 1000 ms | 10.0 s | mostly waiting |
| ✗ | wait for the PDF | failed | 10.0 s |  | 10.0 s | no &#60;PDF&#62;&#124; &#64;ada &#91;x&#93;(y) &#33;&#91;z&#93;(q) |
| - | read the PDF | not-run |  |  | 2000 ms |  |
| ✓ | cancel (cleanup) | passed | 12 ms |  |  |  |
| ✓ | **order-api** | **passed** on second try | 12 ms | | | at first: timed out |
| ! | **job-api** | **broken** | 0 ms | | | Chrome did not start |

What broke on the way of **print-card**:

- at press Print: GET /a&#95;b&#95;c answered 404
`
	var got strings.Builder
	if err := WriteRuns(&got, "markdown", runs); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Error(diff)
	}
}

// TestMarkdownCells: no content of a site adds a cell or a row to the table.
func TestMarkdownCells(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.RuneFrom([]rune("|\\`\n\r<a>@[]()*_~#&;!\u2028 x"))))
		r := journey.Run{
			Journey: words.Draw(t, "journey"), Outcome: journey.Broken, Error: words.Draw(t, "error"), FirstError: words.Draw(t, "first"),
			Steps: []journey.StepResult{{Name: words.Draw(t, "step"), Outcome: journey.NotRun, Error: words.Draw(t, "step error"), Why: words.Draw(t, "why")}},
		}
		var b strings.Builder
		if err := writeMarkdown(&b, []journey.Run{r}); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(b.String(), "\n")
		const before, rows, bars = 4, 2, 8
		if len(lines) != before+rows+1 {
			t.Fatalf("%d lines in %q", len(lines), b.String())
		}
		for _, row := range lines[before : before+rows] {
			if strings.Count(row, "|") != bars || strings.ContainsAny(row, "`<>@[]\\\r\u2028") {
				t.Fatalf("row %q", row)
			}
		}
	})
}
