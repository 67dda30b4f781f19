package browser_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"valkyrie/infra/slowdown"
	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

func TestChromeThatDoesNotStart(t *testing.T) {
	for path, words := range map[string]string{"": "set CHROME", "/bin/false": "did not start: it ended at once with exit code 1 and printed nothing", "/bin/true": "did not start: it ended at once with exit code 0 and printed nothing", "/nowhere/chrome": "did not start", "/bin/cat": "did not start"} {
		site := serve(t, nil, nil)
		t.Setenv("TMPDIR", t.TempDir())
		tab := browser.NewTab()
		r := journey.Runner{Stage: journey.Stage{Site: site, Chrome: journey.Program{Path: path}}}
		ctx, cancel := context.WithTimeout(t.Context(), slowdown.Scale(3*time.Second))
		run := playIn(ctx, t, r, tab, journey.Step{Name: "open", Do: func(*journey.T) { tab.Visit("/") }})
		cancel()
		if run.Outcome != journey.Broken || !strings.Contains(run.Error, words) || run.Steps[0].Outcome != journey.NotRun {
			t.Errorf("%q: outcome %s: %s", path, run.Outcome, run.Error)
		}
		t.Log(run.Error)
	}
}

// TestStepThatHangsInGo checks that code which blocks outside the browser is abandoned and reported as the probe's fault.
func TestStepThatHangsInGo(t *testing.T) {
	forever := make(chan struct{})
	defer close(forever)
	run := play(t, serve(t, nil, nil), browser.NewTab(), journey.Step{Name: "hang", Limit: 100 * time.Millisecond, Do: func(*journey.T) { <-forever }})
	if run.Outcome != journey.Broken || !strings.Contains(run.Error, "the step's code is blocked and cannot be interrupted") {
		t.Errorf("outcome %s: %s", run.Outcome, run.Error)
	}
}
