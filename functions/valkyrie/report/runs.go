// Package report writes results for people and for other programs: runs as text, JSON, JUnit XML and Markdown, incidents
// as text, and replays as a table.
package report

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"valkyrie/functions/valkyrie/cli"
	"valkyrie/probes/journey"
)

// RunForms are the forms of WriteRuns.
var RunForms = []string{"text", "json", "junit", "markdown"}

// WriteRuns writes runs in one of RunForms.
func WriteRuns(w io.Writer, form string, runs []journey.Run) error {
	switch form {
	case "junit":
		return writeJUnit(w, runs)
	case "markdown":
		return writeMarkdown(w, runs)
	}
	for _, r := range runs {
		write := WriteRun
		if form == "json" {
			write = func(w io.Writer, r journey.Run) error { return cli.WriteJSON(w, r) }
		}
		if err := write(w, r); err != nil {
			return err
		}
	}
	return nil
}

// WriteWhole writes one run as text with each of its steps that was run, for runs whose steps were not written meanwhile.
func WriteWhole(w io.Writer, r journey.Run) error {
	err := WriteRun(w, r)
	for _, s := range r.Steps {
		if s.Outcome != journey.NotRun {
			WriteStep(w, s)
		}
	}
	return err
}

// WriteEnd writes what the end of a run adds to its verdict: its cleanup and its evidence.
func WriteEnd(w io.Writer, r journey.Run) error {
	_, err := fmt.Fprintf(w, "%s %-14s has ended%s\n", Symbol(r.Outcome), r.Journey, cleanupNote(r))
	return errors.Join(err, writeEvidence(w, r))
}

// cleanupNote tells of a failed cleanup; "" when it worked.
func cleanupNote(r journey.Run) string {
	return cli.Prefixed("; the cleanup failed: ", r.CleanupError)
}

func writeEvidence(w io.Writer, r journey.Run) (err error) {
	for _, e := range r.Evidence {
		if err == nil {
			_, err = fmt.Fprintf(w, "    %-10s %s%s\n", e.Kind, e.Path, cli.Prefixed("missing: ", e.Missing))
		}
	}
	return err
}

// WriteRun writes one run as text: its outcome, then its problems and evidence, a line each.
func WriteRun(w io.Writer, r journey.Run) error {
	_, err := fmt.Fprintf(w, "%s %-14s %-7s %8s%s%s%s%s\n", Symbol(r.Outcome), r.Journey, r.Outcome, cli.Milliseconds(r.DurationMS), r.TriesNote(), cli.Prefixed("  ", r.Error), cli.Prefixed("  at first: ", r.FirstError), cleanupNote(r))
	for _, x := range r.Problems {
		if err == nil {
			_, err = fmt.Fprintf(w, "    broke on the way, at %q: %s\n", x.Step, x.What)
		}
	}
	return errors.Join(err, writeEvidence(w, r))
}

// WriteStep writes one step, as progress while a run goes on.
func WriteStep(w io.Writer, s journey.StepResult) {
	fmt.Fprintf(w, "  %s %-28s %8s%s\n", Symbol(s.Outcome), s.Name, cli.Milliseconds(s.DurationMS), cli.Prefixed("  ", s.Error)+cli.Prefixed("  ", s.Why))
}

var symbols = map[journey.Outcome]string{journey.Passed: "✓", journey.Slow: "~", journey.Failed: "✗", journey.Broken: "!", journey.NotRun: "-"}

// Symbol returns the character that stands for an outcome in tables.
func Symbol(o journey.Outcome) string { return symbols[o] }

// one counts a condition: 1 when it holds.
func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Files is a flag of FORMAT=FILE, which may be given several times: the files that get the result, by form.
type Files map[string]string

// Set adds a file.
func (f Files) Set(pair string) error {
	form, file, _ := strings.Cut(pair, "=")
	if !slices.Contains(RunForms, form) || file == "" {
		return fmt.Errorf("expected FORMAT=FILE with one of %s, such as junit=report.xml", strings.Join(RunForms, ", "))
	}
	if _, twice := f[form]; twice {
		return fmt.Errorf("%s is given twice", form)
	}
	f[form] = file
	return nil
}

// String lists the files.
func (f Files) String() string { return cli.Pairs(f).String() }

// Write writes runs to every file. A file that cannot be written does not keep the others from being written.
func (f Files) Write(runs []journey.Run) error {
	var errs []error
	for _, form := range slices.Sorted(maps.Keys(f)) {
		var b strings.Builder
		err := WriteRuns(&b, form, runs)
		if err == nil {
			err = os.WriteFile(f[form], []byte(b.String()), 0o644)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("--also %s: the result could not be written: %w", form, err))
		}
	}
	return errors.Join(errs...)
}
