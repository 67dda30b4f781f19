package browser_test

import (
	"strings"
	"testing"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/browser/script"
	"valkyrie/probes/journey"
)

// TestScriptFault checks that a fault in our own scripts is reported as the probe's, and not as an outage of the site.
func TestScriptFault(t *testing.T) {
	good := script.Query
	t.Cleanup(func() { script.Query = good })
	script.Query = "async () => { throw new TypeError('planted'); }"
	tab := browser.NewTab()
	run := play(t, serve(t, map[string]string{"/": button}, nil), tab, journey.Step{Name: "look", Limit: time.Second, Do: func(*journey.T) {
		tab.Visit("/")
		tab.See(browser.Button("Print"))
	}})
	if run.Outcome != journey.Broken || !strings.Contains(run.Error, "a script of Valkyrie failed in the page: TypeError: planted") {
		t.Errorf("outcome %s: %s", run.Outcome, run.Error)
	}
}
