package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"valkyrie/functions/valkyrie/cli"
	"valkyrie/probes/journey"
)

// The JUnit XML that CI systems read: one suite for each journey, one case for each step. The fault of the first of two
// tries has the elements of Maven Surefire (surefire-test-report-3.0.xsd): flakyFailure and flakyError in a case that
// passed on second try, rerunFailure and rerunError in a case that failed again.
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
		Trace   string `xml:"stackTrace,omitempty"` // set for the first of two tries, where Surefire requires it
	}
)

// writeJUnit writes runs as JUnit XML.
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

// start is the case for a fault before the first step, such as a Chrome that does not start.
const start = "start"

// suiteOf returns the suite of one run. Cleanup steps decide nothing, so their cases hold no failure.
func suiteOf(r journey.Run) junitSuite {
	s := junitSuite{Name: r.Journey, Time: xmlSeconds(r.DurationMS), Timestamp: r.Started.UTC().Format(time.RFC3339)}
	brokeAtStart := false
	if culprit, ok := r.Culprit(); r.Outcome == journey.Broken && (!ok || culprit.Outcome != journey.Broken) {
		brokeAtStart = true
		s.Cases = append(s.Cases, junitCase{Name: start, Class: r.Journey, Time: "0", Error: &junitFault{Message: r.Error, Type: string(journey.Broken)}})
	}
	if r.FirstError != "" && r.FirstStep.Name == "" && !brokeAtStart {
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
		case step.Error != "" && step.Cleanup:
			c.Out = "the cleanup failed: " + step.Error
		}
		s.Cases = append(s.Cases, c)
	}
	s.addFirstTry(r)
	for _, c := range s.Cases {
		s.Tests++
		s.Failures += one(c.Failure != nil)
		s.Errors += one(c.Error != nil)
		s.Skipped += one(c.Skipped != nil)
		s.Flakes += one(c.FlakyFailure != nil || c.FlakyError != nil)
	}
	return s
}

// addFirstTry adds the fault of the first try to the case of its step, or, when that step did not run again, to the case
// that decided the run.
func (s *junitSuite) addFirstTry(r journey.Run) {
	if r.FirstError == "" {
		return
	}
	name, broken := r.FirstStep.Name, r.FirstStep.Outcome == journey.Broken
	if name == "" {
		name, broken = start, true
	}
	fault := &junitFault{Message: r.FirstError, Type: string(journey.Failed), Trace: evidenceList(r)}
	if broken {
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
	case bad && broken:
		c.RerunError = fault
	case bad:
		c.RerunFailure = fault
	case broken:
		c.FlakyError = fault
	default:
		c.FlakyFailure = fault
	}
}

// evidenceList lists the evidence of a run, a line each.
func evidenceList(r journey.Run) string {
	var lines []string
	for _, e := range r.Evidence {
		lines = append(lines, e.Kind+": "+e.Path+cli.Prefixed("missing: ", e.Missing))
	}
	return strings.Join(lines, "\n")
}

func xmlSeconds(ms int64) string { return fmt.Sprintf("%.3f", float64(ms)/1000) }
