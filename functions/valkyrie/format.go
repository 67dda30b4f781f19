package main

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

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

// The JUnit XML that CI systems read: a suite a journey, a case a step.
type (
	junitSuites struct {
		XMLName xml.Name     `xml:"testsuites"`
		Suites  []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name      string      `xml:"name,attr"`
		Tests     int         `xml:"tests,attr"`
		Failures  int         `xml:"failures,attr"`
		Errors    int         `xml:"errors,attr"`
		Skipped   int         `xml:"skipped,attr"`
		Time      string      `xml:"time,attr"`
		Timestamp string      `xml:"timestamp,attr"`
		Cases     []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string      `xml:"name,attr"`
		Class   string      `xml:"classname,attr"`
		Time    string      `xml:"time,attr"`
		Failure *junitFault `xml:"failure"`
		Error   *junitFault `xml:"error"`
		Skipped *struct{}   `xml:"skipped"`
		Out     string      `xml:"system-out,omitempty"`
	}
	junitFault struct {
		Message string `xml:"message,attr"`
	}
)

func writeJUnit(w io.Writer, runs []journey.Run) error {
	var all junitSuites
	for _, r := range runs {
		all.Suites = append(all.Suites, suiteOf(r))
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func suiteOf(r journey.Run) junitSuite {
	s := junitSuite{Name: r.Journey, Time: xmlSeconds(r.DurationMS), Timestamp: r.Started.UTC().Format(time.RFC3339)}
	if culprit, ok := r.Culprit(); r.Outcome == journey.Broken && (!ok || culprit.Outcome != journey.Broken) {
		// It broke before its first step, which no step could show.
		s.Cases = append(s.Cases, junitCase{Name: "start", Class: r.Journey, Time: "0", Error: &junitFault{r.Error}})
	}
	for _, step := range r.Steps {
		c := junitCase{Name: step.Name, Class: r.Journey, Time: xmlSeconds(step.DurationMS)}
		switch {
		case step.Outcome == journey.NotRun:
			c.Skipped = &struct{}{}
		case step.Outcome == journey.Failed && !step.Cleanup:
			c.Failure = &junitFault{step.Error}
			c.Out = evidenceList(r)
		case step.Outcome == journey.Broken && !step.Cleanup:
			c.Error = &junitFault{step.Error}
		}
		s.Cases = append(s.Cases, c)
	}
	for _, c := range s.Cases {
		s.Tests++
		s.Failures += count(c.Failure != nil)
		s.Errors += count(c.Error != nil)
		s.Skipped += count(c.Skipped != nil)
	}
	return s
}

func evidenceList(r journey.Run) string {
	var lines []string
	for _, e := range r.Evidence {
		lines = append(lines, e.Kind+": "+e.Path+after("missing: ", e.Missing))
	}
	return strings.Join(lines, "\n")
}

func xmlSeconds(ms int64) string { return fmt.Sprintf("%.3f", float64(ms)/1000) }

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}
