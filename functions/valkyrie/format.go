package main

import (
	"encoding/json"
	"fmt"
	"io"

	"valkyrie/probes/journey"
)

// writeRuns writes the result of the runs.
func writeRuns(w io.Writer, format string, runs []journey.Run) error {
	switch format {
	case "json":
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		for _, r := range runs {
			if err := enc.Encode(r); err != nil {
				return err
			}
		}
		return nil
	case "junit":
		return writeJUnit(w, runs)
	case "markdown":
		return writeMarkdown(w, runs)
	}
	for _, r := range runs {
		if err := writeText(w, r); err != nil {
			return err
		}
	}
	return nil
}

func writeText(w io.Writer, r journey.Run) error {
	_, err := fmt.Fprintf(w, "%s %-14s %-7s %8s%s%s%s\n", mark(r.Outcome), r.Journey, r.Outcome, milliseconds(r.DurationMS), r.TriesNote(), after("  ", r.Error), after("  at first: ", r.FirstError))
	for _, x := range r.Problems {
		if err == nil {
			_, err = fmt.Fprintf(w, "    broke on the way, at %q: %s\n", x.Step, x.What)
		}
	}
	for _, e := range r.Evidence {
		if err == nil {
			_, err = fmt.Fprintf(w, "    %-10s %s%s\n", e.Kind, e.Path, after("missing: ", e.Missing))
		}
	}
	return err
}

var marks = map[journey.Outcome]string{journey.Passed: "✓", journey.Slow: "~", journey.Failed: "✗", journey.Broken: "!", journey.NotRun: "-"}

func mark(o journey.Outcome) string { return marks[o] }

// after is s behind a separator, or nothing.
func after(separator, s string) string {
	if s == "" {
		return ""
	}
	return separator + s
}

func milliseconds(ms int64) string {
	if ms < 10_000 {
		return fmt.Sprintf("%d ms", ms)
	}
	return fmt.Sprintf("%.1f s", float64(ms)/1000)
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}
