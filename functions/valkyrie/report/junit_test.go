package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
	"testing"

	"valkyrie/probes/journey"
)

// surefire lists the elements that surefire-test-report-3.0.xsd allows in a test case, each with the attributes or children
// that it requires; their order is not checked.
var surefire = map[string]string{
	"failure": "", "error": "", "skipped": "", "system-out": "", "system-err": "",
	"rerunFailure": "type stackTrace", "rerunError": "type stackTrace", "flakyFailure": "type stackTrace", "flakyError": "type stackTrace",
}

type anyElement struct {
	XMLName  xml.Name
	Attrs    []xml.Attr   `xml:",any,attr"`
	Children []anyElement `xml:",any"`
}

func (e anyElement) has(name string) bool {
	for _, a := range e.Attrs {
		if a.Name.Local == name && a.Value != "" {
			return true
		}
	}
	for _, c := range e.Children {
		if c.XMLName.Local == name {
			return true
		}
	}
	return false
}

// TestCleanupIsNamed: a failed cleanup changes no outcome, and is in the text, the JSON and the JUnit file.
func TestCleanupIsNamed(t *testing.T) {
	cancel := journey.StepResult{Name: "cancel", Outcome: journey.Failed, Error: "no such button", Cleanup: true}
	run := journey.Run{Journey: "shop", Outcome: journey.Passed, Steps: []journey.StepResult{cancel}, CleanupError: `step "cancel": no such button`}
	for form, want := range map[string]string{
		"text":     `✓ shop           passed      0 ms; the cleanup failed: step "cancel": no such button`,
		"json":     `"cleanup_error":"step \"cancel\": no such button"`,
		"junit":    "<system-out>the cleanup failed: no such button</system-out>",
		"markdown": "no such button",
	} {
		var out bytes.Buffer
		if err := WriteRuns(&out, form, []journey.Run{run}); err != nil || !strings.Contains(out.String(), want) {
			t.Errorf("%s has no %s: %v\n%s", form, want, err, &out)
		}
	}
}

// TestJUnitFirstTry: a case that passed on second try holds the fault of the first, and a case that failed twice holds both.
func TestJUnitFirstTry(t *testing.T) {
	step := func(name string, o journey.Outcome, err string) journey.StepResult {
		return journey.StepResult{Name: name, Outcome: o, Error: err}
	}
	evidence := []journey.Evidence{{Kind: "screenshot", Path: "a.png", Try: 1}}
	open, print := step("open", journey.Passed, ""), step("print", journey.Passed, "")
	noPDF, gone := step("print", journey.Failed, "no PDF"), step("print", journey.Broken, "the browser died")
	for name, c := range map[string]struct {
		run  journey.Run
		want string // by case, its contents; and the counts
	}{
		"passed at once":        {journey.Run{Outcome: journey.Passed, Tries: 1, Steps: []journey.StepResult{open, print}}, "open: print: | 0 failures 0 errors 0 flakes"},
		"on second try":         {journey.Run{Outcome: journey.Passed, Tries: 2, Steps: []journey.StepResult{open, print}, FirstError: `step "print": no PDF`, FirstStep: noPDF, Evidence: evidence}, "open: print: flakyFailure=step \"print\": no PDF | 0 failures 0 errors 1 flakes"},
		"after ours":            {journey.Run{Outcome: journey.Passed, Tries: 2, Steps: []journey.StepResult{open, print}, FirstError: `step "print": the browser died`, FirstStep: gone}, "open: print: flakyError=step \"print\": the browser died | 0 failures 0 errors 1 flakes"},
		"Chrome did not start":  {journey.Run{Outcome: journey.Passed, Tries: 2, Steps: []journey.StepResult{open, print}, FirstError: "no Chrome"}, "start: flakyError=no Chrome open: print: | 0 failures 0 errors 1 flakes"},
		"failed twice":          {journey.Run{Outcome: journey.Failed, Tries: 2, Steps: []journey.StepResult{open, noPDF}, FirstError: `step "print": no PDF`, FirstStep: noPDF}, "open: print: failure=no PDF rerunFailure=step \"print\": no PDF | 1 failures 0 errors 0 flakes"},
		"another step at first": {journey.Run{Outcome: journey.Failed, Tries: 2, Steps: []journey.StepResult{open, noPDF}, FirstError: `step "open": slow`, FirstStep: step("open", journey.Failed, "slow")}, "open: flakyFailure=step \"open\": slow print: failure=no PDF | 1 failures 0 errors 1 flakes"},
		"further at first":      {journey.Run{Outcome: journey.Failed, Tries: 2, Steps: []journey.StepResult{step("open", journey.Failed, "slow"), step("print", journey.NotRun, "")}, FirstError: `step "print": no PDF`, FirstStep: noPDF}, "open: failure=slow rerunFailure=step \"print\": no PDF print: skipped | 1 failures 0 errors 0 flakes"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := writeJUnit(&out, []journey.Run{c.run}); err != nil {
				t.Fatal(err)
			}
			var doc anyElement
			if err := xml.Unmarshal(out.Bytes(), &doc); err != nil {
				t.Fatal(err)
			}
			suite := doc.Children[0]
			var got []string
			for _, tc := range suite.Children {
				word := attr(tc, "name") + ":"
				for _, e := range tc.Children {
					needs, known := surefire[e.XMLName.Local]
					if !known {
						t.Errorf("%s is no element of a case", e.XMLName.Local)
					}
					for _, need := range strings.Fields(needs) {
						if !e.has(need) {
							t.Errorf("%s lacks its %s", e.XMLName.Local, need)
						}
					}
					word += " " + strings.TrimSuffix(e.XMLName.Local+"="+attr(e, "message"), "=")
				}
				got = append(got, strings.TrimSuffix(word, " system-out"))
			}
			summary := fmt.Sprintf("%s | %s failures %s errors %s flakes", strings.Join(got, " "), attr(suite, "failures"), attr(suite, "errors"), orZero(attr(suite, "flakes")))
			if summary != c.want {
				t.Errorf("got  %s\nwant %s\n%s", summary, c.want, out.String())
			}
		})
	}
}

func attr(e anyElement, name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func orZero(s string) string {
	if s == "" {
		return "0"
	}
	return s
}
