package main

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"valkyrie/probes/journey"
)

// The JUnit XML that CI systems read: a suite a journey, a case a step. What went wrong in the first of two tries is said as
// Maven Surefire says it (its surefire-test-report-3.0.xsd): flakyFailure and flakyError in a case that then passed,
// rerunFailure and rerunError in one that did not.
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
		Flakes    int         `xml:"flakes,attr,omitempty"`
		Time      string      `xml:"time,attr"`
		Timestamp string      `xml:"timestamp,attr"`
		Cases     []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name         string      `xml:"name,attr"`
		Class        string      `xml:"classname,attr"`
		Time         string      `xml:"time,attr"`
		Failure      *junitFault `xml:"failure"`
		Error        *junitFault `xml:"error"`
		RerunFailure *junitFault `xml:"rerunFailure"`
		RerunError   *junitFault `xml:"rerunError"`
		FlakyFailure *junitFault `xml:"flakyFailure"`
		FlakyError   *junitFault `xml:"flakyError"`
		Skipped      *struct{}   `xml:"skipped"`
		Out          string      `xml:"system-out,omitempty"`
	}
	junitFault struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Trace   string `xml:"stackTrace,omitempty"` // of the first of two tries; Surefire's form requires one
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

// start is the case of what precedes the steps, where it must be told of.
const start = "start"

func suiteOf(r journey.Run) junitSuite {
	s := junitSuite{Name: r.Journey, Time: xmlSeconds(r.DurationMS), Timestamp: r.Started.UTC().Format(time.RFC3339)}
	brokeBefore := false
	if culprit, ok := r.Culprit(); r.Outcome == journey.Broken && (!ok || culprit.Outcome != journey.Broken) {
		brokeBefore = true
		s.Cases = append(s.Cases, junitCase{Name: start, Class: r.Journey, Time: "0", Error: &junitFault{Message: r.Error, Type: string(journey.Broken)}})
	}
	if r.FirstError != "" && r.FirstStep.Name == "" && !brokeBefore {
		s.Cases = append(s.Cases, junitCase{Name: start, Class: r.Journey, Time: "0"})
	}
	for _, step := range r.Steps {
		c := junitCase{Name: step.Name, Class: r.Journey, Time: xmlSeconds(step.DurationMS)}
		switch {
		case step.Outcome == journey.NotRun:
			c.Skipped = &struct{}{}
		case step.Outcome == journey.Failed && !step.Cleanup:
			c.Failure = &junitFault{Message: step.Error, Type: string(step.Outcome)}
			c.Out = evidenceList(r)
		case step.Outcome == journey.Broken && !step.Cleanup:
			c.Error = &junitFault{Message: step.Error, Type: string(step.Outcome)}
		}
		s.Cases = append(s.Cases, c)
	}
	s.tellFirst(r)
	for _, c := range s.Cases {
		s.Tests++
		s.Failures += count(c.Failure != nil)
		s.Errors += count(c.Error != nil)
		s.Skipped += count(c.Skipped != nil)
		s.Flakes += count(c.FlakyFailure != nil || c.FlakyError != nil)
	}
	return s
}

// tellFirst adds what went wrong in the first try: to the case of its step if that passed now, else to the one that decided.
func (s *junitSuite) tellFirst(r journey.Run) {
	if r.FirstError == "" {
		return
	}
	name, ours := r.FirstStep.Name, r.FirstStep.Outcome == journey.Broken
	if name == "" {
		name, ours = start, true
	}
	fault := &junitFault{Message: r.FirstError, Type: string(journey.Failed), Trace: evidenceList(r)}
	if ours {
		fault.Type = string(journey.Broken)
	}
	if fault.Trace == "" {
		fault.Trace = r.FirstError
	}
	i := slices.IndexFunc(s.Cases, func(c junitCase) bool { return c.Name == name })
	if i < 0 || s.Cases[i].Skipped != nil {
		i = slices.IndexFunc(s.Cases, func(c junitCase) bool { return c.Failure != nil || c.Error != nil })
	}
	if i < 0 {
		return
	}
	c := &s.Cases[i]
	switch bad := c.Failure != nil || c.Error != nil; {
	case bad && ours:
		c.RerunError = fault
	case bad:
		c.RerunFailure = fault
	case ours:
		c.FlakyError = fault
	default:
		c.FlakyFailure = fault
	}
}

func evidenceList(r journey.Run) string {
	var lines []string
	for _, e := range r.Evidence {
		lines = append(lines, e.Kind+": "+e.Path+after("missing: ", e.Missing))
	}
	return strings.Join(lines, "\n")
}

func xmlSeconds(ms int64) string { return fmt.Sprintf("%.3f", float64(ms)/1000) }
