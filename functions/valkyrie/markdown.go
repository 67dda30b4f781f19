package main

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"valkyrie/probes/journey"
)

// writeMarkdown is a summary for a pull request, in GitHub's Markdown: what it means, then every journey with its steps,
// and what broke along the way.
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

// markdownVerdict is the whole in a few words.
func markdownVerdict(runs []journey.Run) string {
	n := map[journey.Outcome]int{}
	flaky := 0
	for _, r := range runs {
		n[r.Outcome]++
		flaky += count(r.Flaky())
	}
	var said []string
	say := func(n int, words string) {
		if n > 0 {
			said = append(said, fmt.Sprintf("%d %s", n, words))
		}
	}
	say(n[journey.Failed], "failed")
	say(n[journey.Broken], "could not be run, so nothing is known of the site")
	say(n[journey.Slow], "slow")
	say(n[journey.Passed], "passed")
	say(flaky, "only on second try")
	if len(said) == 0 {
		return "no journey was run"
	}
	return strings.Join(said, ", ")
}

func markdownRun(b *strings.Builder, r journey.Run) {
	what := after("at first: ", r.FirstError)
	if _, ok := r.Culprit(); !ok { // else its step says it
		what = joined(r.Error, what)
	}
	fmt.Fprintf(b, "| %s | **%s** | **%s**%s | %s | | | %s |\n", mark(r.Outcome), inMarkdown(r.Journey), r.Outcome, r.TriesNote(), milliseconds(r.DurationMS), inMarkdown(what))
	for _, s := range r.Steps {
		took, note := milliseconds(s.DurationMS), ""
		if s.Outcome == journey.NotRun {
			took = ""
		}
		if s.Cleanup {
			note = " (cleanup)"
		}
		fmt.Fprintf(b, "| %s | %s%s | %s | %s | %s | %s | %s |\n", mark(s.Outcome), inMarkdown(s.Name), note, s.Outcome,
			took, budget(s.SlowMS), budget(s.LimitMS), inMarkdown(joined(s.Error, s.Why)))
	}
}

// joined are two remarks as one.
func joined(a, b string) string {
	if a == "" {
		return b
	}
	return a + after("; ", b)
}

func budget(ms int64) string {
	if ms == 0 {
		return ""
	}
	return milliseconds(ms)
}

func markdownProblems(b *strings.Builder, r journey.Run) {
	if len(r.Problems) == 0 {
		return
	}
	fmt.Fprintf(b, "\nWhat broke on the way of **%s**:\n\n", inMarkdown(r.Journey))
	for _, x := range r.Problems {
		fmt.Fprintf(b, "- at %s: %s\n", inMarkdown(x.Step), inMarkdown(x.What))
	}
}

// inMarkdown is a text as it is, on one line: whatever a site has put into it makes no cell, link, mention, picture or
// markup. Of a long one, the beginning.
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
