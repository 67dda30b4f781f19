package report

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"valkyrie/functions/valkyrie/cli"
	"valkyrie/probes/journey"
)

// writeMarkdown writes a summary for a pull request in GitHub's Markdown: the verdict, every journey with its steps, and the
// problems that did not fail a step.
func writeMarkdown(w io.Writer, runs []journey.Run) error {
	var b strings.Builder
	fmt.Fprintf(&b, "## Valkyrie: %s\n\n", markdownVerdict(runs))
	b.WriteString("| | journey, and its steps | outcome | took | slow over | fails over | what |\n|---|---|---|--:|--:|--:|---|\n")
	for _, r := range runs {
		markdownRun(&b, r)
	}
	for _, r := range runs {
		markdownProblems(&b, r)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// markdownVerdict counts the outcomes, for the heading.
func markdownVerdict(runs []journey.Run) string {
	n := map[journey.Outcome]int{}
	flaky := 0
	for _, r := range runs {
		n[r.Outcome]++
		flaky += one(r.Flaky())
	}
	var parts []string
	add := func(n int, words string) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, words))
		}
	}
	add(n[journey.Failed], "failed")
	add(n[journey.Broken], "could not be run, so nothing is known of the site")
	add(n[journey.Slow], "slow")
	add(n[journey.Passed], "passed")
	add(flaky, "only on second try")
	if len(parts) == 0 {
		return "no journey was run"
	}
	return strings.Join(parts, ", ")
}

// markdownRun writes the rows of one run: the journey, then its steps.
func markdownRun(b *strings.Builder, r journey.Run) {
	what := cli.Prefixed("at first: ", r.FirstError)
	if _, ok := r.Culprit(); !ok { // otherwise the row of its step has the error
		what = joined(r.Error, what)
	}
	fmt.Fprintf(b, "| %s | **%s** | **%s**%s | %s | | | %s |\n", Symbol(r.Outcome), inMarkdown(r.Journey), r.Outcome, r.TriesNote(), cli.Milliseconds(r.DurationMS), inMarkdown(what))
	for _, s := range r.Steps {
		took, note := cli.Milliseconds(s.DurationMS), ""
		if s.Outcome == journey.NotRun {
			took = ""
		}
		if s.Cleanup {
			note = " (cleanup)"
		}
		fmt.Fprintf(b, "| %s | %s%s | %s | %s | %s | %s | %s |\n", Symbol(s.Outcome), inMarkdown(s.Name), note, s.Outcome,
			took, budget(s.SlowMS), budget(s.LimitMS), inMarkdown(joined(s.Error, s.Why)))
	}
}

// joined joins two remarks, either of which may be empty.
func joined(a, b string) string {
	if a == "" {
		return b
	}
	return a + cli.Prefixed("; ", b)
}

// budget formats a limit; 0 is none.
func budget(ms int64) string {
	if ms == 0 {
		return ""
	}
	return cli.Milliseconds(ms)
}

// markdownProblems lists the problems of one run.
func markdownProblems(b *strings.Builder, r journey.Run) {
	if len(r.Problems) == 0 {
		return
	}
	fmt.Fprintf(b, "\nWhat broke on the way of **%s**:\n\n", inMarkdown(r.Journey))
	for _, x := range r.Problems {
		fmt.Fprintf(b, "- at %s: %s\n", inMarkdown(x.Step), inMarkdown(x.What))
	}
}

// inMarkdown escapes a text for one line of a table cell, so that content of the site cannot add a cell, link, mention,
// picture or markup. A long text is truncated.
func inMarkdown(s string) string {
	const longest = 400
	words := []rune(strings.Join(strings.Fields(strings.ToValidUTF8(s, "?")), " "))
	if len(words) > longest {
		words = append(words[:longest], '…')
	}
	var b strings.Builder
	for _, r := range words {
		switch {
		case strings.ContainsRune("\\`*_{}[]<>#|~@&!$", r):
			fmt.Fprintf(&b, "&#%d;", r)
		case !unicode.IsPrint(r):
			b.WriteByte('?')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
