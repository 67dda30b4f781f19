package main

import (
	"encoding/xml"
	"slices"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
)

// The part of JUnit XML that CI systems read.
type (
	suiteXML struct {
		Name     string    `xml:"name,attr"`
		Tests    int       `xml:"tests,attr"`
		Failures int       `xml:"failures,attr"`
		Errors   int       `xml:"errors,attr"`
		Skipped  int       `xml:"skipped,attr"`
		Cases    []caseXML `xml:"testcase"`
	}
	caseXML struct {
		Name    string    `xml:"name,attr"`
		Class   string    `xml:"classname,attr"`
		Failure *struct{} `xml:"failure"`
		Error   *struct{} `xml:"error"`
		Skipped *struct{} `xml:"skipped"`
	}
)

// scriptJUnit implements junit FILE SUITE TESTS FAILURES ERRORS SKIPPED, which checks a result of --format junit.
func scriptJUnit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 6 {
		ts.Fatalf("usage: junit FILE SUITE TESTS FAILURES ERRORS SKIPPED")
	}
	var want [4]int
	for i, a := range args[2:] {
		n, err := strconv.Atoi(a)
		ts.Check(err)
		want[i] = n
	}
	var report struct {
		XMLName xml.Name   `xml:"testsuites"`
		Suites  []suiteXML `xml:"testsuite"`
	}
	ts.Check(xml.Unmarshal([]byte(ts.ReadFile(args[0])), &report))
	i := slices.IndexFunc(report.Suites, func(s suiteXML) bool { return s.Name == args[1] })
	if i < 0 {
		ts.Fatalf("no suite %q", args[1])
	}
	s := report.Suites[i]
	declared := [4]int{s.Tests, s.Failures, s.Errors, s.Skipped}
	if counted := s.count(); declared != want || counted != want {
		ts.Fatalf("%s declares %v and has %v, want %v", s.Name, declared, counted, want)
	}
}

// count returns the cases of a suite, and its failures, errors and skipped cases.
func (s suiteXML) count() [4]int {
	n := [4]int{len(s.Cases)}
	for _, c := range s.Cases {
		for i, there := range []bool{c.Failure != nil, c.Error != nil, c.Skipped != nil} {
			if there {
				n[i+1]++
			}
		}
	}
	return n
}
